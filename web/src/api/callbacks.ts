import type {
  AgentOutcome,
  CallbackPage,
  CallbackQuery,
  CallbackRow,
  CallbackView,
  CodeWordView,
  NameOutcome,
  Supervised,
  Supervision,
  UnservedList,
} from '../../../server/domains/callbacks/contract.ts'
import type { AnswerView, SaveAnswer } from '../../../server/domains/questionnaires/contract.ts'
import { queryString, request } from './http.ts'

export type { AgentOutcome, CallbackRow, CallbackView, Supervised, Supervision }

type Filter = { [Name in keyof CallbackQuery]?: string | number }
export const listCallbacks = (filter: Filter) => request<CallbackPage>('GET', `/api/callbacks${queryString(filter)}`)
/** One thing done to many; what refuses is named. */
export const superviseCallbacks = (ids: readonly string[], act: Supervision) =>
  request<Supervised>('POST', '/api/callbacks/supervise', { ids, act })
export const getCallback = (id: string) => request<CallbackView>('GET', `/api/callbacks/${id}`)
/** Claims it and rings the agent's phone, then the worker's. */
export const takeCallback = (id: string) => request<CallbackView>('POST', `/api/callbacks/${id}/take`)
export const takeNextCallback = () => request<CallbackView>('POST', '/api/callbacks/next')
export const acceptOffer = (id: string) => request<CallbackView>('POST', `/api/offers/${id}/accept`)
/** More time for it, once, to hear what was left. */
export const listenFirst = (id: string) => request('POST', `/api/offers/${id}/listen`)
export const declineOffer = (id: string) => request('POST', `/api/offers/${id}/decline`)
export const listUnserved = () => request<UnservedList>('GET', '/api/callbacks/unserved')
export const assignCallback = (id: string, agentUserId: string | null, interpreterUserId: string | null = null) =>
  request<CallbackView>('POST', `/api/callbacks/${id}/assign`, { agentUserId, interpreterUserId })
export const rescheduleCallback = (id: string, callAgainAt: string) =>
  request<CallbackView>('POST', `/api/callbacks/${id}/reschedule`, { callAgainAt })
export const hangUp = (id: string) => request('POST', `/api/callbacks/${id}/hang-up`)
/** Each look is written down: asked for when it is needed. */
export const readCodeWord = (id: string) => request<CodeWordView>('GET', `/api/callbacks/${id}/code-word`)
export const nameOutcome = (id: string, outcome: NameOutcome) => request<CallbackView>('POST', `/api/callbacks/${id}/outcome`, outcome)
export const saveAnswer = (id: string, questionId: string, answer: SaveAnswer) =>
  request<AnswerView>('PUT', `/api/callbacks/${id}/answers/${questionId}`, answer)
