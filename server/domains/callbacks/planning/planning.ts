/** How callbacks begin when workers ring or write: a message left, a call missed. One open callback per worker, whatever the reasons. */
import type { Tx } from '../../../platform/db/db.ts'
import { inTransaction } from '../../../platform/db/transaction.ts'
import { announce } from '../../../platform/live/announce.ts'
import { record } from '../../activity-log/service.ts'
import { type CallerFacts, getCaller, linkCallback } from '../../calls/service.ts'
import { type CountryFacts, getCountryFacts } from '../../countries/service.ts'
import { findOrCreateCaller, getNumber, noteLanguage } from '../../workers/service.ts'
import type { CallbackReason } from '../contract.ts'
import { CALLBACK_CHANGED, type CallbackDeps } from '../deps.ts'
import * as records from '../record-queries.ts'
import { firstOccurrence } from './slot-rules.ts'
import { why } from '../why-rules.ts'

export type CallerPlan = {
  reason: Extract<CallbackReason, 'voicemail' | 'missed-call' | 'asked' | 'text'>
  phoneNumberId: string
  countryId: string
  languageCode: string
  /** When they rang or wrote. */
  at: Date
  /** Not to be rung before; and why, in one plain sentence. */
  notBefore?: { instant: Date; note: string }
  /** Only a supervisor may let a new one go on, as it may be for somebody else; what the number is owed already is left as it is. */
  heldReason?: string
}
export type CallerCallback = { callbackId: string; isNew: boolean; workerId: string; workerDataKeyId: string }

/**
 * Promises to ring back whoever rang or wrote from this number, at once inside calling hours. What they are owed already is
 * brought forward instead: a second message from the same phone joins the first.
 */
export async function planForCaller(deps: CallbackDeps, tx: Tx, plan: CallerPlan): Promise<CallerCallback> {
  return planIn(deps, tx, plan, await getCountryFacts({ db: tx }, plan.countryId))
}

async function planIn(deps: CallbackDeps, tx: Tx, plan: CallerPlan, { hours }: Pick<CountryFacts, 'hours'>): Promise<CallerCallback> {
  const { reason, phoneNumberId, countryId, languageCode, at, notBefore } = plan
  const { id: workerId, dataKeyId: workerDataKeyId } = await findOrCreateCaller(deps, tx, { phoneNumberId, countryId, languageCode })
  const dueAt = firstOccurrence({ slot: null, timeZone: hours.timeZone, hours }, notBefore?.instant ?? at)
  const { neverCallSince } = await getNumber(tx, phoneNumberId)
  const inserted = await records.insertCallback(tx, {
    reason,
    workerId,
    phoneNumberId,
    countryId,
    languageCode,
    timeZone: hours.timeZone,
    slot: null,
    dueAt: dueAt ?? at,
    expiresAt: null,
    plannedNote: notBefore?.note ?? null,
    heldReason: plan.heldReason ?? heldBecause(neverCallSince !== null, dueAt === undefined),
    mayShowCardNumber: false,
    auditId: null,
    questionnaireVersionId: null,
  })
  const join = { dueAt: dueAt ?? at, languageCode }
  const callbackId = inserted?.id ?? (plan.heldReason ? await findOpenCallback(tx, workerId) : await joinOpen(tx, { workerId, ...join }))
  // Closed between the two statements: the next look finds no open one, and makes it.
  if (callbackId === undefined) return planIn(deps, tx, plan, { hours })
  if (!plan.heldReason) await noteLanguage(tx, workerId, languageCode)
  const detail = { reason, isNew: inserted !== undefined }
  await record(tx, { actorUserId: null, action: 'callback.promised', subjectKind: 'callback', subjectId: callbackId, detail })
  await announce(tx, CALLBACK_CHANGED, callbackId)
  return { callbackId, isNew: inserted !== undefined, workerId, workerDataKeyId }
}

type OfCall = { callId: string; at: Date }

/**
 * A call came in and nobody was spoken to: the number is called back once, however often it rang meanwhile. Told again it
 * changes nothing. @returns null when the number was withheld or may not be called, and for whoever rang with a PIN
 * @throws CallNotFound
 */
export function recordMissedCall(deps: CallbackDeps, { callId, at }: OfCall): Promise<{ callbackId: string } | null> {
  return inTransaction(deps.db, async (tx) => {
    const caller = await getCaller(tx, callId)
    if (caller.callbackId) return { callbackId: caller.callbackId }
    if (!caller.phoneNumberId || caller.workerId) return null
    const country = await getCountryFacts({ db: tx }, caller.countryId)
    const before = await promisedBefore(tx, caller.phoneNumberId, country, at)
    if (before.kind === 'joined') return linked(tx, callId, before.callbackId)
    const reasons = { reason: 'missed-call', at, ...before.wait } as const
    return promise(deps, tx, { ...caller, phoneNumberId: caller.phoneNumberId, country }, reasons)
  })
}

