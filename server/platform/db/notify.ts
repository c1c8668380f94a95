import { sql } from 'kysely'
import type { Db } from './db.ts'

/** Tells every listener of a Postgres channel; in a transaction, when it commits. All messages go in one statement. */
export async function notify(db: Db, channel: string, messages: readonly string[]): Promise<void> {
  await sql`select pg_notify(${channel}, message) from unnest(${messages}::text[]) as message`.execute(db)
}
