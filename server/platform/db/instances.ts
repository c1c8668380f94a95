import { type RawBuilder, sql, type SqlBool } from 'kysely'
import type { Db } from './db.ts'

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

/** Says that a process lives, and when it has told all: up to `toldAt` of the database's clock; null: something still waits. */
export async function noteInstance(db: Db, instance: string, toldAt: Date | null): Promise<void> {
  await db
    .insertInto('serviceInstance')
    .values({ instance, seenAt: sql<Date>`clock_timestamp()`, toldAt: toldAt ?? sql<Date>`'-infinity'` })
    .onConflict((conflict) => conflict.column('instance').doUpdateSet({ seenAt: sql<Date>`clock_timestamp()`, ...(toldAt && { toldAt }) }))
    .execute()
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
