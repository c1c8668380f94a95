import type { HeardList, VoicemailPage, VoicemailQuery } from '../../../server/domains/voicemails/contract.ts'
import { queryString, request } from './http.ts'

export const listVoicemails = (filter: VoicemailQuery) => request<VoicemailPage>('GET', `/api/voicemails${queryString(filter)}`)
export const listHearers = (id: string) => request<HeardList>('GET', `/api/voicemails/${id}/heard`)
