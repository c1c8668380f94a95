import type { AgentList, AgentView, ChangeAgent } from '../../../server/domains/agents/contract.ts'
import type { Language } from '../../../server/domains/countries/contract.ts'
import type { Static } from 'typebox'
import { request } from './http.ts'

export type { AgentView, ChangeAgent }

export const listAgents = () => request<Static<typeof AgentList>>('GET', '/api/agents')
/** Their phone stays as it is. */
export const changeAgent = (userId: string, change: ChangeAgent) => request<AgentView>('PATCH', `/api/agents/${userId}`, change)
export const certify = (agentUserId: string, languageCode: string) =>
  request('PUT', `/api/agents/${agentUserId}/certificates/${languageCode}`)
/** Every language that is set up, published or not. */
export const listLanguages = () => request<{ languages: Language[] }>('GET', '/api/languages')
