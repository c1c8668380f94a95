/** Agents as people see them: no SIP user. */
import type { AgentView } from './contract.ts'
import type { AgentDeps } from './deps.ts'
import { MOST_MISSED_OFFERS } from './offer-rules.ts'
import * as queries from './queries.ts'

/** Undefined when there is no such agent, or no longer. */
export async function findAgentView({ db }: Pick<AgentDeps, 'db'>, userId: string): Promise<AgentView | undefined> {
  const row = await queries.findAgent(db, userId)
  return row && toView(row)
}

export function toView({ statusSince, missedOffers, sipUser: _, ...row }: queries.AgentRow): AgentView {
  return { ...row, statusSince: statusSince.toISOString(), isMissingOffers: missedOffers >= MOST_MISSED_OFFERS }
}
