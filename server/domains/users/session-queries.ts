import { sql, type ExpressionBuilder } from 'kysely'
import type { Database, Db, Tx } from '../../platform/db/db.ts'
import { MINUTE } from '../../platform/time/duration.ts'
import { SESSION_IDLE_MS, SESSION_MAX_MS } from './rules.ts'

// Sessions run on the database's real time: the demo's calendar may jump, and processes' clocks may differ.
const idleMs = sql`${SESSION_IDLE_MS} * interval '1 millisecond'`
const maxMs = sql`${SESSION_MAX_MS} * interval '1 millisecond'`
// Being seen is written down once a minute, not with every request.
const touchMs = sql`${1 * MINUTE} * interval '1 millisecond'`

function isAlive(eb: ExpressionBuilder<Database, 'userSession'>) {
  return eb.and([
    eb('userSession.revokedAt', 'is', null),
    eb('userSession.expiresAt', '>', sql<Date>`now()`),
    eb('userSession.lastSeenAt', '>', sql<Date>`now() - ${idleMs}`),
  ])
}

/** @param tokenHash SHA-256 of the cookie's token */
export async function insertSession(tx: Tx, session: { userId: string; tokenHash: Buffer; userAgent: string }) {
  return tx
    .insertInto('userSession')
    .values({ ...session, expiresAt: sql<Date>`now() + ${maxMs}` })
    .returning(['id', 'expiresAt'])
    .executeTakeFirstOrThrow()
}

/** The living session of a token, with its active user. */
export async function findSession(db: Db, tokenHash: Buffer) {
  return db
    .selectFrom('userSession')
    .innerJoin('appUser', 'appUser.id', 'userSession.userId')
    .select(['userSession.id as sessionId', 'expiresAt', 'appUser.id as userId', 'email', 'displayName', 'role'])
    .select(['countryIds', 'factoryIds', 'clientId'])
    .select(sql<boolean>`last_seen_at < now() - ${touchMs}`.as('isDueForTouch'))
    .where('tokenHash', '=', tokenHash)
    .where('isActive', '=', true)
    .where(isAlive)
    .executeTakeFirst()
}

export async function touchSession(db: Db, id: string): Promise<void> {
  await db
    .updateTable('userSession')
    .set({ lastSeenAt: sql<Date>`now()` })
    .where('id', '=', id)
    .execute()
}

/** Of these sessions, the ones still good. */
export async function findLiveSessionIds(db: Db, ids: string[]): Promise<string[]> {
  const rows = await db
    .selectFrom('userSession')
    .innerJoin('appUser', 'appUser.id', 'userSession.userId')
    .select('userSession.id')
    .where('userSession.id', 'in', ids)
    .where('isActive', '=', true)
    .where(isAlive)
    .execute()
  return rows.map(({ id }) => id)
}

export async function listSessions(db: Db, userId: string) {
  return db
    .selectFrom('userSession')
    .select(['id', 'userAgent', 'createdAt', 'lastSeenAt', 'expiresAt'])
    .where('userId', '=', userId)
    .where(isAlive)
    .orderBy('createdAt', 'desc')
    .execute()
}

/** Ends a user's sessions: one, all, or all but one. @returns the ids that were ended by this call */
export async function revokeSessions(
  tx: Tx,
  { userId, only, except }: { userId: string; only?: string | undefined; except?: string | undefined },
): Promise<string[]> {
  const rows = await tx
    .updateTable('userSession')
    .set({ revokedAt: sql<Date>`now()` })
    .where('userId', '=', userId)
    .where('revokedAt', 'is', null)
    .$if(only !== undefined, (query) => query.where('id', '=', only!))
    .$if(except !== undefined, (query) => query.where('id', '!=', except!))
    .returning('id')
    .execute()
  return rows.map(({ id }) => id)
}

/** Forgets sessions that ended a month ago. */
export async function deleteOldSessions(db: Db): Promise<void> {
  await db
    .deleteFrom('userSession')
    .where('expiresAt', '<', sql<Date>`now() - interval '30 days'`)
    .execute()
}
