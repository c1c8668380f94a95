import type { SpokenLanguages } from '../../../server/domains/audits/contract.ts'
import type {
  QuestionnaireBody,
  QuestionnaireDraft,
  QuestionnaireHistory,
  QuestionnaireVersionView,
  QuestionnaireView,
} from '../../../server/domains/questionnaires/contract.ts'
import { request } from './http.ts'

export type { QuestionnaireBody, QuestionnaireDraft, QuestionnaireHistory, QuestionnaireView, SpokenLanguages }

export const listQuestionnaires = () => request<{ questionnaires: QuestionnaireView[] }>('GET', '/api/questionnaires')
export const listSpoken = () => request<SpokenLanguages>('GET', '/api/questionnaires/spoken')
export const copyQuestionnaire = (id: string, name: string) =>
  request<QuestionnaireView>('POST', `/api/questionnaires/${id}/copies`, { name })
export const getHistory = (id: string) => request<QuestionnaireHistory>('GET', `/api/questionnaires/${id}`)
export const getVersion = (id: string, version: string | number) =>
  request<QuestionnaireVersionView>('GET', `/api/questionnaires/${id}/versions/${version}`)
export const getDraft = (id: string) => request<QuestionnaireDraft>('GET', `/api/questionnaires/${id}/draft`)
export const saveDraft = (id: string, revision: number, body: QuestionnaireBody) =>
  request<QuestionnaireDraft>('PUT', `/api/questionnaires/${id}/draft`, { revision, body })
export const discardDraft = (id: string) => request('DELETE', `/api/questionnaires/${id}/draft`)
export const publishDraft = (id: string, revision: number) =>
  request<QuestionnaireView>('POST', `/api/questionnaires/${id}/draft/publish`, { revision })
