import { randomUUID } from 'node:crypto'
import type { Tx } from '../../../platform/db/db.ts'
import { inTransaction } from '../../../platform/db/transaction.ts'
import { announce } from '../../../platform/live/announce.ts'
import { MINUTE, SECOND } from '../../../platform/time/duration.ts'
import { record } from '../../activity-log/service.ts'
import { changeStatus, findAgentView, type LockedAgent, NoSuchAgent } from '../../agents/service.ts'
import type { CountryFacts } from '../../countries/service.ts'
import { findCurrentVersion } from '../../questionnaires/service.ts'
import { lockNumber, mayDial, openNumber } from '../../workers/service.ts'
import { holdPeople } from '../calling/agent-of-call.ts'
import { assigneeAt, interpreterAt } from '../unserved/assigning-rules.ts'
import * as attempts from '../calling/attempt-queries.ts'
import * as claims from './claim-queries.ts'
import { CALLBACK_CHANGED, type CallbackDeps, type DiallingDeps } from '../deps.ts'
import { ClaimMoved } from '../errors.ts'
import { withFacts } from '../facts.ts'
import { findCallback } from '../list-queries.ts'
import type { CallOrder } from '../ports.ts'
import { type CallbackRecord, findQuestionnaire, fixVersion, updateCallback } from '../record-queries.ts'
import { mayCall } from '../rules.ts'
import { chooseTrunk } from '../calling/trunk-choice.ts'
import { why } from '../why-rules.ts'

/** Besides the ringing, the longest an attempt may be without a word from the line before nobody knows what became of it. */
export const ATTEMPT_LEASE_MS = 2 * MINUTE

export type Claim = CallbackRecord & { claimToken: string; claimedByUserId: string }
export type Started = { kind: 'order'; order: CallOrder } | { kind: 'not-now'; reason: string }

/** What stands in the way: until an instant, for good, or until a supervisor looks. */
export type Obstacle = { kind: 'wait'; until?: Date; reason: string } | { kind: 'over' | 'hold'; reason: string }
type Route = { trunkId: string; maxCallSeconds: number }
type People = { agent: LockedAgent; interpreter: LockedAgent | undefined }
type Ready = Route & People & { kind: 'ready'; country: CountryFacts; workerE164: string }
/** `isTrunks`: no fault of the callback's, so it stays as due as it is. */
export type Callable = (Route & { kind: 'callable'; country: CountryFacts }) | (Obstacle & { isTrunks?: true })

/**
 * Decides within the claim whether the callback may ring now, and writes the attempt down; the order may be given once this
 * has returned. A callback that may not ring goes back to waiting, or is set aside.
 * @param options.keepsDueAt a callback that may not ring yet stays due as it was; else it is due when it may
 * @throws ClaimMoved when the claim is no longer ours: nothing was written
 */
export function startAttempt(deps: DiallingDeps, claim: Claim, { keepsDueAt }: { keepsDueAt: boolean }): Promise<Started> {
  return inTransaction(deps.db, async (tx) => {
    const now = deps.clock.now()
    return begin(deps, tx, { claim, looked: await look(deps, tx, claim, now), keepsDueAt }, now)
  })
}

/**
 * As `startAttempt`, for what its transaction has looked at and claimed already. @param begun.agent locked by it, and free
 */
export async function startLookedAt(
  deps: DiallingDeps,
  tx: Tx,
  {
    claim,
    phoneNumberId,
    agent,
    callable,
  }: { claim: Claim; phoneNumberId: string; agent: LockedAgent; callable: Route & { country: CountryFacts } },
  now: Date,
): Promise<Started> {
  const looked = await openFor(deps, tx, phoneNumberId, { agent, interpreter: undefined, ...callable })
  return begin(deps, tx, { claim, looked, keepsDueAt: false }, now)
}

type Beginning = { claim: Claim; looked: Ready | Obstacle; keepsDueAt: boolean }

async function begin(deps: CallbackDeps, tx: Tx, { claim, looked, keepsDueAt }: Beginning, now: Date): Promise<Started> {
  if (looked.kind === 'ready') return { kind: 'order', order: await writeAttempt(deps, tx, claim, looked, now) }
  if (looked.kind === 'wait') await claims.releaseClaim(tx, claim, keepsDueAt ? undefined : looked.until)
  else await setAside(tx, claim, { kind: looked.kind, reason: looked.reason }, now)
  await announce(tx, CALLBACK_CHANGED, claim.id)
  return { kind: 'not-now', reason: looked.reason }
}

/** Locks, always in this order: callback, agent, number, trunks. What is read after them cannot change before the commit. */
async function look(deps: DiallingDeps, tx: Tx, claim: Claim, now: Date): Promise<Ready | Obstacle> {
  if (!(await claims.lockClaim(tx, claim))) throw new ClaimMoved()
  const isAssignee = assigneeAt(claim, now) === claim.claimedByUserId
  const interpreterUserId = isAssignee ? claim.interpreterUserId : null
  const { agent, interpreter } = await holdPeople(tx, { agentUserId: claim.claimedByUserId, interpreterUserId })
  if (!agent) throw new NoSuchAgent()
  if (interpreterUserId !== null && !isReady(interpreter)) return interpreterMissing(now)
  if (agent.status === 'on-call' || agent.status === 'wrap-up') return { kind: 'wait', reason: why.say('agent-took-another') }
  const { phoneNumberId } = claim
  // The schema lets no such callback wait, so nothing can claim it.
  if (phoneNumberId === null) return { kind: 'hold', reason: why.say('number-withheld') }
  const callable = await lookAt(deps, tx, { id: claim.id, phoneNumberId }, now)
  if (callable.kind !== 'callable') return callable
  return openFor(deps, tx, phoneNumberId, { agent, interpreter, ...callable })
}