/** The caller pressed the key for it. As `recordMissedCall`, but at once, however often they ask. @throws CallNotFound */
export function askCallback(deps: CallbackDeps, { callId, at }: OfCall): Promise<{ callbackId: string } | null> {
  return inTransaction(deps.db, async (tx) => {
    const caller = await getCaller(tx, callId)
    if (caller.callbackId) return { callbackId: caller.callbackId }
    if (!caller.phoneNumberId) return null
    const country = await getCountryFacts({ db: tx }, caller.countryId)
    return promise(deps, tx, { ...caller, phoneNumberId: caller.phoneNumberId, country }, { reason: 'asked', at })
  })
}

type Caller = CallerFacts & { phoneNumberId: string; country: CountryFacts }

async function promise(
  deps: CallbackDeps,
  tx: Tx,
  { id: callId, phoneNumberId, countryId, languageCode, country }: Caller,
  why: Pick<CallerPlan, 'reason' | 'at' | 'notBefore'>,
): Promise<{ callbackId: string }> {
  const language = languageCode ?? country.languageCodes[0]!
  const { callbackId } = await planIn(deps, tx, { ...why, phoneNumberId, countryId, languageCode: language }, country)
  return linked(tx, callId, callbackId)
}

async function linked(tx: Tx, callId: string, callbackId: string): Promise<{ callbackId: string }> {
  await linkCallback(tx, callId, callbackId)
  return { callbackId }
}

type Before = { kind: 'joined'; callbackId: string } | { kind: 'new'; wait: Pick<CallerPlan, 'notBefore'> }

/**
 * One callback per number and window. A call that was missed before the window's callback ended was answered by it. One that
 * comes later is a new promise, kept when the window is over: a machine that rings back whoever calls it would else go round
 * in circles with us, and a worker with more to say loses nothing.
 */
async function promisedBefore(
  tx: Tx,
  phoneNumberId: string,
  { missedCallWindowMinutes }: Pick<CountryFacts, 'missedCallWindowMinutes'>,
  at: Date,
): Promise<Before> {
  const recent = await records.findRecentlyPromised(tx, phoneNumberId, missedCallWindowMinutes)
  if (!recent?.closedAt) return { kind: 'new', wait: {} }
  if (at <= recent.closedAt) return { kind: 'joined', callbackId: recent.id }
  const note = why.say('rang-again', { minutes: missedCallWindowMinutes })
  return { kind: 'new', wait: { notBefore: { instant: new Date(at.getTime() + recent.remainingMs), note } } }
}

/** The callback a worker is owed already. */
export async function findOpenCallback(tx: Tx, workerId: string): Promise<string | undefined> {
  return (await records.lockOpenOf(tx, workerId))?.id
}

/** The last one that was planned for a worker, open or closed. */
export async function findNewestCallback(tx: Tx, workerId: string): Promise<string | undefined> {
  return records.findNewestOf(tx, workerId)
}

/**
 * A caller's word came after their message had been planned for: they want another number, or none. A callback that only this
 * call led to is closed; one that others led to as well waits for a supervisor. One that an agent has already is left to them.
 */
export async function dropPlan(
  deps: CallbackDeps,
  tx: Tx,
  { callbackId, callId, wish }: { callbackId: string; callId: string; wish: 'other' | 'none' },
): Promise<void> {
  const callback = await records.lockCallback(tx, callbackId)
  if (callback?.status !== 'waiting') return
  const isShared = await records.hasOtherCalls(tx, callbackId, callId)
  const change = isShared
    ? { heldReason: why.say(`later-wants-${wish}`) }
    : { status: 'closed' as const, closedAt: deps.clock.now(), closedReason: why.say(`wants-${wish}`) }
  await records.updateCallback(tx, callbackId, change)
  const detail = { wish, isHeld: isShared }
  await record(tx, { actorUserId: null, action: 'callback.dropped', subjectKind: 'callback', subjectId: callbackId, detail })
  await announce(tx, CALLBACK_CHANGED, callbackId)
}

function heldBecause(neverCall: boolean, isNeverOpen: boolean): string | null {
  if (neverCall) return why.say('rang-after-refusal')
  return isNeverOpen ? why.say('never-open-decide') : null
}

async function joinOpen(
  tx: Tx,
  { workerId, dueAt, languageCode }: { workerId: string; dueAt: Date; languageCode: string },
): Promise<string | undefined> {
  const open = await records.lockOpenOf(tx, workerId)
  if (open?.status === 'waiting') {
    await records.updateCallback(tx, open.id, { languageCode, ...(dueAt < open.dueAt && { dueAt }) })
  }
  return open?.id
}
