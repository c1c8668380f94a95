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

type OfFactory = { factoryId: string; countryId: string }

const auditorsOf = (db: Db, { factoryId, countryId }: OfFactory) =>
  db
    .selectFrom('appUser')
    .select(['id', 'displayName'])
    .select(sql<boolean>`${factoryId}::uuid = any(factory_ids)`.as('isAssigned'))
    .where('role', '=', 'auditor')
    .where('isActive', '=', true)
    .where(sql<boolean>`${countryId} = any(country_ids)`)

export function listAuditors(db: Db, factory: OfFactory) {
  return auditorsOf(db, factory).orderBy('displayName').orderBy('id').execute()
}

/** In the order of their ids: two who assign at once never wait for each other. */
export function lockAuditors(tx: Tx, factory: OfFactory) {
  return auditorsOf(tx, factory).orderBy('id').forUpdate().execute()
}

export async function setFactory(tx: Tx, userId: string, factoryId: string, as: 'given' | 'taken'): Promise<void> {
  const factoryIds =
    as === 'given'
      ? sql<string[]>`array_append(factory_ids, ${factoryId}::uuid)`
      : sql<string[]>`array_remove(factory_ids, ${factoryId}::uuid)`
  await tx
    .updateTable('appUser')
    .set({ factoryIds, updatedAt: sql<Date>`now()` })
    .where('id', '=', userId)
    .execute()
}