/** The number itself, which only now is opened: nothing else is in the way. */
async function openFor(
  deps: CallbackDeps,
  tx: Tx,
  phoneNumberId: string,
  { agent, interpreter, country, trunkId, maxCallSeconds }: People & Route & { country: CountryFacts },
): Promise<Ready | Obstacle> {
  const workerE164 = await openNumber(deps, tx, phoneNumberId)
  const dial = mayDial(country.id, workerE164)
  if (dial.kind === 'refused') return { kind: 'hold', reason: dial.reason }
  return { kind: 'ready', agent, interpreter, country, trunkId, maxCallSeconds, workerE164 }
}

/**
 * Whether the number and one of the trunks allow a call now, all locked until the transaction ends; the callback and the agent are
 * locked already. @param offered calls of the country that are promised and not begun yet
 */
export async function lookAt(
  { callbackTelephony: { trunkState } }: Pick<DiallingDeps, 'callbackTelephony'>,
  tx: Tx,
  { id, phoneNumberId }: { id: string; phoneNumberId: string },
  now: Date,
  offered?: (countryId: string) => Promise<number>,
): Promise<Callable> {
  await lockNumber(tx, phoneNumberId)
  const callback = await findCallback(tx, id)
  if (!callback) throw new ClaimMoved()
  const [known] = await withFacts(tx, [callback], now)
  const { country, facts } = known!
  const decision = mayCall(facts, now)
  if (decision.kind !== 'call') return decision
  const interpreterUserId = interpreterAt(callback, now)
  // A claim looks for itself, with the interpreter locked.
  const isClaimed = callback.claimToken !== null
  if (interpreterUserId !== null && !isClaimed && !isReady(await findAgentView({ db: tx }, interpreterUserId)))
    return interpreterMissing(now)
  const promised = (await offered?.(country.id)) ?? 0
  const chosen = await chooseTrunk(tx, { country, now, trunkState, promised })
  if (chosen.kind === 'none') return { kind: 'wait', until: new Date(now.getTime() + MINUTE), reason: chosen.reason, isTrunks: true }
  return { kind: 'callable', country, trunkId: chosen.trunkId, maxCallSeconds: chosen.maxCallSeconds }
}

const isReady = (agent: Pick<LockedAgent, 'status' | 'isPhoneReachable'> | undefined) => agent?.status === 'free' && agent.isPhoneReachable
const interpreterMissing = (now: Date): Obstacle => ({
  kind: 'wait',
  until: new Date(now.getTime() + MINUTE),
  reason: why.say('interpreter-not-ready'),
})

async function writeAttempt(deps: CallbackDeps, tx: Tx, claim: Claim, ready: Ready, now: Date): Promise<CallOrder> {
  const { agent, interpreter, country, trunkId, maxCallSeconds, workerE164 } = ready
  const interpreterUserId = interpreter?.userId ?? null
  const attemptId = randomUUID()
  const attempt = { id: attemptId, callbackId: claim.id, claimToken: claim.claimToken, trunkId, interpreterUserId, createdAt: now }
  const number = await attempts.insertAttempt(tx, attempt)
  if (number === undefined) throw new ClaimMoved()
  await claims.extendLease(tx, claim.id, 'claimed', ATTEMPT_LEASE_MS + country.ringTimeoutSeconds * SECOND)
  if (claim.questionnaireVersionId === null) await fixQuestionnaire(tx, claim.id)
  await changeStatus(deps, tx, agent.userId, 'on-call')
  if (interpreterUserId !== null) await changeStatus(deps, tx, interpreterUserId, 'on-call')
  const detail = { attemptId, attempt: number, trunkId, ...(interpreterUserId !== null && { interpreterUserId }) }
  await record(tx, { actorUserId: agent.userId, action: 'callback.called', subjectKind: 'callback', subjectId: claim.id, detail })
  await announce(tx, CALLBACK_CHANGED, claim.id)
  return {
    attemptId,
    callbackId: claim.id,
    reference: claim.reference,
    countryId: country.id,
    languageCode: claim.languageCode,
    agentUserId: agent.userId,
    agentSipUser: agent.sipUser,
    interpreterSipUser: interpreter?.sipUser ?? null,
    trunkId,
    callerDid: claim.mayShowCardNumber ? country.cardDid : country.callbackDid,
    workerE164,
    ringTimeoutSeconds: country.ringTimeoutSeconds,
    maxCallSeconds,
    detectsMachines: country.detectsMachines,
  }
}

/** Closed when nothing more will come of it, else held until a supervisor looks. A claim on it ends. */
export async function setAside(
  tx: Tx,
  callback: { id: string },
  { kind, reason }: { kind: 'over' | 'hold'; reason: string },
  now: Date,
): Promise<void> {
  const isOver = kind === 'over'
  await updateCallback(tx, callback.id, {
    ...claims.unclaimed,
    ...(isOver ? { status: 'closed', closedAt: now, closedReason: reason } : { status: 'waiting', heldReason: reason }),
  })
  const action = isOver ? 'callback.closed' : 'callback.held'
  await record(tx, { actorUserId: null, action, subjectKind: 'callback', subjectId: callback.id, detail: { reason } })
}

/** The version the worker is asked with, of the client's questionnaire or the standard one, is fixed at the first call and stays. */
export async function fixQuestionnaire(tx: Tx, callbackId: string): Promise<void> {
  const version = await findCurrentVersion({ db: tx }, await findQuestionnaire(tx, callbackId))
  if (version) await fixVersion(tx, callbackId, version.id)
}
