/** An attempt's outcome is known: what becomes of the callback, the number, the worker and the trunk. */
import type { Tx } from '../../../platform/db/db.ts'
import { announce } from '../../../platform/live/announce.ts'
import { HOUR } from '../../../platform/time/duration.ts'
import { record } from '../../activity-log/service.ts'
import { getCountryFacts, pauseTrunk } from '../../countries/service.ts'
import { noteRefusal, noteRungInVain } from '../../workers/service.ts'
import * as attempts from './attempt-queries.ts'
import { movedTo, sameAgentFirst, unassigned } from '../unserved/assigning-rules.ts'
import { unclaimed } from '../dispatching/claim-queries.ts'
import type { NameOutcome, Outcome } from '../contract.ts'
import { CALLBACK_CHANGED, type CallbackDeps } from '../deps.ts'
import { OUTCOME_RULES } from '../outcomes/outcome-rules.ts'
import { loadOutcomeTable } from './calling.ts'
import { type CallbackChange, type CallbackRecord, updateCallback } from '../record-queries.ts'
import { afterRefusal } from './refusing.ts'
import { type Next, nextAttempt, type PastAttempt } from '../outcomes/retry-rules.ts'
import { trunkVerdict } from '../trunk-test/watch-rules.ts'
import { raiseUnknown, resolveUnknown } from './unknown-alert.ts'
import { why } from '../why-rules.ts'

export type Settling = {
  attempt: attempts.AttemptRecord
  callback: CallbackRecord
  outcome: Outcome
  /** When the line ended, or the agent named the outcome. */
  at: Date
  named?: NameOutcome
  actorUserId?: string
  /** In place of the rule's own words, when it is held. */
  heldReason?: string
}

/** Writes the verdict and moves the callback on. The callback is locked; the agent's state is the caller's to change. */
export async function settle(deps: Pick<CallbackDeps, 'db'>, tx: Tx, settling: Settling): Promise<void> {
  const { attempt, callback, at, named, actorUserId = null } = settling
  const outcome = await asTheTrunkSeesIt(tx, settling)
  const { hours, maxAttempts } = await getCountryFacts({ db: tx }, callback.countryId)
  const outcomes = await loadOutcomeTable(tx, callback.countryId)
  const callAgainAt = named?.callAgainAt === undefined ? undefined : new Date(named.callAgainAt)
  // What the worker began uses up none of our attempts, and disturbed nobody.
  const mostAttempts = attempt.isInbound ? Infinity : maxAttempts
  const decided = nextAttempt(
    outcome,
    { ...callback, hours, outcomes, maxAttempts: mostAttempts, callAgainAt },
    await pastOf(tx, attempt),
    at,
  )
  const reached = reachable({ ...decided, counts: decided.counts && !attempt.isInbound }, callback)
  const after = await afterRefusal(tx, reached, attempt)
  const next: Next = after.kind === 'closes' ? { kind: 'close', counts: reached.counts, reason: after.reason } : reached
  await attempts.setOutcome(tx, attempt.id, { outcome, isCounted: next.counts, isRingInVain: wasInVain(attempt, outcome) }, at)
  await updateCallback(tx, callback.id, {
    ...unclaimed,
    ...changeFor(next, settling),
    // The hour that was asked for stays: once released it is called then.
    ...(after.kind === 'held' && { heldReason: after.heldReason }),
    lastOutcome: after.kind === 'closes' ? 'refused' : outcome,
    countedAttempts: callback.countedAttempts + (next.counts ? 1 : 0),
    ...(outcome === 'language-mismatch' && named?.languageCode !== undefined && { languageCode: named.languageCode, ...unassigned }),
  })
  const { workerId, phoneNumberId } = callback
  if (phoneNumberId !== null && wasInVain(attempt, outcome)) await noteRungInVain(tx, phoneNumberId, at)
  if (phoneNumberId !== null && outcome === 'refused') await noteRefusal(tx, { workerId, phoneNumberId, at })
  const detail = { attemptId: attempt.id, outcome, counts: next.counts, next: next.kind }
  await record(tx, { actorUserId, action: 'callback.outcome-recorded', subjectKind: 'callback', subjectId: callback.id, detail })
  if (outcome === 'unknown' && next.kind === 'hold') await raiseUnknown(tx, callback)
  else await resolveUnknown(tx, callback.id)
  await announce(tx, CALLBACK_CHANGED, callback.id)
  if (outcome === 'trunk-failure') await watchTrunk(tx, attempt.trunkId, at)
}

