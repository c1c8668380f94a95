import { sql } from 'kysely'
import { anyOf } from '../../platform/db/any-of.ts'
import type { Db, Tx } from '../../platform/db/db.ts'

export type NumberToInsert = { id: string; blindIndex: Buffer; countryId: string; dataKeyId: string; e164Sealed: Buffer }

export function findNumberByIndex(db: Db, blindIndex: Buffer) {
  return db
    .selectFrom('phoneNumber')
    .select('id')
    .select((eb) => eb('erasedAt', 'is not', null).as('isErased'))
    .where('blindIndex', '=', blindIndex)
    .executeTakeFirst()
}

/** @returns false when another transaction kept the same number first */
export async function insertNumber(tx: Tx, number: NumberToInsert): Promise<boolean> {
  const result = await tx
    .insertInto('phoneNumber')
    .values(number)
    .onConflict((conflict) => conflict.column('blindIndex').doNothing())
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

export function getSealedNumber(db: Db, id: string) {
  return db.selectFrom('phoneNumber').select(['e164Sealed', 'dataKeyId']).where('id', '=', id).executeTakeFirstOrThrow()
}

export function findCaller(db: Db, phoneNumberId: string) {
  return db
    .selectFrom('worker')
    .select(['id', 'languageCode', 'dataKeyId'])
    .where('phoneNumberId', '=', phoneNumberId)
    .where('origin', '=', 'caller')
    .executeTakeFirst()
}

export type WorkerToInsert = {
  id: string
  /** Null: none is known. */
  phoneNumberId: string | null
  dataKeyId: string
  origin: 'roster' | 'caller'
  aliasSealed: Buffer | null
  codeWordSealed?: Buffer | null
  languageCode: string | null
  countryId: string
  factoryId: string | null
}

/** @returns false when another transaction made the number's caller first */
export async function insertWorker(tx: Tx, worker: WorkerToInsert): Promise<boolean> {
  const result = await tx
    .insertInto('worker')
    .values(worker)
    .onConflict((conflict) => conflict.column('phoneNumberId').where('origin', '=', sql.lit('caller')).doNothing())
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

export async function setLanguage(tx: Tx, workerId: string, languageCode: string): Promise<void> {
  const isOther = sql<boolean>`language_code is distinct from ${languageCode}`
  await tx.updateTable('worker').set({ languageCode }).where('id', '=', workerId).where(isOther).execute()
}

export function getWorker(db: Db, id: string) {
  return db
    .selectFrom('worker')
    .select(['id', 'dataKeyId', 'phoneNumberId', 'refusedAt', 'factoryId', 'countryId', 'languageCode'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
}

export function getCodeWord(db: Db, workerId: string) {
  return db.selectFrom('worker').select(['dataKeyId', 'codeWordSealed']).where('id', '=', workerId).executeTakeFirstOrThrow()
}

/** Locks the number until the transaction ends: who rings it decides alone. */
export function lockNumber(tx: Tx, id: string) {
  return tx.selectFrom('phoneNumber').select(['neverCallSince', 'lastRungAt']).where('id', '=', id).forUpdate().executeTakeFirstOrThrow()
}

export function getNumber(db: Db, id: string) {
  return db
    .selectFrom('phoneNumber')
    .select(['neverCallSince', 'neverTextSince', 'lastRungAt'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
}

/** Of these numbers, those that asked not to be called. */
export async function listNeverCalled(db: Db, phoneNumberIds: readonly string[]): Promise<Set<string>> {
  const rows = await db
    .selectFrom('phoneNumber')
    .select('id')
    .where('id', '=', anyOf(phoneNumberIds))
    .where('neverCallSince', 'is not', null)
    .execute()
  return new Set(rows.map(({ id }) => id))
}

export async function setRefused(tx: Tx, workerId: string, at: Date): Promise<void> {
  await tx.updateTable('worker').set({ refusedAt: at }).where('id', '=', workerId).where('refusedAt', 'is', null).execute()
}

export async function setNeverCall(tx: Tx, phoneNumberId: string, at: Date): Promise<void> {
  await tx
    .updateTable('phoneNumber')
    .set({ neverCallSince: at })
    .where('id', '=', phoneNumberId)
    .where('neverCallSince', 'is', null)
    .execute()
}

/** @returns the callers and roster workers of this number */
export async function listWorkersOfNumber(db: Db, phoneNumberId: string): Promise<{ id: string; origin: string }[]> {
  return db.selectFrom('worker').select(['id', 'origin']).where('phoneNumberId', '=', phoneNumberId).execute()
}

export function listLanguages(db: Db, phoneNumberId: string): Promise<{ origin: string; languageCode: string | null }[]> {
  return db.selectFrom('worker').select(['origin', 'languageCode']).where('phoneNumberId', '=', phoneNumberId).execute()
}

export async function setNeverText(tx: Tx, phoneNumberId: string, at: Date): Promise<void> {
  await tx
    .updateTable('phoneNumber')
    .set({ neverTextSince: at })
    .where('id', '=', phoneNumberId)
    .where('neverTextSince', 'is', null)
    .execute()
}

/** Takes back what a STOP set, and no earlier refusal: that one was not given by text. */
export async function clearStop(tx: Tx, phoneNumberId: string): Promise<void> {
  const stopped = (column: string) => sql<boolean>`${sql.ref(column)} = phone_number.never_text_since`
  await tx
    .updateTable('worker')
    .from('phoneNumber')
    .set({ refusedAt: null })
    .whereRef('phoneNumber.id', '=', 'worker.phoneNumberId')
    .where('phoneNumber.id', '=', phoneNumberId)
    .where(stopped('worker.refusedAt'))
    .execute()
  await tx
    .updateTable('phoneNumber')
    .set({
      neverCallSince: sql<Date | null>`case when never_call_since = never_text_since then null else never_call_since end`,
      neverTextSince: null,
    })
    .where('id', '=', phoneNumberId)
    .execute()
}

export async function clearRefusal(tx: Tx, workerId: string, phoneNumberId: string): Promise<void> {
  await tx.updateTable('worker').set({ refusedAt: null }).where('id', '=', workerId).execute()
  await tx.updateTable('phoneNumber').set({ neverCallSince: null, neverTextSince: null }).where('id', '=', phoneNumberId).execute()
}

export async function setLastRung(tx: Tx, phoneNumberId: string, at: Date): Promise<void> {
  await tx.updateTable('phoneNumber').set({ lastRungAt: at }).where('id', '=', phoneNumberId).execute()
}

/** Workers of audits who gave this number. */
export async function countRosterWorkers(db: Db, phoneNumberId: string): Promise<number> {
  const { workers } = await db
    .selectFrom('worker')
    .select((eb) => eb.fn.countAll<number>().as('workers'))
    .where('phoneNumberId', '=', phoneNumberId)
    .where('origin', '=', 'roster')
    .executeTakeFirstOrThrow()
  return workers
}
