import type { QuestionnaireView } from '../../../server/domains/questionnaires/contract.ts'
import { request } from './http.ts'

export type { QuestionnaireView }

export const listQuestionnaires = () => request<{ questionnaires: QuestionnaireView[] }>('GET', '/api/questionnaires')
