import type {
  AddInterview,
  AuditList,
  AuditorList,
  AuditQuery,
  AuditRow,
  AuditView,
  ChangeAudit,
  ChangeClient,
  ChangeFactory,
  ClientView,
  CloseAuditResult,
  FactoryView,
  Feasibility,
  IntakeResult,
  InterviewView,
  KeptEntry,
  SaveAudit,
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
/** Auditors of the factory's country, and which of them may see the factory. */
export const listAuditors = (factoryId: string) => request<AuditorList>('GET', `/api/factories/${factoryId}/auditors`)
export const assignAuditors = (factoryId: string, auditorIds: string[]) =>
  request<AuditorList>('PUT', `/api/factories/${factoryId}/auditors`, { auditorIds })
export const addAudit = (audit: SaveAudit) => request<AuditView>('POST', '/api/audits', audit)
/** The right days, until callbacks are planned from them, and who does it. */
export const changeAudit = (id: string, change: ChangeAudit) => request<AuditView>('PATCH', `/api/audits/${id}`, change)
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
