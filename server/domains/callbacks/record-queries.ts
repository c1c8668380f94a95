import { sql } from 'kysely'
import { anyOf } from '../../platform/db/any-of.ts'
import type { Tx } from '../../platform/db/db.ts'
import type { Assignment } from './unserved/assigning-rules.ts'
import type { CallbackReason, CallbackStatus, Outcome, Slot } from './contract.ts'

/** One callback as stored. */
export type CallbackRecord = {
  id: string
  reference: string
  reason: CallbackReason
  status: CallbackStatus
  workerId: string
  /** Null: withheld; such a callback is never waiting. */
  phoneNumberId: string | null
  countryId: string
  languageCode: string
  timeZone: string
  slot: Slot | null
  dueAt: Date
  expiresAt: Date | null
  plannedNote: string | null
  heldReason: string | null
  mayShowCardNumber: boolean
  questionnaireVersionId: string | null
  countedAttempts: number
  claimToken: string | null
  claimedByUserId: string | null
  lastOutcome: Outcome | null
  closedReason: string | null
} & Assignment

export const callbackColumns = [
  'callback.id',
  'callback.reference',
  'callback.reason',
  'callback.status',
  'callback.workerId',
  'callback.phoneNumberId',
  'callback.countryId',
  'callback.languageCode',
  'callback.timeZone',
  'callback.slot',
  'callback.dueAt',
  'callback.expiresAt',
  'callback.plannedNote',
  'callback.heldReason',
  'callback.mayShowCardNumber',
  'callback.questionnaireVersionId',
  'callback.countedAttempts',
  'callback.claimToken',
  'callback.claimedByUserId',
  'callback.lastOutcome',
  'callback.closedReason',
  'callback.assignedAgentUserId',
  'callback.assignedUntil',
  'callback.assignedByUserId',
  'callback.interpreterUserId',
] as const

export async function lockCallback(tx: Tx, id: string): Promise<CallbackRecord | undefined> {
  const row = await tx.selectFrom('callback').select(callbackColumns).where('id', '=', id).forUpdate().executeTakeFirst()
  return row as CallbackRecord | undefined
}

/** As `lockCallback`, the callback of an attempt. */
export async function lockCallbackOf(tx: Tx, attemptId: string): Promise<CallbackRecord | undefined> {
  const row = await tx
    .selectFrom('callback')
    .select(callbackColumns)
    .where('id', '=', (eb) => eb.selectFrom('attempt').select('callbackId').where('attempt.id', '=', attemptId))
    .forUpdate()
    .executeTakeFirst()
  return row as CallbackRecord | undefined
}

export type CallbackToInsert = {
  reason: CallbackReason
  workerId: string
  phoneNumberId: string
  countryId: string
  languageCode: string
  timeZone: string
  slot: Slot | null
  dueAt: Date
  expiresAt: Date | null
  plannedNote: string | null
  heldReason: string | null
  mayShowCardNumber: boolean
  auditId: string | null
  questionnaireVersionId: string | null
}
export type Planned = { id: string; reference: string }

/** Undefined when the worker has an open callback already. */
export function insertCallback(tx: Tx, { slot, ...callback }: CallbackToInsert): Promise<Planned | undefined> {
  return tx
    .insertInto('callback')
    .values({ ...callback, slot: slot && JSON.stringify(slot), status: 'waiting' })
    .onConflict((conflict) => conflict.doNothing())
    .returning(['id', 'reference'])
    .executeTakeFirst()
}

/** A conversation that the worker began: an agent's from its first moment, so that nothing else can claim and dial it. */
export function insertTaken(
  tx: Tx,
  callback: Pick<CallbackToInsert, 'workerId' | 'countryId' | 'languageCode' | 'timeZone' | 'dueAt'> & {
    phoneNumberId: string | null
    claimToken: string
    claimedByUserId: string
  },
): Promise<Planned | undefined> {
  return tx
    .insertInto('callback')
    .values({ ...callback, reason: 'live-call', status: 'claimed', leaseUntil: sql<Date>`clock_timestamp()` })
    .onConflict((conflict) => conflict.doNothing())
    .returning(['id', 'reference'])
    .executeTakeFirst()
}

/**
 * The last callback a number was promised for calling us, within so long (real time), when it is over. @property
 * remainingMs until the window is over
 */
