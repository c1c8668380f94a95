/** The ledger of tries, written before anything is dialled. */
import { sql } from 'kysely'
import { anyOf } from '../../../platform/db/any-of.ts'
import type { Db, Tx } from '../../../platform/db/db.ts'
import type { NameOutcome, Outcome } from '../contract.ts'

export type AttemptToInsert = {
  id: string
  callbackId: string
  claimToken: string
  trunkId: string
  interpreterUserId: string | null
  createdAt: Date
}

/**
 * Writes the try down under the claim it was made with. @returns its number within the callback; undefined when the claim
 * has moved: then nothing may be dialled
 */
export async function insertAttempt(
  tx: Tx,
  { id, callbackId, claimToken, trunkId, interpreterUserId, createdAt }: AttemptToInsert,
): Promise<number | undefined> {
  const row = await tx
    .insertInto('attempt')
    .columns([
      ...(['id', 'callbackId', 'phoneNumberId', 'trunkId', 'claimToken'] as const),
      ...(['agentUserId', 'interpreterUserId', 'numberInCallback', 'createdAt'] as const),
    ])
    .expression((eb) =>
      eb
        .selectFrom('callback')
        .select([
          sql<string>`${id}::uuid`.as('id'),
          'callback.id as callbackId',
          'callback.phoneNumberId',
          sql<string>`${trunkId}::text`.as('trunkId'),
          'callback.claimToken',
          'callback.claimedByUserId',
          sql<string | null>`${interpreterUserId}::uuid`.as('interpreterUserId'),
          sql<number>`1 + (select count(*)::integer from attempt where attempt.callback_id = callback.id)`.as('numberInCallback'),
          sql<Date>`${createdAt}::timestamptz`.as('createdAt'),
        ])
        .where('callback.id', '=', callbackId)
        .where('callback.claimToken', '=', claimToken)
        .where('callback.status', '=', 'claimed'),
    )
    .returning('numberInCallback')
    .executeTakeFirst()
  return row?.numberInCallback
}

/**
 * A conversation that the worker began, written down under the claim it was made with. The number is named only when no other
 * call has it: it is then kept from being rung. @returns false when it is there already
 */
