import type { VoicemailPage } from '../../../server/domains/voicemails/contract.ts'
import { queryString, request } from './http.ts'

export const listVoicemails = (filter: { countryId?: string; callbackId?: string; after?: string; limit?: number }) =>
  request<VoicemailPage>('GET', `/api/voicemails${queryString(filter)}`)