/** A worker who withheld their number can only ring us again. */
function reachable(next: Next, { phoneNumberId }: CallbackRecord): Next {
  if (phoneNumberId !== null || next.kind === 'done' || next.kind === 'close') return next
  return { kind: 'close', counts: next.counts, reason: why.say('cannot-be-called') }
}

function changeFor(next: Next, { at, attempt, callback, heldReason }: Settling): CallbackChange {
  switch (next.kind) {
    case 'done':
      return { status: 'done', closedAt: at, closedReason: why.say('done'), heldReason: null }
    case 'close':
      return { status: 'closed', closedAt: at, closedReason: next.reason, heldReason: null }
    case 'hold':
      return { status: 'waiting', heldReason: heldReason ?? next.reason, dueAt: at }
    case 'at': {
      const { dueAt, slot, expiresAt, note: plannedNote } = next
      const assignment = next.sameAgentFirst ? sameAgentFirst(callback, attempt.agentUserId, dueAt) : movedTo(callback, dueAt)
      return { status: 'waiting', heldReason: null, dueAt, slot, expiresAt, plannedNote, ...assignment }
    }
  }
}

async function pastOf(tx: Tx, attempt: attempts.AttemptRecord): Promise<PastAttempt[]> {
  const all = await attempts.listAttempts(tx, attempt.callbackId)
  return all.flatMap(({ id, outcome, endedAt }) => (id !== attempt.id && outcome && endedAt ? [{ outcome, endedAt }] : []))
}

/** Also when the agent gave up, or we died, while the worker's phone was ringing. */
function wasInVain(attempt: attempts.AttemptRecord, outcome: Outcome): boolean {
  if (attempt.isInbound) return false
  if (OUTCOME_RULES[outcome].isRingInVain) return true
  const isOurFailure = outcome === 'agent-failure' || outcome === 'trunk-failure' || outcome === 'unknown'
  return isOurFailure && attempt.rangAt !== null && attempt.answeredAt === null
}

/** When a tenth of a trunk's numbers are "dead" within an hour it is the trunk that is ill: it is paused, and nobody is closed. */
async function asTheTrunkSeesIt(tx: Tx, { attempt, outcome, at }: Settling): Promise<Outcome> {
  if (outcome !== 'dead-number') return outcome
  const outcomes = await attempts.listTrunkOutcomes(tx, attempt.trunkId, { since: new Date(at.getTime() - HOUR), limit: 10_000 })
  const verdict = trunkVerdict(['dead-number', ...outcomes], at)
  if (verdict.kind === 'healthy') return outcome
  await pauseTrunk(tx, { trunkId: attempt.trunkId, reason: verdict.reason, resumesAt: verdict.resumesAt, now: at })
  return 'trunk-failure'
}

/** Its last outcomes may say that it is ill: then it rests. */
export async function watchTrunk(tx: Tx, trunkId: string, at: Date): Promise<void> {
  const verdict = trunkVerdict(await attempts.listTrunkOutcomes(tx, trunkId, { since: new Date(at.getTime() - HOUR), limit: 10_000 }), at)
  if (verdict.kind === 'ill') await pauseTrunk(tx, { trunkId, reason: verdict.reason, resumesAt: verdict.resumesAt, now: at })
}
