import type { AgentShifts, ShiftPlan } from '../../../server/domains/agents/contract.ts'
import { request } from './http.ts'

export type { AgentShifts, ShiftPlan }

export const listShifts = () => request<{ agents: AgentShifts[] }>('GET', '/api/shifts')
export const saveShifts = ({ agentUserId, countryId }: AgentShifts, plan: ShiftPlan | null) =>
  request<AgentShifts>('PUT', `/api/agents/${agentUserId}/shifts/${countryId}`, { plan })
