/** What the line tells of an attempt. Each report may come late, twice or out of order, and changes what it may once. */
import type { Tx } from '../../../platform/db/db.ts'
import { inTransaction } from '../../../platform/db/transaction.ts'
import { NotFound } from '../../../platform/errors.ts'
import { announce } from '../../../platform/live/announce.ts'
import { MINUTE, SECOND } from '../../../platform/time/duration.ts'
import { changeStatus } from '../../agents/service.ts'
import { getCountryFacts } from '../../countries/service.ts'
import * as attempts from './attempt-queries.ts'
import * as claims from '../dispatching/claim-queries.ts'
import { freeAgent, freeInterpreter, holdAgent, holdPeople } from './agent-of-call.ts'
import { CALLBACK_CHANGED, type CallbackDeps } from '../deps.ts'
import { type LineEnd, outcomeOfLineEnd } from '../outcomes/outcome-rules.ts'
import { type CallbackRecord, lockCallbackOf, updateCallback } from '../record-queries.ts'
import { settle } from './settling.ts'
import { resolveUnknown } from './unknown-alert.ts'

/** How long an agent has to name the outcome before a supervisor is asked. */
export const WRAP_UP_MS = 30 * MINUTE
/** Shorter after a worker's own call: others are waiting in the line. */
const LIVE_WRAP_UP_MS = 10 * MINUTE
const LEASE_GRACE_MS = 60 * SECOND

type Deps = Pick<CallbackDeps, 'db' | 'clock'>
type Held = { attempt: attempts.AttemptRecord; callback: CallbackRecord; holdsClaim: boolean }

/** The worker's phone rings, or their line at least sends sound. @throws NotFound */
export async function attemptRang(deps: Deps, attemptId: string, at: Date): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    const { callback, holdsClaim } = await lockBoth(tx, attemptId)
    await attempts.setReached(tx, attemptId, 'rangAt', at)
    if (!holdsClaim || callback.status !== 'claimed') return
    const { ringTimeoutSeconds } = await getCountryFacts({ db: tx }, callback.countryId)
    await claims.extendLease(tx, callback.id, 'ringing', ringTimeoutSeconds * SECOND + LEASE_GRACE_MS)
    await announce(tx, CALLBACK_CHANGED, callback.id)
  })
}

/** The worker picked up. @throws NotFound */
export async function attemptAnswered(deps: Deps, attemptId: string, at: Date): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    await lockBoth(tx, attemptId)
    await attempts.setReached(tx, attemptId, 'answeredAt', at)
  })
}

/** Both hear each other. @throws NotFound */
export async function attemptConnected(deps: Deps, attemptId: string, at: Date): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    const { attempt, callback, holdsClaim } = await lockBoth(tx, attemptId)
    await attempts.setReached(tx, attemptId, 'answeredAt', at)
    if (!holdsClaim || attempt.endedAt !== null || (callback.status !== 'claimed' && callback.status !== 'ringing')) return
    const { trunks } = await getCountryFacts({ db: tx }, callback.countryId)
    const longest = Math.max(...trunks.map(({ maxCallSeconds }) => maxCallSeconds))
    await claims.extendLease(tx, callback.id, 'talking', longest * SECOND + LEASE_GRACE_MS)
    await announce(tx, CALLBACK_CHANGED, callback.id)
  })
}

/**
 * The line is over. Without a conversation the outcome follows from how it ended; after one the agent names it, or has named
 * it already. An outcome that was put down as unknown is corrected by a report that comes after all.
 * @throws NotFound
 */
