/** The agent of a call, held while the call changes what they are doing. */
import type { Tx } from '../../platform/db/db.ts'
import { changeStatus, lockAgent, type LockedAgent, NoSuchAgent } from '../agents/service.ts'
import type { CallbackDeps } from './deps.ts'

/**
 * Locks the agent: after the callback and before the number and the trunk, as everywhere. Undefined when their phone was taken
 * away during the call, which must not keep the call from ending.
 */
export async function holdAgent(tx: Tx, userId: string): Promise<LockedAgent | undefined> {
  try {
    return await lockAgent(tx, userId)
  } catch (error) {
    if (!(error instanceof NoSuchAgent)) throw error
    return undefined
  }
}

/** Only what this call made of the agent is undone; one who has left meanwhile stays away. */
export async function freeAgent(
  deps: Pick<CallbackDeps, 'clock'>,
  tx: Tx,
  agent: LockedAgent | undefined,
  status: 'free' | 'away',
): Promise<void> {
  if (agent?.status === 'on-call' || agent?.status === 'wrap-up') await changeStatus(deps, tx, agent.userId, status)
}
