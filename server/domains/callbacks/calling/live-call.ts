/**
 * A worker who rang us talks to an agent. The conversation is an attempt that the worker made, with the call's own id: what the
 * line tells of it, and what the agent names, goes the way of every other attempt.
 */
import { randomUUID } from 'node:crypto'
import type { Tx } from '../../../platform/db/db.ts'
import { inTransaction } from '../../../platform/db/transaction.ts'
import { announce } from '../../../platform/live/announce.ts'
import { HOUR } from '../../../platform/time/duration.ts'
import { record } from '../../activity-log/service.ts'
import { endHold } from '../../agents/service.ts'
import { type CallerFacts, getCaller, linkCallback, setWorker } from '../../calls/service.ts'
import { type CountryFacts, getCountryFacts } from '../../countries/service.ts'
import { addUnknownCaller, findOrCreateCaller, noteLanguage } from '../../workers/service.ts'
import { holdAgent } from './agent-of-call.ts'
import * as attempts from './attempt-queries.ts'
import * as claims from '../dispatching/claim-queries.ts'
import { CALLBACK_CHANGED, type CallbackDeps } from '../deps.ts'
import * as records from '../record-queries.ts'
import { fixQuestionnaire } from '../dispatching/starting.ts'
import { resolveUnknown } from './unknown-alert.ts'

/** Longer than the longest conversation: whoever sees the line end, ends this. */
const TALK_LEASE_MS = 2.5 * HOUR

export type Conversation = { callId: string; agentUserId: string; at: Date }
type Taking = Conversation & { caller: CallerFacts; country: CountryFacts; languageCode: string; claimToken: string }

/**
 * Both talk: what the worker is owed already becomes this conversation, else a callback of its own does, which a withheld number
 * keeps from ever being dialled. Told again it changes nothing. @throws CallNotFound
 */
export async function conversationBegan(deps: CallbackDeps, conversation: Conversation): Promise<void> {
  const { callId, agentUserId, at } = conversation
  await inTransaction(deps.db, async (tx) => {
    if (await attempts.findAttempt(tx, callId)) return
    const caller = await getCaller(tx, callId)
    const country = await getCountryFacts({ db: tx }, caller.countryId)
    const languageCode = caller.languageCode ?? country.languageCodes[0]!
    const claimToken = randomUUID()
    const callbackId = await takeFor(deps, tx, { ...conversation, caller, country, languageCode, claimToken })
    const agent = await holdAgent(tx, agentUserId)
    const trunkId = caller.trunkId ?? country.trunks[0]!.id
    await attempts.insertInbound(tx, { id: callId, callbackId, claimToken, trunkId, agentUserId, at })
    await claims.extendLease(tx, callbackId, 'talking', TALK_LEASE_MS)
    await fixQuestionnaire(tx, callbackId)
    if (agent) await endHold(deps, tx, agentUserId)
    await linkCallback(tx, callId, callbackId)
    await record(tx, {
      actorUserId: agentUserId,
      action: 'callback.answered',
      subjectKind: 'callback',
      subjectId: callbackId,
      detail: { callId },
    })
    await announce(tx, CALLBACK_CHANGED, callbackId)
  })
}

/** The open callback of the worker, or a new one; claimed for the agent. */
async function takeFor(deps: CallbackDeps, tx: Tx, taking: Taking): Promise<string> {
  const { caller, languageCode, claimToken, agentUserId } = taking
  const { phoneNumberId, countryId } = caller
  if (phoneNumberId === null) return takeUnknown(deps, tx, taking)
  const { id: workerId } = await findOrCreateCaller(deps, tx, { phoneNumberId, countryId, languageCode })
  const open = await records.lockOpenOf(tx, workerId)
  await noteLanguage(tx, workerId, languageCode)
  // Another agent has it in hand, and rings them or writes down what was said.
  if (open && open.status !== 'waiting') return takeUnknown(deps, tx, taking)
  if (!open) return (await insert(tx, taking, { workerId, phoneNumberId })) ?? takeFor(deps, tx, taking)
  const claim = { claimToken, claimedByUserId: agentUserId, leaseUntil: taking.at }
  await records.updateCallback(tx, open.id, { ...claim, status: 'claimed', languageCode, heldReason: null })
  await resolveUnknown(tx, open.id)
  return open.id
}

async function takeUnknown(deps: CallbackDeps, tx: Tx, taking: Taking): Promise<string> {
  const { caller, languageCode } = taking
  const workerId = await addUnknownCaller(deps, tx, { countryId: caller.countryId, languageCode })
  // The PIN they are read afterwards is this worker's.
  if (caller.phoneNumberId === null) await setWorker(tx, caller.id, workerId)
  const callbackId = await insert(tx, taking, { workerId, phoneNumberId: null })
  if (callbackId === undefined) throw new Error('a worker who was made this moment has a callback already')
  return callbackId
}

/** Undefined when the worker has got an open one meanwhile. */
async function insert(
  tx: Tx,
  { caller, country, languageCode, claimToken, agentUserId, at }: Taking,
  worker: { workerId: string; phoneNumberId: string | null },
): Promise<string | undefined> {
  const { timeZone } = country.hours
  const callback = { ...worker, countryId: caller.countryId, languageCode, timeZone, dueAt: at, claimToken, claimedByUserId: agentUserId }
  return (await records.insertTaken(tx, callback))?.id
}
