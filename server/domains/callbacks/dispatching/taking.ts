/**
 * From a waiting callback to a call: claim → attempt written → order given. Each arrow is a commit; what dies in between is
 * told apart afterwards by what the database holds (recovery.ts).
 */
import type { Tx } from '../../../platform/db/db.ts'
import { inTransaction } from '../../../platform/db/transaction.ts'
import { announce } from '../../../platform/live/announce.ts'
import { lockAgent, type LockedAgent } from '../../agents/service.ts'
import { loadCountryFacts } from '../../countries/service.ts'
import { assigneeAt } from '../unserved/assigning-rules.ts'
import * as claims from './claim-queries.ts'
import { CALLBACK_CHANGED, type CallbackDeps, type DiallingDeps } from '../deps.ts'
import { AgentNotReady, CallbackNotFound, ClaimMoved, NothingToCall, NotNow, PhoneSystemAway } from '../errors.ts'
import { orderNotTaken } from '../calling/line.ts'
import { findCallback } from '../list-queries.ts'
import type { CallOrder } from '../ports.ts'
import type { CallbackRecord } from '../record-queries.ts'
import { pausedReason } from '../facts.ts'
import { type Claim, startAttempt } from './starting.ts'

/** How many callbacks one request may find that turn out not to be callable yet. */
const MOST_PUT_OFF = 25

export type Taken = { callbackId: string; attemptId: string }

/**
 * An agent takes this callback: their phone rings, then the worker's.
 * @throws NotNow with the reason, ClaimMoved, AgentNotReady, CallbackNotFound, PhoneSystemAway
 */
export async function takeCallback(deps: DiallingDeps, input: { callbackId: string; agentUserId: string }): Promise<Taken> {
  const { callbackId, agentUserId } = input
  const claim = await inTransaction(deps.db, async (tx) => {
    const agent = await lockReadyAgent(tx, agentUserId)
    const callback = await findCallback(tx, callbackId)
    if (!callback || !worksFor(agent, callback, deps.clock.now())) throw new CallbackNotFound()
    return claimed(tx, await claims.claimOne(tx, callbackId, agentUserId))
  })
  if (!claim) throw await whyNotClaimed(deps, callbackId)
  const started = await startAttempt(deps, claim, { keepsDueAt: true })
  if (started.kind === 'not-now') throw new NotNow(started.reason)
  return placeCall(deps, started.order)
}

/**
 * An agent takes what is due longest among what they may call. What is due but may not ring yet is put off until it may.
 * @throws NothingToCall, AgentNotReady, PhoneSystemAway
 */
export async function takeNext(deps: DiallingDeps, { agentUserId }: { agentUserId: string }): Promise<Taken> {
  for (let tried = 0; tried < MOST_PUT_OFF; tried++) {
    const claim = await claimNext(deps, agentUserId)
    if (!claim) break
    const started = await startAttempt(deps, claim, { keepsDueAt: false })
    if (started.kind === 'order') return placeCall(deps, started.order)
  }
  throw new NothingToCall()
}

function claimNext(deps: CallbackDeps, agentUserId: string): Promise<Claim | undefined> {
  return inTransaction(deps.db, async (tx) => {
    const now = deps.clock.now()
    const agent = await lockReadyAgent(tx, agentUserId)
    const countries = await loadCountryFacts({ db: tx })
    const givenCountryIds = [...countries.values()].flatMap((country) => (pausedReason(country, now) === null ? country.id : []))
    const countryIds = agent.countryIds.filter((id) => givenCountryIds.includes(id))
    const { languageCodes } = agent
    const [callback] = await claims.claimDue(tx, { agentUserId, countryIds, givenCountryIds, languageCodes, now, limit: 1 })
    return claimed(tx, callback)
  })
}

async function claimed(tx: Tx, callback: CallbackRecord | undefined): Promise<Claim | undefined> {
  if (callback) await announce(tx, CALLBACK_CHANGED, callback.id)
  return callback as Claim | undefined
}

async function lockReadyAgent(tx: Tx, agentUserId: string): Promise<LockedAgent> {
  const agent = await lockAgent(tx, agentUserId)
  assertReady(agent)
  return agent
}

/** One call at a time, and only with a phone that can ring. @throws AgentNotReady */
export function assertReady(agent: LockedAgent): void {
  if (agent.status === 'on-call' || agent.status === 'wrap-up') throw new AgentNotReady('busy')
  if (!agent.isPhoneReachable) throw new AgentNotReady('phone')
}

function worksFor(agent: LockedAgent, callback: CallbackRecord, now: Date): boolean {
  const assignee = assigneeAt(callback, now)
  // By hand anybody of the country may take it, but not what a supervisor assigned to somebody.
  if (assignee !== null && (assignee === agent.userId || callback.assignedByUserId !== null)) return assignee === agent.userId
  return agent.countryIds.includes(callback.countryId) && agent.languageCodes.includes(callback.languageCode)
}

async function whyNotClaimed(deps: CallbackDeps, callbackId: string): Promise<Error> {
  const callback = await findCallback(deps.db, callbackId)
  return callback?.status === 'waiting' && callback.heldReason !== null ? new NotNow(callback.heldReason) : new ClaimMoved()
}

/** The attempt is committed: now, and only now, it may be dialled. @throws PhoneSystemAway: nothing was, and no try is used up */
export async function placeCall(deps: DiallingDeps, order: CallOrder): Promise<Taken> {
  try {
    await deps.callbackTelephony.placeCall(order)
  } catch (cause) {
    await orderNotTaken(deps, order.attemptId)
    throw new PhoneSystemAway(cause)
  }
  return { callbackId: order.callbackId, attemptId: order.attemptId }
}
