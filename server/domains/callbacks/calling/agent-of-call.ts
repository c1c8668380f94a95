/** The agent of a call, and its interpreter, held while the call changes what they are doing. */
import type { Tx } from '../../../platform/db/db.ts'
import { changeStatus, lockAgent, type LockedAgent, NoSuchAgent } from '../../agents/service.ts'
import { setInterpreterLeft } from './attempt-queries.ts'
import type { CallbackDeps } from '../deps.ts'

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

type People = { agentUserId: string; interpreterUserId: string | null }
export type Held = { agent: LockedAgent | undefined; interpreter: LockedAgent | undefined }

/** As `holdAgent`, both: always in one order, for each may lead and interpret in turn. */
export async function holdPeople(tx: Tx, { agentUserId, interpreterUserId }: People): Promise<Held> {
  const held = new Map<string, LockedAgent | undefined>()
  for (const id of [agentUserId, ...(interpreterUserId === null ? [] : [interpreterUserId])].sort()) held.set(id, await holdAgent(tx, id))
  return { agent: held.get(agentUserId), interpreter: interpreterUserId === null ? undefined : held.get(interpreterUserId) }
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

/** Once a call: whoever left early may be in another one. */
export async function freeInterpreter(
  deps: Pick<CallbackDeps, 'clock'>,
  tx: Tx,
  { attemptId, interpreter, status }: { attemptId: string; interpreter: LockedAgent | undefined; status: 'free' | 'away' },
): Promise<void> {
  if (await setInterpreterLeft(tx, attemptId, deps.clock.now())) await freeAgent(deps, tx, interpreter, status)
}
