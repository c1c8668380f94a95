import { sql } from 'kysely'
import type { Db, Tx } from '../../platform/db/db.ts'
import { beyond, exactly, type Position } from '../../platform/db/page.ts'
import type { ChangeWatch, CheckVerdict, CheckWay, LineKind } from './contract.ts'

/** Checks are about the machine and the line, whatever day the demo's calendar shows. */
const now = sql<Date>`clock_timestamp()`
const inMs = (ms: number) => sql<Date>`clock_timestamp() + ${ms} * interval '1 millisecond'`

export type NumberName = { countryId: string; kind: LineKind }

/** Gives each number without a schedule one; the first checks are spread over an hour. */
export async function addMissing(db: Db): Promise<void> {
  await db
    .insertInto('numberWatch')
    .columns(['countryId', 'lineKind', 'nextAt'])
    .expression((eb) =>
      eb
        .selectFrom('countryLine')
        .select(['countryId', 'kind', sql<Date>`clock_timestamp() + (10 + random() * 50) * interval '1 minute'`.as('nextAt')])
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('numberWatch as watch')
                .select('watch.countryId')
                .whereRef('watch.countryId', '=', 'countryLine.countryId')
                .whereRef('watch.lineKind', '=', 'countryLine.kind'),
            ),
          ),
        ),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

const watchColumns = ['countryId', 'lineKind', 'callWay', 'textWay', 'everyMinutes', 'nextAt', 'askedByUserId'] as const
export type WatchRow = Awaited<ReturnType<typeof listWatches>>[number]

export const listWatches = (db: Db) => db.selectFrom('numberWatch').select(watchColumns).execute()

export const lockWatch = (tx: Tx, { countryId, kind }: NumberName) =>
  tx
    .selectFrom('numberWatch')
    .select(watchColumns)
    .where('countryId', '=', countryId)
    .where('lineKind', '=', kind)
    .forUpdate()
    .executeTakeFirst()

/** Takes what is due, each number in one process; it is due again after its usual time whatever becomes of us. */
export async function claimDue(tx: Tx, limit: number): Promise<WatchRow[]> {
  const due = await tx
    .selectFrom('numberWatch')
    .select(watchColumns)
    .where('nextAt', '<=', now)
    .where((eb) => eb.or([eb('callWay', '<>', 'off'), eb('textWay', '<>', 'off')]))
    .orderBy('nextAt')
    .limit(limit)
    .forUpdate()
    .skipLocked()
    .execute()
  for (const { countryId, lineKind, everyMinutes } of due) await setNext(tx, { countryId, kind: lineKind as LineKind }, everyMinutes)
  return due
}

async function setNext(tx: Tx, { countryId, kind }: NumberName, inMinutes: number): Promise<void> {
  await tx
    .updateTable('numberWatch')
    .set({ nextAt: inMs(inMinutes * 60_000), askedByUserId: null })
    .where('countryId', '=', countryId)
    .where('lineKind', '=', kind)
    .execute()
}

export async function askFor(tx: Tx, { countryId, kind }: NumberName, userId: string): Promise<void> {
  await tx
    .updateTable('numberWatch')
    .set({ nextAt: now, askedByUserId: userId })
    .where('countryId', '=', countryId)
    .where('lineKind', '=', kind)
    .execute()
}

/** Sooner, never later. */
export async function bringForward(tx: Tx, { countryId, kind }: NumberName, inMinutes: number): Promise<void> {
  const at = inMs(inMinutes * 60_000)
  await tx
    .updateTable('numberWatch')
    .set({ nextAt: sql<Date>`least(next_at, ${at})` })
    .where('countryId', '=', countryId)
    .where('lineKind', '=', kind)
    .execute()
}

export async function setWatch(tx: Tx, { countryId, kind }: NumberName, change: ChangeWatch): Promise<void> {
  await tx.updateTable('numberWatch').set(change).where('countryId', '=', countryId).where('lineKind', '=', kind).execute()
}

export type CheckToInsert = {
  id: string
  countryId: string
  lineKind: LineKind
  kind: 'call' | 'text'
  way: Exclude<CheckWay, 'off'>
  trunkId: string
  token: string
  requestedByUserId: string | null
  expectedLanguageCode: string | null
  leaseMs: number
}

export async function insertCheck(tx: Tx, { leaseMs, ...check }: CheckToInsert): Promise<void> {
  await tx
    .insertInto('numberCheck')
    .values({ ...check, startedAt: now, leaseUntil: inMs(leaseMs) })
    .execute()
}

