/** Conversations over the phone: told by the call path, shown on the board. Every write is safe to repeat. */
import type { FieldCipher } from '../../platform/crypto/field-cipher.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import { markTakenOver } from '../../platform/db/instances.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { NotFound } from '../../platform/errors.ts'
import { announce } from '../../platform/live/announce.ts'
import { isOurNumber } from '../countries/service.ts'
import { BadPhone, findOrCreateNumber, normalisePhone } from '../workers/service.ts'
import type { CallStatus, CallView, ContactChoice } from './contract.ts'
import * as queries from './queries.ts'

export type CallDeps = { db: Db; cipher: FieldCipher }
/** Announced with the call's id. */
export const CALL_CHANGED = 'call.changed'

export class CallNotFound extends NotFound {
  constructor(callId: string) {
    super('call-not-found', `There is no call ${callId}.`)
  }
}

export type ArrivedCall = {
  /** Made by the service; for a callback it is the attempt's id. */
  callId: string
  channelId: string
  direction: 'inbound' | 'outbound'
  /** `fallback`: the service was away and the dialplan took the call. */
  flow: 'inbound' | 'callback' | 'fallback'
  /** E.164 of our number that was called, or that we show. */
  did: string
  /** As the carrier sent it; null when withheld. Kept only when it is an ordinary number of the line's country. */
  callerE164: string | null
  /** Of an incoming call: what it came by; one we do not know is not noted. */
  trunkId?: string | null
  startedAt: Date
  instance: string
  callbackId?: string
  agentUserId?: string
}

/** A call has begun. Told again it changes nothing. @throws NotFound when the number dialled is not ours */
export async function recordArrived(deps: CallDeps, call: ArrivedCall): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    const line = await queries.findLine(tx, call.did)
    if (!line) throw new NotFound('line-not-found', 'The number called is not one of ours.')
    const caller = await keepCaller(deps, tx, call, line.countryId)
    const isNew = await queries.insertCall(tx, {
      id: call.callId,
      direction: call.direction,
      flow: call.flow,
      countryId: line.countryId,
      lineDid: call.did,
      channelId: call.channelId,
      instance: call.instance,
      trunkId: call.trunkId ?? null,
      callerNumber: caller.kind,
      phoneNumberId: caller.phoneNumberId,
      agentUserId: call.agentUserId ?? null,
      callbackId: call.callbackId ?? null,
      languageCode: line.fixedLanguageCode,
      startedAt: call.startedAt,
    })
    if (isNew) await announce(tx, CALL_CHANGED, call.callId)
  })
}

export type CallStep = {
  callId: string
  sequence: number
  name: string
  status?: CallStatus
  languageCode?: string
  /** Null: no agent any more. */
  agentUserId?: string | null
  at: Date
}

/** One step of a call; a repeated or late one never moves the call back. @throws CallNotFound */
export async function recordStep({ db }: Pick<CallDeps, 'db'>, step: CallStep): Promise<void> {
  await inTransaction(db, async (tx) => {
    const { isKnown, hasMoved } = await queries.insertStep(tx, step)
    if (!isKnown) throw new CallNotFound(step.callId)
    if (hasMoved) await announce(tx, CALL_CHANGED, step.callId)
  })
}

/** What picks the call up after a restart. */
export async function saveFlowState({ db }: Pick<CallDeps, 'db'>, callId: string, state: object): Promise<void> {
  await queries.saveFlowState(db, callId, state)
}

/** @param end.reason hung-up, completed, timed-out, lost, failed. Told again it changes nothing. */
export async function endCall({ db }: Pick<CallDeps, 'db'>, end: { callId: string; at: Date; reason: string }): Promise<void> {
  await inTransaction(db, async (tx) => {
    if (await queries.endCall(tx, end)) await announce(tx, CALL_CHANGED, end.callId)
  })
}

export type OpenCall = {
  callId: string
  channelId: string
  did: string
  flow: string
  flowState: unknown
  startedAt: Date
  callbackId: string | null
  instance: string
}

/** Calls without an end, oldest first; of one process when its instance is given. */
export function listOpenCalls({ db }: Pick<CallDeps, 'db'>, instance?: string): Promise<OpenCall[]> {
  return queries.listOpenCalls(db, instance)
}

/**
 * The calls of a process that is dead are another's from now on.
 * @param change.at now, by the product's calendar
 * @returns those without an end, oldest first; undefined when it has said meanwhile that it lives, or another process was first
 */
export function takeOverCalls(
  { db }: Pick<CallDeps, 'db'>,
  change: { from: string; to: string; at: Date },
): Promise<OpenCall[] | undefined> {
  return inTransaction(db, async (tx) => ((await markTakenOver(tx, change.from)) ? queries.moveOpenCalls(tx, change) : undefined))
}

