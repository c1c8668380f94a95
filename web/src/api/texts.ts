import type {
  ChangeGateway,
  ConversationPage,
  ConversationView,
  CreateGateway,
  GatewayView,
  GatewayWithSecret,
  Template,
  TestResult,
  TextPage,
  TextSetUpList,
  TextView,
} from '../../../server/domains/texts/contract.ts'
import { queryString, request } from './http.ts'

export type { ConversationView, GatewayView, Template, TextSetUp, TextView } from '../../../server/domains/texts/contract.ts'

export const listConversations = (filter: { callbackId?: string; isUnread?: 'true'; after?: string; limit?: number }) =>
  request<ConversationPage>('GET', `/api/texts${queryString(filter)}`)
export const getConversation = (id: string) => request<ConversationView>('GET', `/api/texts/${id}`)
export const readTexts = (id: string, after?: string) => request<TextPage>('GET', `/api/texts/${id}/messages${queryString({ after })}`)
export const reply = (id: string, words: { requestId: string; template?: Template; body?: string }) =>
  request<TextView>('POST', `/api/texts/${id}/reply`, words)
export const writeFirst = (words: { requestId: string; callbackId: string; template: Template }) =>
  request<{ conversationId: string; text: TextView }>('POST', '/api/texts', words)

export const listTextSetUp = () => request<TextSetUpList>('GET', '/api/text-setup')
export const setTextReply = (countryId: string, isOn: boolean) => request('PUT', `/api/text-setup/${countryId}/reply`, { isOn })
export const sendTest = (countryId: string) => request<TestResult>('POST', `/api/text-setup/${countryId}/test`)
export const createGateway = (gateway: CreateGateway) => request<GatewayWithSecret>('POST', '/api/text-gateways', gateway)
export const changeGateway = (id: string, change: ChangeGateway) => request<GatewayView>('PATCH', `/api/text-gateways/${id}`, change)
export const renewSecret = (id: string) => request<GatewayWithSecret>('POST', `/api/text-gateways/${id}/secret`)
