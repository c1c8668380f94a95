import { sql } from 'kysely'
import type { Db, Tx } from '../../platform/db/db.ts'
import { DELAY_MEMORY_MS, type Tries } from './rules.ts'

/** The tries of one key, locked, and the database's own time. @param key keyed hash of an account or address */
export async function lockTries(tx: Tx, key: Buffer): Promise<Tries & { now: Date }> {
  await tx
    .insertInto('signInDelay')
    .values({ key })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return tx
    .selectFrom('signInDelay')
    .select(['attempts', 'lastAttemptAt', sql<Date>`greatest(blocked_until, 'epoch')`.as('blockedUntil'), sql<Date>`now()`.as('now')])
    .where('key', '=', key)
    .forUpdate()
    .executeTakeFirstOrThrow()
}

export async function saveTries(tx: Tx, key: Buffer, tries: Tries): Promise<void> {
  await tx.updateTable('signInDelay').set(tries).where('key', '=', key).execute()
}

/** The try succeeded: an account starts afresh. */
export async function forgetTries(db: Db, key: Buffer): Promise<void> {
  await db.deleteFrom('signInDelay').where('key', '=', key).execute()
}

/** The try succeeded: an address gets this one back, and only this one; else one good account would pay for all guesses. */
export async function takeBackTry(db: Db, key: Buffer): Promise<void> {
  await db
    .updateTable('signInDelay')
    .set({ attempts: sql<number>`greatest(0, attempts - 1)`, blockedUntil: sql<Date>`'-infinity'` })
    .where('key', '=', key)
    .execute()
}

export async function deleteOldTries(db: Db): Promise<void> {
  await db
    .deleteFrom('signInDelay')
    .where('lastAttemptAt', '<', sql<Date>`now() - ${DELAY_MEMORY_MS} * interval '1 millisecond'`)
    .execute()
}
