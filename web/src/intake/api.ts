import type {
  CloseAuditResult,
  IntakeEntry,
  IntakeResult,
  IntakeSetup,
  IntakeVisit,
  SyncIntake,
} from '../../../server/domains/audits/contract.ts'
import { request } from '../api/http.ts'

export type { CloseAuditResult, IntakeEntry, IntakeResult, IntakeSetup, IntakeVisit }

export const getSetup = () => request<IntakeSetup>('GET', '/api/intake')
export const sendEntries = (auditId: string, entries: SyncIntake['entries']) =>
  request<{ results: IntakeResult[] }>('POST', `/api/intake/${auditId}/entries`, { entries })
export const closeVisit = (auditId: string) => request<CloseAuditResult>('POST', `/api/audits/${auditId}/close`)
