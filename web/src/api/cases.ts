import type { CasePage, CaseView, ClientDecision, NameFinding, OpenCase } from '../../../server/domains/cases/contract.ts'
import { queryString, request } from './http.ts'

export type { CaseView, ClientDecision, NameFinding, OpenCase }

export const listCases = (filter: { callbackId?: string; after?: string; limit?: number }) =>
  request<CasePage>('GET', `/api/cases${queryString(filter)}`)
export const getCase = (id: string) => request<CaseView>('GET', `/api/cases/${id}`)
export const openCase = (input: OpenCase) => request<CaseView>('POST', '/api/cases', input)
export const nameFinding = (id: string, finding: NameFinding) => request<CaseView>('POST', `/api/cases/${id}/finding`, finding)
export const noteClientDecision = (id: string, decided: ClientDecision) =>
  request<CaseView>('PUT', `/api/cases/${id}/client-decision`, decided)