export async function insertInbound(tx: Tx, { id, callbackId, claimToken, trunkId, agentUserId, at }: InboundToInsert): Promise<boolean> {
  const number = sql<string>`(
    select phone_number_id from callback
    where id = ${callbackId}
      and not exists (select from attempt where attempt.phone_number_id = callback.phone_number_id and ended_at is null)
  )`
  const numberInCallback = sql<number>`(select 1 + count(*)::integer from attempt where callback_id = ${callbackId})`
  const result = await tx
    .insertInto('attempt')
    .values({
      id,
      callbackId,
      claimToken,
      trunkId,
      agentUserId,
      numberInCallback,
      phoneNumberId: number,
      isInbound: true,
      createdAt: at,
      answeredAt: at,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}
export type InboundToInsert = { id: string; callbackId: string; claimToken: string; trunkId: string; agentUserId: string; at: Date }

export type AttemptRecord = {
  id: string
  callbackId: string
  /** Null for a worker who rang us and withheld it. */
  phoneNumberId: string | null
  isInbound: boolean
  trunkId: string
  claimToken: string
  agentUserId: string
  /** The third on the line; null: there was none. */
  interpreterUserId: string | null
  /** From then on they were free for others. */
  interpreterLeftAt: Date | null
  createdAt: Date
  rangAt: Date | null
  answeredAt: Date | null
  endedAt: Date | null
  outcome: Outcome | null
  namedOutcome: NameOutcome | null
}

const columns = [
  'id',
  'callbackId',
  'phoneNumberId',
  'isInbound',
  'trunkId',
  'claimToken',
  'agentUserId',
  'interpreterUserId',
  'interpreterLeftAt',
  'createdAt',
  'rangAt',
  'answeredAt',
  'endedAt',
  'outcome',
  'namedOutcome',
] as const

export async function findAttempt(db: Db, id: string): Promise<AttemptRecord | undefined> {
  return (await db.selectFrom('attempt').select(columns).where('id', '=', id).executeTakeFirst()) as AttemptRecord | undefined
}

export async function findAttemptOfClaim(db: Db, claimToken: string): Promise<AttemptRecord | undefined> {
  const row = await db.selectFrom('attempt').select(columns).where('claimToken', '=', claimToken).executeTakeFirst()
  return row as AttemptRecord | undefined
}

/** Since when the worker of a try, and the number it is for, ask not to be called. */
export function findRefusal(db: Db, attemptId: string) {
  return db
    .selectFrom('attempt')
    .innerJoin('callback', 'callback.id', 'attempt.callbackId')
    .innerJoin('worker', 'worker.id', 'callback.workerId')
    .leftJoin('phoneNumber', 'phoneNumber.id', 'callback.phoneNumberId')
    .select(['worker.refusedAt', 'phoneNumber.neverCallSince'])
    .where('attempt.id', '=', attemptId)
    .executeTakeFirst()
}

/** All tries of a callback in order. */
export async function listAttempts(db: Db, callbackId: string): Promise<(AttemptRecord & { numberInCallback: number })[]> {
  const rows = await db
    .selectFrom('attempt')
    .select([...columns, 'numberInCallback'])
    .where('callbackId', '=', callbackId)
    .orderBy('numberInCallback')
    .execute()
  return rows as (AttemptRecord & { numberInCallback: number })[]
}

/** The first report counts; a repeated one changes nothing. */
export async function setReached(tx: Tx, id: string, column: 'rangAt' | 'answeredAt', at: Date): Promise<void> {
  await tx
    .updateTable('attempt')
    .set({ [column]: at })
    .where('id', '=', id)
    .where(column, 'is', null)
    .execute()
}

export async function setLineEnd(
  tx: Tx,
  id: string,
  end: { endedAt: Date; hangupCause: number | null; sipStatus: number | null },
): Promise<void> {
  await tx.updateTable('attempt').set(end).where('id', '=', id).execute()
}

/** @returns false when they had left before, or there was none */
export async function setInterpreterLeft(tx: Tx, id: string, at: Date): Promise<boolean> {
  const result = await tx
    .updateTable('attempt')
    .set({ interpreterLeftAt: at })
    .where('id', '=', id)
    .where('interpreterUserId', 'is not', null)
    .where('interpreterLeftAt', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

export async function setNamedOutcome(tx: Tx, id: string, named: NameOutcome): Promise<void> {
  await tx
    .updateTable('attempt')
    .set({ namedOutcome: JSON.stringify(named) })
    .where('id', '=', id)
    .execute()
}

export type Verdict = { outcome: Outcome; isCounted: boolean; isRingInVain: boolean }

/** @param endedAt kept when the line had ended before */
export async function setOutcome(tx: Tx, id: string, verdict: Verdict, endedAt: Date): Promise<void> {
  await tx
    .updateTable('attempt')
    .set({ ...verdict, endedAt: sql<Date>`coalesce(ended_at, ${endedAt})` })
    .where('id', '=', id)
    .execute()
}

/** An outcome that was unknown and is being learnt after all. */
export async function forgetOutcome(tx: Tx, id: string): Promise<void> {
  await tx.updateTable('attempt').set({ outcome: null, isCounted: null, isRingInVain: null }).where('id', '=', id).execute()
}

/** Rings without a conversation since an instant, by number. */
export async function listRingsInVain(db: Db, phoneNumberIds: readonly string[], since: Date): Promise<Map<string, Date[]>> {
  const rows = await db
    .selectFrom('attempt')
    .select(['phoneNumberId', 'endedAt'])
    .where('phoneNumberId', '=', anyOf(phoneNumberIds))
    .where('isRingInVain', '=', true)
    .where('createdAt', '>', since)
    .execute()
  const byNumber = new Map<string, Date[]>()
  for (const { phoneNumberId, endedAt } of rows) {
    if (phoneNumberId !== null && endedAt) byNumber.set(phoneNumberId, [...(byNumber.get(phoneNumberId) ?? []), endedAt])
  }
  return byNumber
}

/** Those of the numbers that are in a call this moment. */
export async function listBusyNumbers(db: Db, phoneNumberIds: readonly string[]): Promise<Set<string>> {
  const rows = await db
    .selectFrom('attempt')
    .select('phoneNumberId')
    .where('phoneNumberId', '=', anyOf(phoneNumberIds))
    .where('endedAt', 'is', null)
    .execute()
  return new Set(rows.flatMap(({ phoneNumberId }) => phoneNumberId ?? []))
}

/**
 * A trunk failed before anything rang, and the attempt goes on over the next: that is written down before it is dialled.
 */
export async function moveToTrunk(tx: Tx, attempt: Pick<AttemptRecord, 'id' | 'trunkId'>, { trunkId, at, hangupCause, sipStatus }: Move) {
  const failure = { attemptId: attempt.id, trunkId: attempt.trunkId, failedAt: at, hangupCause, sipStatus }
  await tx.insertInto('trunkFailure').values(failure).execute()
  await tx.updateTable('attempt').set({ trunkId }).where('id', '=', attempt.id).execute()
}
type Move = { trunkId: string; at: Date; hangupCause: number | null; sipStatus: number | null }

/** Those that failed for this attempt before the one it is on. */
export async function listFailedTrunks(db: Db, attemptId: string): Promise<string[]> {
  const rows = await db.selectFrom('trunkFailure').select('trunkId').where('attemptId', '=', attemptId).execute()
  return rows.map(({ trunkId }) => trunkId)
}

/** What workers began takes up a channel, and costs nothing. @param dayStart start of the country's local day */
export async function trunkUsage(db: Db, trunkId: string, { now, hourAgo, dayStart }: { now: Date; hourAgo: Date; dayStart: Date }) {
  const since = hourAgo < dayStart ? hourAgo : dayStart
  return db
    .selectFrom('attempt')
    .select([
      sql<number>`count(*) filter (where ended_at is null)`.as('callsNow'),
      sql<number>`count(*) filter (where created_at > ${hourAgo} and not is_inbound)`.as('callsLastHour'),
      sql<number>`(coalesce(sum(extract(epoch from coalesce(ended_at, ${now}::timestamptz) - answered_at))
        filter (where answered_at >= ${dayStart} and not is_inbound), 0) / 60)::float8`.as('minutesToday'),
    ])
    .where('trunkId', '=', trunkId)
    .where((eb) => eb.or([eb('createdAt', '>=', since), eb('endedAt', 'is', null)]))
    .executeTakeFirstOrThrow()
}

/** Whether somebody is rung or talks over it. */
export async function hasOpenAttempt(db: Db, trunkId: string): Promise<boolean> {
  const open = db.selectFrom('attempt').select('id').where('trunkId', '=', trunkId).where('endedAt', 'is', null)
  return (await open.limit(1).executeTakeFirst()) !== undefined
}

/** The newest call out that the carrier refused, unless one over this trunk has rung since. */
export async function findLastRefused(db: Db, trunkId: string): Promise<{ at: Date; sipStatus: number | null } | undefined> {
  const [last, moved] = await Promise.all([findLastJudged(db, trunkId), findLastMoved(db, trunkId)])
  const isRefused = last?.outcome === 'trunk-failure' && last.endedAt !== null
  const refused = isRefused ? { at: last.endedAt!, sipStatus: last.sipStatus } : undefined
  const since = last?.endedAt ?? last?.createdAt
  return moved && !(since && since > moved.at) ? moved : refused
}

/** The newest call that this trunk failed and another one took. */
function findLastMoved(db: Db, trunkId: string) {
  return db
    .selectFrom('trunkFailure')
    .select(['failedAt as at', 'sipStatus'])
    .where('trunkId', '=', trunkId)
    .orderBy('failedAt', 'desc')
    .limit(1)
    .executeTakeFirst()
}

function findLastJudged(db: Db, trunkId: string) {
  return db
    .selectFrom('attempt')
    .select(['outcome', 'createdAt', 'endedAt', 'sipStatus'])
    .where('trunkId', '=', trunkId)
    .where('isInbound', '=', false)
    .where((where) => where.or([where('outcome', '=', 'trunk-failure'), where('rangAt', 'is not', null)]))
    .orderBy('createdAt', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** Outcomes of a trunk's last tries, newest first; where it failed and the next trunk took the call, its failure. */
export async function listTrunkOutcomes(db: Db, trunkId: string, { since, limit }: { since: Date; limit: number }): Promise<Outcome[]> {
  const failures = db
    .selectFrom('trunkFailure')
    .select([sql<string | null>`'trunk-failure'`.as('outcome'), 'failedAt as at'])
    .where('trunkId', '=', trunkId)
    .where('failedAt', '>', since)
  const rows = await db
    .selectFrom('attempt')
    .select(['outcome', 'createdAt as at'])
    .where('trunkId', '=', trunkId)
    .where('createdAt', '>', since)
    .where('outcome', 'is not', null)
    // What failed on the agent's side says nothing about the trunk.
    .where('outcome', 'not in', ['agent-failure', 'unknown'])
    .where('isInbound', '=', false)
    .unionAll(failures)
    .orderBy('at', 'desc')
    .limit(limit)
    .execute()
  return rows.map(({ outcome }) => outcome as Outcome)
}

/** Tries whose line has not ended, with the process that has their call; null when no process told of one. */
export function listOpenAttempts(db: Db) {
  return db
    .selectFrom('attempt')
    .leftJoin('call', 'call.id', 'attempt.id')
    .select(['attempt.id as attemptId', 'attempt.callbackId', 'attempt.createdAt', 'call.instance'])
    .where('attempt.endedAt', 'is', null)
    .orderBy('attempt.createdAt')
    .execute()
}
