import type { Db } from '../../platform/db/db.ts'
import type { Clock } from '../../platform/time/clock.ts'

export type AgentDeps = { db: Db; clock: Clock }

/** Announced with the agent's user id. */
export const AGENT_CHANGED = 'agent.changed'
