import { sql } from 'kysely'
import type { Db, Tx } from '../../platform/db/db.ts'
import { beyond, exactly, type Position } from '../../platform/db/page.ts'
import type { Link, SealedFields } from './rules.ts'

// Any fixed number; sealers of all processes queue on it.
const SEALER_LOCK = 2_911_239

/** Appends one row. @param row what `record` was told, detail as an object */
export async function insertActivity(
  db: Db,
  row: { actorUserId: string | null; action: string; subjectKind: string; subjectId: string; detail: string },
): Promise<void> {
  await db.insertInto('activity').values(row).execute()
}

/** One sealer at a time, whatever process; held to the end of the transaction. @returns false when another is at work */
export async function tryLockSealer(tx: Tx): Promise<boolean> {
  const { rows } = await sql<{ gotIt: boolean }>`select pg_try_advisory_xact_lock(${SEALER_LOCK}) as got_it`.execute(tx)
  return rows[0]?.gotIt ?? false
}

export async function findLastLink(db: Db): Promise<{ position: number; hash: Buffer } | undefined> {
  return db.selectFrom('activityLink').select(['position', 'hash']).orderBy('position', 'desc').limit(1).executeTakeFirst()
}

/** Rows not yet in the chain, oldest first. */
export async function takeUnsealed(tx: Tx, limit: number): Promise<SealedFields[]> {
  return tx
    .selectFrom('activityUnsealed')
    .innerJoin('activity', 'activity.id', 'activityUnsealed.activityId')
    .select(sealedFields)
    .orderBy('activity.happenedAt')
    .orderBy('activity.id')
    .limit(limit)
    .execute()
}

/** Puts rows into the chain and takes them off the waiting list. */
export async function insertLinks(tx: Tx, links: Link[]): Promise<void> {
  const values = links.map(({ position, hash, row }) => ({ position, hash, activityId: row.id }))
  await tx.insertInto('activityLink').values(values).execute()
  const ids = links.map(({ row }) => row.id)
  await tx.deleteFrom('activityUnsealed').where('activityId', 'in', ids).execute()
}

/** The chain with its rows, from a place on. */
export async function listLinks(db: Db, afterPosition: number, limit: number): Promise<Link[]> {
  const rows = await db
    .selectFrom('activityLink')
    .innerJoin('activity', 'activity.id', 'activityLink.activityId')
    .select(['activityLink.position', 'activityLink.hash'])
    .select(sealedFields)
    .where('activityLink.position', '>', afterPosition)
    .orderBy('activityLink.position')
    .limit(limit)
    .execute()
  return rows.map(({ position, hash, ...row }) => ({ position, hash, row }))
}

/** Rows that are in neither the chain nor, for longer than a minute, on the way into it: somebody took them off the list. */
export async function countUnchained(db: Db): Promise<number> {
  const { rows } = await db
    .selectFrom('activity')
    .select((eb) => eb.fn.countAll<number>().as('rows'))
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('activityLink').select('position').whereRef('activityLink.activityId', '=', 'activity.id'))),
    )
    .where('happenedAt', '<', sql<Date>`clock_timestamp() - interval '1 minute'`)
    .executeTakeFirstOrThrow()
  return rows
}

/** Newest first. */
export async function listActivities(
  db: Db,
  { subjectKind, subjectId, after, limit }: { subjectKind?: string; subjectId?: string; after?: Position; limit: number },
) {
  return db
    .selectFrom('activity')
    .leftJoin('activityLink', 'activityLink.activityId', 'activity.id')
    .select(['activity.id', 'happenedAt', 'actorUserId', 'action', 'subjectKind', 'subjectId', 'detail', 'position'])
    .select(exactly('happenedAt').as('exactHappenedAt'))
    .$if(subjectKind !== undefined, (query) => query.where('subjectKind', '=', subjectKind!))
    .$if(subjectId !== undefined, (query) => query.where('subjectId', '=', subjectId!))
    .$if(after !== undefined, (query) => query.where(beyond('happenedAt', 'activity.id', after!, 'desc')))
    .orderBy('happenedAt', 'desc')
    .orderBy('activity.id', 'desc')
    .limit(limit)
    .execute()
}

const sealedFields = [
  'activity.id',
  sql<string>`to_char(happened_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')`.as('happenedAt'),
  'actorUserId',
  'action',
  'subjectKind',
  'subjectId',
  sql<string>`detail::text`.as('detail'),
] as const
