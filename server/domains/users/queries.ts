import { sql, type Insertable, type Updateable } from 'kysely'
import type { Database, Db, Tx } from '../../platform/db/db.ts'

const userColumns = [
  'appUser.id',
  'email',
  'displayName',
  'role',
  'countryIds',
  'factoryIds',
  'clientId',
  'isActive',
  'appUser.createdAt',
] as const

export type UserRow = NonNullable<Awaited<ReturnType<typeof findUser>>>

export async function findUser(db: Db, id: string) {
  return db.selectFrom('appUser').select(userColumns).where('id', '=', id).executeTakeFirst()
}

/** The row stays locked to the end of the transaction. */
export async function lockUser(tx: Tx, id: string) {
  return tx.selectFrom('appUser').select(userColumns).where('id', '=', id).forUpdate().executeTakeFirst()
}

/** @param email lower case */
export async function findCredentials(db: Db, email: string) {
  return db.selectFrom('appUser').select(['id', 'passwordHash', 'isActive']).where('email', '=', email).executeTakeFirst()
}

export async function getPasswordHash(db: Db, id: string): Promise<string> {
  return (await db.selectFrom('appUser').select('passwordHash').where('id', '=', id).executeTakeFirstOrThrow()).passwordHash
}

export async function listUsers(db: Db): Promise<UserRow[]> {
  return db.selectFrom('appUser').select(userColumns).orderBy('displayName').orderBy('id').execute()
}

export async function insertUser(tx: Tx, user: Insertable<Database['appUser']>): Promise<UserRow> {
  return tx.insertInto('appUser').values(user).returning(userColumns).executeTakeFirstOrThrow()
}

export async function updateUser(tx: Tx, id: string, change: Updateable<Database['appUser']>): Promise<UserRow> {
  return tx
    .updateTable('appUser')
    .set({ ...change, updatedAt: sql<Date>`now()` })
    .where('id', '=', id)
    .returning(userColumns)
    .executeTakeFirstOrThrow()
}

/** All active administrators, locked: of two that retire each other at once, the second waits and sees the first. */
export async function lockActiveAdministrators(tx: Tx): Promise<string[]> {
  const rows = await tx
    .selectFrom('appUser')
    .select('id')
    .where('role', '=', 'administrator')
    .where('isActive', '=', true)
    .orderBy('id')
    .forUpdate()
    .execute()
  return rows.map(({ id }) => id)
}
