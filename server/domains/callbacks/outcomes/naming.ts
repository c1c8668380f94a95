/** What people do to a callback: the agent names outcomes and answers, a supervisor closes or moves it. */
import { afterCommit, inTransaction } from '../../../platform/db/transaction.ts'
import { announce } from '../../../platform/live/announce.ts'
import { maskNumbers } from '../../../platform/log.ts'
import type { Tx } from '../../../platform/db/db.ts'
import { record } from '../../activity-log/service.ts'
import { type CountryFacts, getCountryFacts } from '../../countries/service.ts'
import type { AnswerView, SaveAnswer } from '../../questionnaires/contract.ts'
import { saveAnswer } from '../../questionnaires/service.ts'
import { getWorker, liftRefusal, openCodeWord } from '../../workers/service.ts'
import { movedTo } from '../unserved/assigning-rules.ts'
import * as attempts from '../calling/attempt-queries.ts'
import type { NameOutcome } from '../contract.ts'
import { CALLBACK_CHANGED, type CallbackDeps, type DiallingDeps } from '../deps.ts'
import { CallbackNotFound, NotInThisState, NotYourCallback, OutcomeIncomplete } from '../errors.ts'
import { freeAgent, holdAgent } from '../calling/agent-of-call.ts'
import { neededFor } from './outcome-rules.ts'
import { type CallbackRecord, lockCallback, updateCallback } from '../record-queries.ts'
import { namedSlot, namedTimeProblem } from './retry-rules.ts'
import { settle } from '../calling/settling.ts'
import { isInside } from '../planning/slot-rules.ts'
import { resolveUnknown } from '../calling/unknown-alert.ts'
import { why } from '../why-rules.ts'

type ByAgent = { callbackId: string; agentUserId: string }
type BySupervisor = { callbackId: string; actorUserId: string }

/**
 * The agent says how the conversation ended. While it still goes on the line is ended with it.
 * @throws NotYourCallback, NotInThisState, OutcomeIncomplete with the sentence to tell the agent
 */
export async function nameOutcome(deps: DiallingDeps, { callbackId, agentUserId, named }: ByAgent & { named: NameOutcome }): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    const { callback, attempt } = await lockOwn(tx, { callbackId, agentUserId })
    assertComplete(named, await getCountryFacts({ db: tx }, callback.countryId), deps.clock.now())
    if (callback.status === 'wrap-up') {
      const agent = await holdAgent(tx, agentUserId)
      await settle(deps, tx, { attempt, callback, outcome: named.outcome, at: deps.clock.now(), named, actorUserId: agentUserId })
      return freeAgent(deps, tx, agent, 'free')
    }
    if (callback.status !== 'talking') throw new NotInThisState('An outcome is named after a conversation; there was none.')
    await attempts.setNamedOutcome(tx, attempt.id, named)
    afterCommit(tx, () => deps.callbackTelephony.hangUpCall(attempt.id))
  })
}

/** Ends the line, whatever it is doing; the outcome follows from it as always. @throws NotYourCallback, NotInThisState */
export async function hangUp(deps: DiallingDeps, byAgent: ByAgent): Promise<void> {
  const attemptId = await inTransaction(deps.db, async (tx) => (await lockOwn(tx, byAgent)).attempt.id)
  await deps.callbackTelephony.hangUpCall(attemptId)
}

/** Keeps one answer of the worker's. Only the agent who holds the callback may. @throws NotYourCallback, Unprocessable */
export function answerQuestion(
  deps: CallbackDeps,
  { questionId, answer, ...byAgent }: ByAgent & { questionId: string; answer: SaveAnswer },
): Promise<AnswerView> {
  return inTransaction(deps.db, async (tx) => {
    const { callback, attempt } = await lockOwn(tx, byAgent)
    if (callback.status !== 'talking' && callback.status !== 'wrap-up') throw new NotInThisState('Answers are given in a conversation.')
    const versionId = callback.questionnaireVersionId
    if (versionId === null) throw new NotInThisState('No questionnaire was published when this callback was first called.')
    const { dataKeyId: workerDataKeyId } = await getWorker(tx, callback.workerId)
    const saved = await saveAnswer(deps, tx, {
      callbackId: callback.id,
      versionId,
      workerDataKeyId,
      attemptId: attempt.id,
      questionId,
      answer,
    })
    // Which question and never what was said: a correction replaces the answer, and this is all that tells of it.
    const { agentUserId: actorUserId, callbackId: subjectId } = byAgent
    await record(tx, { actorUserId, action: 'callback.answer-kept', subjectKind: 'callback', subjectId, detail: { questionId } })
    return saved
  })
}

/**
 * The word by which the worker knows that it is us. Only in the conversation, for the agent who leads it; each look is written
 * down. @returns null when none was agreed on @throws NotYourCallback, NotInThisState
 */