/** Since when another process has calls that began in this one; without those that are still its own. */
export async function findTakenFrom(
  { db }: Pick<CallDeps, 'db'>,
  instance: string,
  callIds: readonly string[],
): Promise<Map<string, Date>> {
  if (!callIds.length) return new Map()
  const rows = await queries.listTaken(db, instance, callIds)
  return new Map(rows.map(({ id, takenOverAt }) => [id, takenOverAt!]))
}

export const hasOpenCall = queries.hasOpenCall

export type KnownCall = { flow: string; did: string; languageCode: string | null; startedAt: Date; isEnded: boolean }

/** Those of the ids that have a row. */
export async function findCalls({ db }: Pick<CallDeps, 'db'>, callIds: readonly string[]): Promise<Map<string, KnownCall>> {
  if (!callIds.length) return new Map()
  const rows = await queries.findCalls(db, callIds)
  return new Map(rows.map(({ id, endedAt, ...row }) => [id, { ...row, isEnded: endedAt !== null }]))
}

/**
 * @property phoneNumberId the number to ring back: the one they rang from, or the other they entered; null when it was withheld,
 *   is none we may call, or they want no call
 * @property callbackId the callback this call is, or led to
 * @property trunkId what an incoming call came by, where that is known
 * @property workerId whom a PIN showed them to be, or the nameless worker made for them: such a call plans nothing by number
 */
export type CallerFacts = {
  id: string
  countryId: string
  languageCode: string | null
  phoneNumberId: string | null
  callbackId: string | null
  trunkId: string | null
  workerId: string | null
}

/** Whom a call came from. @throws CallNotFound */
export async function getCaller(tx: Db, callId: string): Promise<CallerFacts> {
  return toCaller(callId, await queries.findCaller(tx, callId))
}

/** As `getCaller`, and the call is locked until the transaction ends. @throws CallNotFound */
export async function lockCaller(tx: Tx, callId: string): Promise<CallerFacts> {
  return toCaller(callId, await queries.lockCaller(tx, callId))
}

function toCaller(callId: string, row: Awaited<ReturnType<typeof queries.findCaller>>): CallerFacts {
  if (!row) throw new CallNotFound(callId)
  const { contactChoice, contactNumberId, phoneNumberId: rangFrom, ...caller } = row
  return { ...caller, phoneNumberId: contactChoice === 'none' ? null : (contactNumberId ?? rangFrom) }
}

/**
 * What the caller said about being called. The latest word counts.
 * @param contact.e164 the other number, as `normalisePhone` returns it
 * @throws CallNotFound
 */
export async function setContact(
  deps: Pick<CallDeps, 'cipher'>,
  tx: Tx,
  { callId, choice, e164 }: { callId: string; choice: ContactChoice; e164?: string | undefined },
): Promise<CallerFacts> {
  const { countryId } = await lockCaller(tx, callId)
  const numberId = e164 === undefined ? null : await findOrCreateNumber(deps, tx, { e164, countryId })
  await queries.setContact(tx, callId, { choice, numberId })
  return getCaller(tx, callId)
}

/** Who the caller is, where no number says it. */
export const setWorker = queries.setWorker

/** Notes the callback a call led to; null: none after all. */
export async function linkCallback(tx: Tx, callId: string, callbackId: string | null): Promise<void> {
  await queries.setCallback(tx, callId, callbackId)
  await announce(tx, CALL_CHANGED, callId)
}

/** For the board; ended calls too, so that one can be seen to leave. */
export async function findCallView({ db }: Pick<CallDeps, 'db'>, id: string): Promise<CallView | undefined> {
  const row = await queries.findCallView(db, id)
  return row && toView(row)
}

/** What goes on now, oldest first. */
export async function listLiveCalls({ db }: Pick<CallDeps, 'db'>): Promise<CallView[]> {
  return (await queries.listLiveCalls(db)).map(toView)
}

type KeptCaller = { kind: 'kept'; phoneNumberId: string } | { kind: 'withheld' | 'unusable' | 'ours'; phoneNumberId: null }

/** A number that is not an ordinary one of the country is not kept, in no form: nobody could be called back on it. */
async function keepCaller(deps: CallDeps, tx: Tx, call: ArrivedCall, countryId: string): Promise<KeptCaller> {
  if (call.direction === 'outbound') return { kind: 'ours', phoneNumberId: null }
  if (call.callerE164 === null) return { kind: 'withheld', phoneNumberId: null }
  try {
    const e164 = normalisePhone(countryId, call.callerE164)
    // A check of our own lines, or a stranger who shows our number: called back, we would ring ourselves.
    if (await isOurNumber(tx, e164)) return { kind: 'unusable', phoneNumberId: null }
    return { kind: 'kept', phoneNumberId: await findOrCreateNumber(deps, tx, { e164, countryId }) }
  } catch (error) {
    if (!(error instanceof BadPhone)) throw error
    return { kind: 'unusable', phoneNumberId: null }
  }
}

function toView({ startedAt, statusSince, endedAt, ...row }: queries.CallViewRow): CallView {
  return {
    ...row,
    startedAt: startedAt.toISOString(),
    statusSince: statusSince.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
  }
}
