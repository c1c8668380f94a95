import type { RecordStatusQuery, StatusSentence, WorkerStatusList, WriteStatus } from '../../../server/domains/pins/contract.ts'
import { queryString, request, upload } from './http.ts'

export type { StatusSentence, WorkerStatusList }

const base = (caseId: string) => `/api/cases/${caseId}/statuses`

export const listStatuses = (caseId: string) => request<WorkerStatusList>('GET', base(caseId))
export const writeStatus = (caseId: string, input: WriteStatus) => request<WorkerStatusList>('POST', base(caseId), input)
export const recordStatus = (caseId: string, query: RecordStatusQuery, wav: Blob) =>
  upload<WorkerStatusList>(`${base(caseId)}/recording${queryString(query)}`, wav)
export const changeStatus = (caseId: string, statusId: string, to: 'publish' | 'withdraw') =>
  request<WorkerStatusList>('POST', `${base(caseId)}/${statusId}/${to}`)