export function readCodeWord(deps: CallbackDeps, byAgent: ByAgent): Promise<string | null> {
  return inTransaction(deps.db, async (tx) => {
    const { callback } = await lockOwn(tx, byAgent)
    if (callback.status !== 'talking') throw new NotInThisState('The word is for the conversation.')
    const codeWord = await openCodeWord({ ...deps, db: tx }, callback.workerId)
    const { agentUserId: actorUserId, callbackId: subjectId } = byAgent
    if (codeWord !== null) await record(tx, { actorUserId, action: 'callback.code-word-read', subjectKind: 'callback', subjectId })
    return codeWord
  })
}

/** No more tries. @throws NotInThisState while an agent is at it, CallbackNotFound */
export async function closeCallback(
  deps: CallbackDeps,
  { callbackId, actorUserId, reason }: BySupervisor & { reason: string },
): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    await lockIdle(tx, callbackId)
    // Free text stays readable in the row: a number typed into it does not.
    const closedReason = maskNumbers(reason)
    await updateCallback(tx, callbackId, { status: 'closed', closedAt: deps.clock.now(), closedReason, heldReason: null })
    await resolveUnknown(tx, callbackId)
    await record(tx, { actorUserId, action: 'callback.closed', subjectKind: 'callback', subjectId: callbackId })
    await announce(tx, CALLBACK_CHANGED, callbackId)
  })
}

/**
 * Call again then: what a supervisor decides for a callback that is held, or may be better called at another time. Inside the
 * worker's slot the slot stays; else the named hour becomes the slot, as if the worker had named it.
 * @throws NotInThisState, OutcomeIncomplete when the country may not be called then, CallbackNotFound
 */
export async function rescheduleCallback(
  deps: CallbackDeps,
  { callbackId, actorUserId, callAgainAt }: BySupervisor & { callAgainAt: Date },
): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    const callback = await lockIdle(tx, callbackId)
    const { hours } = await getCountryFacts({ db: tx }, callback.countryId)
    const problem = namedTimeProblem(callAgainAt, { hours }, deps.clock.now())
    if (problem) throw new OutcomeIncomplete(problem)
    const place = { slot: callback.slot, timeZone: callback.timeZone, hours }
    const slot = isInside(place, callAgainAt) ? {} : namedSlot(place, callAgainAt)
    const assignment = movedTo(callback, callAgainAt)
    const plannedNote = why.say('supervisor-named-time')
    await updateCallback(tx, callbackId, { dueAt: callAgainAt, heldReason: null, plannedNote, ...assignment, ...slot })
    // They rang us after they had asked not to be called, and a person has decided to answer.
    const { workerId, phoneNumberId } = callback
    if (callback.reason !== 'audit' && phoneNumberId !== null) await liftRefusal(tx, { workerId, phoneNumberId })
    await resolveUnknown(tx, callbackId)
    const detail = { dueAt: callAgainAt.toISOString() }
    await record(tx, { actorUserId, action: 'callback.rescheduled', subjectKind: 'callback', subjectId: callbackId, detail })
    await announce(tx, CALLBACK_CHANGED, callbackId)
  })
}

async function lockOwn(
  tx: Tx,
  { callbackId, agentUserId }: ByAgent,
): Promise<{ callback: CallbackRecord; attempt: attempts.AttemptRecord }> {
  const callback = await lockCallback(tx, callbackId)
  if (!callback) throw new CallbackNotFound()
  if (callback.claimedByUserId !== agentUserId || callback.claimToken === null) throw new NotYourCallback()
  const attempt = await attempts.findAttemptOfClaim(tx, callback.claimToken)
  if (!attempt) throw new NotInThisState('The call has not begun.')
  return { callback, attempt }
}

/** The callback, locked, while nobody is at it. @throws NotInThisState, CallbackNotFound */
export async function lockIdle(tx: Tx, callbackId: string): Promise<CallbackRecord> {
  const callback = await lockCallback(tx, callbackId)
  if (!callback) throw new CallbackNotFound()
  if (callback.status === 'waiting' || callback.status === 'planned') return callback
  if (callback.claimToken !== null) throw new NotInThisState('An agent is at it; wait until the call is over.')
  throw new NotInThisState('This callback is over.')
}

function assertComplete(named: NameOutcome, { hours, languageCodes }: CountryFacts, now: Date): void {
  const needed = neededFor(named.outcome)
  if (needed === undefined) return
  if (named[needed] === undefined) {
    throw new OutcomeIncomplete(
      needed === 'callAgainAt' ? 'Say when the worker wants to be called.' : 'Say which language the worker speaks.',
    )
  }
  if (needed === 'languageCode' && !languageCodes.includes(named.languageCode!)) {
    throw new OutcomeIncomplete(`${hours.countryName} has no line in that language.`)
  }
  const problem = needed === 'callAgainAt' ? namedTimeProblem(new Date(named.callAgainAt!), { hours }, now) : undefined
  if (problem) throw new OutcomeIncomplete(problem)
}