const checkColumns = [
  'id',
  'countryId',
  'lineKind',
  'kind',
  'way',
  'startedAt',
  'finishedAt',
  'recognisedAt',
  'verdict',
  'expectedLanguageCode',
  'heardLanguageCode',
  'answeredAfterMs',
  'detail',
  'requestedByUserId',
] as const
const checks = (db: Db) => db.selectFrom('numberCheck').select([...checkColumns, exactly('startedAt').as('exactStartedAt')])
export type CheckRow = Awaited<ReturnType<typeof listChecks>>[number]

export const findCheck = (db: Db, id: string) => checks(db).where('id', '=', id).executeTakeFirst()

/** Newest first. */
export function listChecks(db: Db, { countryId, kind }: NumberName, { after, limit }: { after?: Position | undefined; limit: number }) {
  return checks(db)
    .where('countryId', '=', countryId)
    .where('lineKind', '=', kind)
    .$if(after !== undefined, (query) => query.where(beyond('startedAt', 'id', after!, 'desc')))
    .orderBy('startedAt', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
}

/** The newest of each number and kind. */
export const listNewest = (db: Db) =>
  checks(db)
    .distinctOn(['countryId', 'lineKind', 'kind'])
    .orderBy('countryId')
    .orderBy('lineKind')
    .orderBy('kind')
    .orderBy('startedAt', 'desc')
    .execute()

type Token = { token: string; kind: 'call' | 'text'; number?: NumberName }

/** Takes the token, once. @returns the check it was; undefined for one that is none, was taken, or belongs to another number */
export async function takeToken(db: Db, { token, kind, number }: Token) {
  return db
    .updateTable('numberCheck')
    .set({ recognisedAt: now })
    .where('token', '=', token)
    .where('kind', '=', kind)
    .where('recognisedAt', 'is', null)
    .$if(number !== undefined, (query) => query.where('countryId', '=', number!.countryId).where('lineKind', '=', number!.kind))
    .where('startedAt', '>', sql<Date>`clock_timestamp() - interval '1 day'`)
    .returning(['id', 'countryId', 'lineKind', 'finishedAt', 'expectedLanguageCode'])
    .executeTakeFirst()
}

/** Whether a text with this token is ours, however late and however often it comes. */
export const findByToken = (db: Db, token: string, kind: 'call' | 'text') =>
  db.selectFrom('numberCheck').select('id').where('token', '=', token).where('kind', '=', kind).executeTakeFirst()

export type Finish = {
  verdict: CheckVerdict
  heardLanguageCode: string | null
  answeredAfterMs: number | null
  detail: string | null
}

/** @returns false when it has ended already */
export async function finish(tx: Tx, id: string, end: Finish): Promise<boolean> {
  const row = await tx
    .updateTable('numberCheck')
    .set({ ...end, finishedAt: now })
    .where('id', '=', id)
    .where('finishedAt', 'is', null)
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

/** Whose end nobody will tell any more. */
export const lockExpired = (tx: Tx) =>
  tx
    .selectFrom('numberCheck')
    .select(['id', 'countryId', 'lineKind', 'kind', 'expectedLanguageCode'])
    .where('finishedAt', 'is', null)
    .where('leaseUntil', '<', now)
    .forUpdate()
    .skipLocked()
    .execute()

/** Seconds since the newest check of a number began; undefined when there was none. */
export async function secondsSinceLast(db: Db, { countryId, kind }: NumberName): Promise<number | undefined> {
  const row = await db
    .selectFrom('numberCheck')
    .select(sql<number>`extract(epoch from clock_timestamp() - max(started_at))::float8`.as('seconds'))
    .where('countryId', '=', countryId)
    .where('lineKind', '=', kind)
    .executeTakeFirst()
  return row?.seconds ?? undefined
}

/** What other checks add to a trunk's use. */
export const trunkUse = (db: Db, trunkId: string, exceptId: string) =>
  db
    .selectFrom('numberCheck')
    .select([
      sql<number>`count(*) filter (where finished_at is null)::int`.as('callsNow'),
      sql<number>`count(*) filter (where started_at > clock_timestamp() - interval '1 hour')::int`.as('callsLastHour'),
    ])
    .where('trunkId', '=', trunkId)
    .where('kind', '=', 'call')
    .where('way', '=', 'trunk')
    .where('id', '<>', exceptId)
    .where('startedAt', '>', sql<Date>`clock_timestamp() - interval '1 hour'`)
    .executeTakeFirstOrThrow()

const KEPT_DAYS = 90

export async function forgetOld(db: Db): Promise<void> {
  await db
    .deleteFrom('numberCheck')
    .where('startedAt', '<', sql<Date>`clock_timestamp() - ${KEPT_DAYS} * interval '1 day'`)
    .execute()
}

export const listLanguageCodes = async (db: Db): Promise<string[]> =>
  (await db.selectFrom('language').select('code').orderBy('code').execute()).map(({ code }) => code)