export function findRecentlyPromised(tx: Tx, phoneNumberId: string, windowMinutes: number) {
  const windowEnd = sql`created_at + ${windowMinutes} * interval '1 minute'`
  return tx
    .selectFrom('callback')
    .select(['id', 'closedAt', sql<number>`(extract(epoch from ${windowEnd} - now()) * 1000)::float8`.as('remainingMs')])
    .where('phoneNumberId', '=', phoneNumberId)
    .where('reason', 'in', ['missed-call', 'asked'])
    .where('closedAt', 'is not', null)
    .where(sql<boolean>`${windowEnd} > now()`)
    .orderBy('createdAt', 'desc')
    .executeTakeFirst()
}

const OPEN = ['waiting', 'claimed', 'ringing', 'talking', 'wrap-up']

/** The worker's open callback, locked. */
export function lockOpenOf(tx: Tx, workerId: string) {
  return tx
    .selectFrom('callback')
    .select(['id', 'reference', 'status', 'dueAt'])
    .where('workerId', '=', workerId)
    .where('status', 'in', OPEN)
    .forUpdate()
    .executeTakeFirst()
}

export async function findNewestOf(tx: Tx, workerId: string): Promise<string | undefined> {
  const row = await tx
    .selectFrom('callback')
    .select('id')
    .where('workerId', '=', workerId)
    .orderBy('createdAt', 'desc')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
  return row?.id
}

/** Whether another call, or anything but calls, led to it. */
export async function hasOtherCalls(tx: Tx, callbackId: string, callId: string): Promise<boolean> {
  const { reason, otherCalls } = await tx
    .selectFrom('callback')
    .select((eb) => [
      'callback.reason',
      eb
        .selectFrom('call')
        .select((one) => one.fn.countAll<number>().as('count'))
        .where('call.callbackId', '=', callbackId)
        .where('call.direction', '=', 'inbound')
        .where('call.id', '!=', callId)
        .as('otherCalls'),
    ])
    .where('callback.id', '=', callbackId)
    .executeTakeFirstOrThrow()
  return Number(otherCalls) > 0 || (reason !== 'voicemail' && reason !== 'missed-call')
}

/** What these workers are owed and nobody talks about yet, locked. */
export function lockRefusable(tx: Tx, workerIds: readonly string[]) {
  return tx
    .selectFrom('callback')
    .select(['id', 'claimToken'])
    .where('workerId', '=', anyOf(workerIds))
    .where('status', 'in', ['planned', 'waiting', 'claimed', 'ringing'])
    .orderBy('id')
    .forUpdate()
    .execute()
}

/** What may change of a callback; a change of status that claims or releases it goes through claims or `settle`. */
export type CallbackChange = Partial<Assignment> &
  Partial<{
    status: CallbackStatus
    dueAt: Date
    slot: Slot | null
    expiresAt: Date | null
    plannedNote: string | null
    heldReason: string | null
    languageCode: string
    countedAttempts: number
    lastOutcome: Outcome
    closedAt: Date
    closedReason: string
    claimToken: string | null
    claimedByUserId: string | null
    leaseUntil: Date | null
  }>

export async function updateCallback(tx: Tx, id: string, { slot, ...change }: CallbackChange): Promise<void> {
  await tx
    .updateTable('callback')
    .set({ ...change, ...(slot !== undefined && { slot: slot && JSON.stringify(slot) }), updatedAt: sql<Date>`now()` })
    .where('id', '=', id)
    .execute()
}

/** Waiting ones whose last day has passed, closed. @returns their ids */
export async function closeExpired(tx: Tx, now: Date, reason: string): Promise<string[]> {
  const rows = await tx
    .updateTable('callback')
    .set({ status: 'closed', closedAt: now, closedReason: reason, updatedAt: sql<Date>`now()` })
    .where('status', '=', 'waiting')
    .where('heldReason', 'is', null)
    .where('expiresAt', '<=', now)
    .returning('id')
    .execute()
  return rows.map(({ id }) => id)
}

/** Which questionnaire the worker is asked with; null: the standard one. */
export async function findQuestionnaire(tx: Tx, id: string): Promise<string | null> {
  const { questionnaireId } = await tx.selectFrom('callback').select('questionnaireId').where('id', '=', id).executeTakeFirstOrThrow()
  return questionnaireId
}

/** Unless it is asked with one already. */
export async function fixVersion(tx: Tx, id: string, questionnaireVersionId: string): Promise<void> {
  await tx
    .updateTable('callback')
    .set({ questionnaireVersionId })
    .where('id', '=', id)
    .where('questionnaireVersionId', 'is', null)
    .execute()
}
