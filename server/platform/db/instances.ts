import { type RawBuilder, sql, type SqlBool } from 'kysely'
import { SECOND } from '../time/duration.ts'
import type { Db, Tx } from './db.ts'

/**
 * A process that said nothing while others worked so many minutes is dead: what lies on its disk is waited for no longer.
 * Minutes that somebody worked, not minutes: while the database is away nobody can say anything.
 */
export const DEAD_AFTER_MINUTES = 3

/** The database's clock. */
export async function databaseNow(db: Db): Promise<Date> {
  const { now } = await db.selectNoFrom(sql<Date>`clock_timestamp()`.as('now')).executeTakeFirstOrThrow()
  return now
}

/**
 * Says that a process lives, and when it has told all: up to `toldAt` of the database's clock; null: something still waits.
 * @returns whether it was taken for dead since it last said so, and another process took its calls over
 */
export async function noteInstance(db: Db, instance: string, toldAt: Date | null): Promise<{ wasTakenOver: boolean }> {
  const { rows } = await sql<{ wasTakenOver: boolean }>`
    insert into service_instance (instance, seen_at, told_at)
    values (${instance}, clock_timestamp(), coalesce(${toldAt}::timestamptz, '-infinity'))
    on conflict (instance) do update
    set seen_at = clock_timestamp(), told_at = coalesce(${toldAt}::timestamptz, service_instance.told_at), taken_over_at = null
    returning coalesce(old.taken_over_at is not null, false) as was_taken_over`.execute(db)
  return rows[0]!
}

/** Beats missed, and then some: a process that lives says so every three seconds. */
const SILENT_AFTER_MS = 10 * SECOND
const silenceBegan = sql<Date>`clock_timestamp() - ${SILENT_AFTER_MS} * interval '1 millisecond'`

/**
 * Other processes that have said nothing for a while, or stopped and left calls behind, and whose calls nobody has taken over yet.
 * They may be dead, or cut off from the database.
 */
export async function listSilent(db: Db, instance: string): Promise<string[]> {
  const { rows } = await sql<{ instance: string }>`
    select instance from service_instance
    where instance <> ${instance} and seen_at < ${silenceBegan} and taken_over_at is null
    union
    select instance from call
    where status <> 'ended' and instance <> ${instance} and instance not in (select instance from service_instance)`.execute(db)
  return rows.map((row) => row.instance)
}

/** @returns false when it has said meanwhile that it lives, or another process was first */
export async function markTakenOver(tx: Tx, instance: string): Promise<boolean> {
  const { rows } = await sql`
    insert into service_instance (instance, seen_at, told_at, taken_over_at)
    values (${instance}, '-infinity', clock_timestamp(), clock_timestamp())
    on conflict (instance) do update
    set taken_over_at = clock_timestamp()
    where service_instance.seen_at < ${silenceBegan} and service_instance.taken_over_at is null
    returning instance`.execute(tx)
  return rows.length === 1
}

export async function forgetInstance(db: Db, instance: string): Promise<void> {
  await db.deleteFrom('serviceInstance').where('instance', '=', instance).execute()
}

/**
 * A condition: no living process may still have something to tell of what happened before an instant.
 * @param instant a column of the query it stands in, `callback.lease_until`
 */
export function allHaveTold(instant: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`not exists (
    select from service_instance
    where told_at < ${sql.ref(instant)}
      and (select count(*) from heartbeat where tick_minute > seen_at) < ${DEAD_AFTER_MINUTES}
  )`
}
