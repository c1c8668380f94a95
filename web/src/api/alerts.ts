import type { AlertPage, AlertView } from '../../../server/domains/alerts/contract.ts'
import { queryString, request } from './http.ts'

export type { AlertView }
export const listClosedAlerts = (after?: string) =>
  request<AlertPage>('GET', `/api/alerts${queryString({ isOpen: 'false', limit: 50, after })}`)
export const acknowledgeAlert = (id: string) => request<AlertView>('POST', `/api/alerts/${id}/acknowledge`)
