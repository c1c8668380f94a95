import { sql } from 'kysely'
import { DAY } from '../time/duration.ts'
import type { Db } from './db.ts'

/**
 * Claims the minute that is beginning: true for one process only, whoever is first. Minutes are the database's, rounded to the
 * nearest, so that processes whose clocks differ by some seconds mean the same one.
 */
export async function claimMinute(db: Db, instance: string): Promise<boolean> {
  const result = await db
    .insertInto('heartbeat')
    .values({ tickMinute: sql<Date>`date_trunc('minute', now() + interval '30 seconds')`, instance })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

/** Milliseconds since some process last worked a minute; undefined when none ever did. */
export async function heartbeatAgeMs(db: Db): Promise<number | undefined> {
  const { ageMs } = await db
    .selectFrom('heartbeat')
    .select(sql<number | null>`(extract(epoch from now() - max(created_at)) * 1000)::float8`.as('ageMs'))
    .executeTakeFirstOrThrow()
  return ageMs ?? undefined
}

/** Forgets minutes older than a week. */
export async function pruneHeartbeats(db: Db): Promise<void> {
  await db
    .deleteFrom('heartbeat')
    .where('tickMinute', '<', sql<Date>`now() - ${7 * DAY} * interval '1 millisecond'`)
    .execute()
}
