import type { Db, Tx } from '../../platform/db/db.ts'
import { announce } from '../../platform/live/announce.ts'
import type { Clock } from '../../platform/time/clock.ts'

export type AgentDeps = { db: Db; clock: Clock }

/** Announced with the agent's user id. */
export const AGENT_CHANGED = 'agent.changed'
/** Announced beside it when what they speak or where they work is another: then more is seen, or less, by them and of them. */
export const AGENT_MOVED = 'agent.moved'

export async function announceMoved(tx: Tx, agentUserId: string): Promise<void> {
  await announce(tx, AGENT_CHANGED, agentUserId)
  await announce(tx, AGENT_MOVED, agentUserId)
}
