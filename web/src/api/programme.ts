import type { AgentStatus, AgentView, BreakReason } from '../../../server/domains/agents/contract.ts'
import type { CountryList } from '../../../server/domains/countries/contract.ts'
import type { Dashboard } from '../../../server/domains/reports/contract.ts'
import { request } from './http.ts'

export const listCountries = () => request<CountryList>('GET', '/api/countries')
export const setMyStatus = (status: AgentStatus, breakReason?: BreakReason) =>
  request('POST', '/api/agents/me/status', { status, ...(breakReason && { breakReason }) })
export const setMyCallMode = (callMode: AgentView['callMode']) => request('PUT', '/api/agents/me/call-mode', { callMode })
export const getDashboard = () => request<Dashboard>('GET', '/api/dashboard')
