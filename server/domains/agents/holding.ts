/** An agent for a caller who waits: held by one call at a time, and let go when nothing comes of it. */
import type { Tx } from '../../platform/db/db.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { announce } from '../../platform/live/announce.ts'
import { SECOND } from '../../platform/time/duration.ts'
import * as holds from './hold-queries.ts'
import { type Sought, soughtFrom } from './hold-rules.ts'
import { AGENT_CHANGED, type AgentDeps } from './deps.ts'

/** Longer than any agent's phone rings. */
const HOLD_MS = 90 * SECOND

/** Holds whoever has been free longest, or says how things stand. */
export async function holdForCall({ db, clock }: AgentDeps, wish: holds.Wish): Promise<Sought> {
  const agent = await inTransaction(db, async (tx) => {
    const held = await holds.hold(tx, wish, { now: clock.now(), holdMs: HOLD_MS })
    if (held) await announce(tx, AGENT_CHANGED, held.userId)
    return held
  })
  return agent ? { kind: 'found', agent } : soughtFrom(await holds.figures(db, wish))
}

/** Nothing came of it. Told again, or of an agent who talks already, it changes nothing. */
export async function releaseFromCall(
  { db, clock }: AgentDeps,
  release: { callId: string; agentUserId: string | null; status: 'free' | 'away' },
): Promise<void> {
  await inTransaction(db, async (tx) => announceAll(tx, await holds.release(tx, { ...release, now: clock.now() })))
}

/** Part of a conversation's beginning; joins its transaction. */
export async function endHold({ clock }: Pick<AgentDeps, 'clock'>, tx: Tx, agentUserId: string): Promise<void> {
  await holds.endHold(tx, agentUserId, clock.now())
  await announce(tx, AGENT_CHANGED, agentUserId)
}

/** Holds that outlived their process. */
export async function recoverHolds({ db, clock }: AgentDeps): Promise<void> {
  await inTransaction(db, async (tx) => announceAll(tx, await holds.releaseExpired(tx, clock.now())))
}

async function announceAll(tx: Tx, userIds: readonly string[]): Promise<void> {
  for (const userId of userIds) await announce(tx, AGENT_CHANGED, userId)
}
