import type { Card, CardBatch, CardSet, IssueCards } from '../../../server/domains/cards/contract.ts'
import { request } from './http.ts'

export type { Card, CardBatch, CardSet, IssueCards }

export const getCards = (auditId: string) => request<CardSet>('GET', `/api/audits/${auditId}/cards`)
export const issueCards = (auditId: string, issued: IssueCards) => request<CardSet>('POST', `/api/audits/${auditId}/card-batches`, issued)
export const withdrawCards = (auditId: string, batchId: string) =>
  request<CardSet>('DELETE', `/api/audits/${auditId}/card-batches/${batchId}`)
