/** A worker says by other means than a conversation that they do not want to be called: it holds at once, whatever is under way. */
import type { Tx } from '../../../platform/db/db.ts'
import { announce } from '../../../platform/live/announce.ts'
import { record } from '../../activity-log/service.ts'
import * as attempts from './attempt-queries.ts'
import { ATTEMPT_CALLED_OFF, CALLBACK_CHANGED, type CallbackDeps } from '../deps.ts'
import { lockRefusable, updateCallback } from '../record-queries.ts'
import type { Next } from '../outcomes/retry-rules.ts'
import { why } from '../why-rules.ts'

/**
 * What these workers are owed is closed as refused. Where an agent has taken it already, but nobody talks yet, the ringing ends, the
 * agent's as the worker's; a conversation is left to the two who have it. The refusal itself is noted by the caller of this.
 */
export async function refuseCallbacks(
  { clock }: Pick<CallbackDeps, 'clock'>,
  tx: Tx,
  { workerIds, reason }: { workerIds: readonly string[]; reason: string },
): Promise<void> {
  for (const { id, claimToken } of await lockRefusable(tx, workerIds)) {
    if (claimToken !== null) await callOff(tx, id, claimToken)
    else await close(tx, id, { at: clock.now(), reason })
  }
}

async function close(tx: Tx, id: string, { at, reason }: { at: Date; reason: string }): Promise<void> {
  await updateCallback(tx, id, { status: 'closed', closedAt: at, closedReason: reason, lastOutcome: 'refused', heldReason: null })
  const detail = { outcome: 'refused' }
  await record(tx, { actorUserId: null, action: 'callback.closed', subjectKind: 'callback', subjectId: id, detail })
  await announce(tx, CALLBACK_CHANGED, id)
}

/** A claim without a try is no call yet: whoever makes it one sees the refusal, for it waits for this lock. */
async function callOff(tx: Tx, id: string, claimToken: string): Promise<void> {
  const attempt = await attempts.findAttemptOfClaim(tx, claimToken)
  if (!attempt || attempt.endedAt !== null) return
  const detail = { attemptId: attempt.id }
  await record(tx, { actorUserId: null, action: 'callback.called-off', subjectKind: 'callback', subjectId: id, detail })
  await announce(tx, ATTEMPT_CALLED_OFF, attempt.id)
}

/** Asked last before the worker's phone is rung: they may have refused since the try was written down. False also for no try of ours. */
export async function mayStillRing({ db }: Pick<CallbackDeps, 'db'>, attemptId: string): Promise<boolean> {
  const refusal = await attempts.findRefusal(db, attemptId)
  return refusal !== undefined && refusal.refusedAt === null && refusal.neverCallSince === null
}

/** @property closes nothing more comes of it. @property heldReason only a supervisor may go on */
export type Kept = { kind: 'goes-on' } | { kind: 'closes'; reason: string } | { kind: 'held'; heldReason: string }

/**
 * Whether another try may follow: not for who has refused meanwhile. Those who rang us all the same, and were spoken to, are left
 * to a supervisor, as those who ring and are missed.
 */
export async function afterRefusal(tx: Tx, next: Next, attempt: attempts.AttemptRecord): Promise<Kept> {
  if (next.kind !== 'at' || (await mayStillRing({ db: tx }, attempt.id))) return { kind: 'goes-on' }
  if (attempt.isInbound) return { kind: 'held', heldReason: why.say('rang-after-refusal') }
  return { kind: 'closes', reason: why.say('asked-not') }
}
