import type {
  AddInterview,
  AuditList,
  AuditQuery,
  AuditRow,
  AuditView,
  ChangeClient,
  ChangeFactory,
  ClientView,
  CloseAuditResult,
  FactoryView,
  Feasibility,
  IntakeResult,
  InterviewView,
  KeptEntry,
  SaveClient,
  SaveFactory,
} from '../../../server/domains/audits/contract.ts'
import { queryString, request } from './http.ts'

export type {
  AddInterview,
  AuditRow,
  AuditView,
  ClientView,
  CloseAuditResult,
  FactoryView,
  Feasibility,
  IntakeResult,
  InterviewView,
  KeptEntry,
  SaveClient,
  SaveFactory,
}

export const listClients = () => request<{ clients: ClientView[] }>('GET', '/api/clients')
export const addClient = (client: SaveClient) => request<ClientView>('POST', '/api/clients', client)
export const changeClient = (id: string, change: ChangeClient) => request<ClientView>('PATCH', `/api/clients/${id}`, change)
export const listFactories = () => request<{ factories: FactoryView[] }>('GET', '/api/factories')
export const addFactory = (factory: SaveFactory) => request<FactoryView>('POST', '/api/factories', factory)
export const changeFactory = (id: string, change: ChangeFactory) => request<FactoryView>('PATCH', `/api/factories/${id}`, change)
export const listAudits = (query: AuditQuery) => request<AuditList>('GET', `/api/audits${queryString(query)}`)
export const addAudit = (audit: { factoryId: string; auditDate: string }) => request<AuditView>('POST', '/api/audits', audit)
/** The right day, until callbacks are planned from it. */
export const changeAudit = (id: string, auditDate: string) => request<AuditView>('PATCH', `/api/audits/${id}`, { auditDate })
/** One that was made by mistake, with nobody on it. */
export const removeAudit = (id: string) => request('DELETE', `/api/audits/${id}`)
export const getAudit = (id: string) => request<AuditView>('GET', `/api/audits/${id}`)
export const addInterview = (auditId: string, interview: AddInterview) =>
  request<InterviewView>('POST', `/api/audits/${auditId}/interviews`, interview)
export const removeInterview = (auditId: string, interviewId: string) =>
  request('DELETE', `/api/audits/${auditId}/interviews/${interviewId}`)
export const closeAudit = (id: string) => request<CloseAuditResult>('POST', `/api/audits/${id}/close`)
export const getFeasibility = (id: string) => request<Feasibility>('GET', `/api/audits/${id}/feasibility`)
export const reopenAudit = (id: string) => request<AuditView>('POST', `/api/audits/${id}/reopen`)
export const listKept = (auditId: string) => request<{ entries: KeptEntry[] }>('GET', `/api/intake/${auditId}/kept`)
export const retryKept = (entryId: string) => request<IntakeResult>('POST', `/api/intake/entries/${entryId}/retry`)
export const discardKept = (entryId: string) => request('POST', `/api/intake/entries/${entryId}/discard`)