export async function attemptEnded(deps: Deps, attemptId: string, { at, ended }: { at: Date; ended: LineEnd }): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    const held = await lockBoth(tx, attemptId)
    if (held.attempt.endedAt !== null && !isUncertain(held)) return
    const outcome = outcomeOfLineEnd(ended)
    if (isUncertain(held) && outcome === 'unknown') return
    const { attempt, callback } = held
    const { agent, interpreter } = await holdPeople(tx, attempt)
    await attempts.forgetOutcome(tx, attemptId)
    await attempts.setLineEnd(tx, attemptId, { endedAt: at, ...figuresOf(ended) })
    await freeInterpreter(deps, tx, { attemptId, interpreter, status: ended.kind === 'interpreter-did-not-answer' ? 'away' : 'free' })
    if (outcome !== 'conversation' && !isAfterConversation(held, outcome)) {
      await settle(deps, tx, { attempt, callback, outcome, at })
      await freeAgent(deps, tx, agent, ended.kind === 'agent-did-not-answer' ? 'away' : 'free')
    } else if (attempt.namedOutcome) {
      await settle(deps, tx, { attempt, callback, outcome: attempt.namedOutcome.outcome, at, named: attempt.namedOutcome })
      await freeAgent(deps, tx, agent, 'free')
    } else {
      await wrapUp(deps, tx, held)
    }
  })
}

/** The interpreter hung up; agent and worker go on alone. @throws NotFound */
export async function interpreterLeft(deps: Deps, attemptId: string): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    const { attempt, callback } = await lockBoth(tx, attemptId)
    if (attempt.interpreterUserId === null) return
    await freeInterpreter(deps, tx, { attemptId, interpreter: await holdAgent(tx, attempt.interpreterUserId), status: 'free' })
    await announce(tx, CALLBACK_CHANGED, callback.id)
  })
}

/** The phone system did not take the order: nothing was dialled, the callback is as due as it was. */
export async function orderNotTaken(deps: Deps, attemptId: string): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    const { attempt, callback } = await lockBoth(tx, attemptId)
    if (attempt.endedAt !== null) return
    const at = deps.clock.now()
    const { agent, interpreter } = await holdPeople(tx, attempt)
    await freeInterpreter(deps, tx, { attemptId, interpreter, status: 'free' })
    await attempts.setLineEnd(tx, attemptId, { endedAt: at, hangupCause: null, sipStatus: null })
    await settle(deps, tx, { attempt, callback, outcome: 'agent-failure', at })
    await freeAgent(deps, tx, agent, 'free')
  })
}

/** Locks the callback first: every other use does. */
export async function lockBoth(tx: Tx, attemptId: string): Promise<Held> {
  const callback = await lockCallbackOf(tx, attemptId)
  // Read under the lock.
  const attempt = callback && (await attempts.findAttempt(tx, attemptId))
  if (!attempt || !callback) throw new NotFound('attempt-not-found', `There is no attempt ${attemptId}.`)
  return { attempt, callback, holdsClaim: callback.claimToken === attempt.claimToken }
}

/** Put down as unknown, and nothing has been done about it since. */
function isUncertain({ attempt, callback }: Held): boolean {
  return attempt.outcome === 'unknown' && callback.status === 'waiting' && callback.heldReason !== null
}

/** A crash cut off a conversation whose outcome the agent had named, or may still name. */
function isAfterConversation({ attempt, callback }: Held, outcome: string): boolean {
  return outcome === 'unknown' && (attempt.namedOutcome !== null || callback.status === 'talking')
}

/** The agent names the outcome now. A claim that was given up as uncertain comes back for it. */
async function wrapUp(deps: Deps, tx: Tx, { attempt, callback }: Held): Promise<void> {
  const claim = { claimToken: attempt.claimToken, claimedByUserId: attempt.agentUserId, heldReason: null }
  await updateCallback(tx, callback.id, { ...claim, status: 'wrap-up', leaseUntil: deps.clock.now() })
  await resolveUnknown(tx, callback.id)
  await claims.extendLease(tx, callback.id, 'wrap-up', attempt.isInbound ? LIVE_WRAP_UP_MS : WRAP_UP_MS)
  await changeStatus(deps, tx, attempt.agentUserId, 'wrap-up')
  await announce(tx, CALLBACK_CHANGED, callback.id)
}

export function figuresOf(ended: LineEnd): { hangupCause: number | null; sipStatus: number | null } {
  if (ended.kind !== 'worker') return { hangupCause: null, sipStatus: null }
  return { hangupCause: ended.hangupCause, sipStatus: ended.sipStatus }
}
