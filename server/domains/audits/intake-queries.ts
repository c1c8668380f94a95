import type { Db, Tx } from '../../platform/db/db.ts'
import { anyOf } from '../../platform/db/any-of.ts'

const keys = (db: Db) => db.selectFrom('intakeKey').select(['id', 'publicKey', 'dataKeyId', 'privateKeySealed', 'createdAt'])
export type IntakeKeyRow = NonNullable<Awaited<ReturnType<typeof findKey>>>

export function findCurrentKey(db: Db) {
  return keys(db).where('retiredAt', 'is', null).executeTakeFirst()
}

export function findKey(db: Db, id: string) {
  return keys(db).where('id', '=', id).executeTakeFirst()
}

export type KeyToInsert = { id: string; publicKey: Buffer; dataKeyId: string; privateKeySealed: Buffer }

/** @returns false when another process made one first */
export async function insertKey(tx: Tx, key: KeyToInsert): Promise<boolean> {
  const result = await tx
    .insertInto('intakeKey')
    .values(key)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

export async function retireKey(tx: Tx, id: string): Promise<void> {
  await tx
    .updateTable('intakeKey')
    .set((eb) => ({ retiredAt: eb.fn<Date>('now', []) }))
    .where('id', '=', id)
    .where('retiredAt', 'is', null)
    .execute()
}

const entries = (db: Db) =>
  db
    .selectFrom('intakeEntry')
    .select(['id', 'auditId', 'auditorUserId', 'intakeKeyId', 'status', 'isDuplicateNumber', 'reasonCode', 'reason', 'sealed', 'createdAt'])
    .$narrowType<{ status: 'accepted' | 'kept' | 'discarded' }>()
export type EntryRow = NonNullable<Awaited<ReturnType<typeof findEntry>>>

export function findEntry(db: Db, id: string) {
  return entries(db).where('id', '=', id).executeTakeFirst()
}

export function listKept(db: Db, auditId: string) {
  return entries(db).where('auditId', '=', auditId).where('status', '=', 'kept').orderBy('createdAt').orderBy('id').execute()
}

/** Of these visits, how many entries a supervisor must decide on. */
export async function countKept(db: Db, auditIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('intakeEntry')
    .select((eb) => ['auditId', eb.fn.countAll<number>().as('kept')])
    .where('status', '=', 'kept')
    .where('auditId', '=', anyOf(auditIds))
    .groupBy('auditId')
    .execute()
  return new Map(rows.map(({ auditId, kept }) => [auditId, kept]))
}

type EntryBase = { id: string; auditId: string; auditorUserId: string; intakeKeyId: string }
export type EntryToInsert = EntryBase &
  ({ status: 'accepted'; isDuplicateNumber: boolean } | { status: 'kept'; reasonCode: string; reason: string; sealed: Buffer })

/** The audit is locked: nobody else takes this entry meanwhile. */
export async function insertEntry(tx: Tx, entry: EntryToInsert): Promise<void> {
  await tx.insertInto('intakeEntry').values(entry).execute()
}

/** A kept entry is decided on; its envelope goes. */
export async function settleEntry(
  tx: Tx,
  id: string,
  settled: { status: 'accepted' | 'discarded'; byUserId: string; isDuplicateNumber?: boolean },
): Promise<void> {
  const { status, byUserId, isDuplicateNumber = false } = settled
  await tx
    .updateTable('intakeEntry')
    .set((eb) => ({ status, isDuplicateNumber, sealed: null, settledByUserId: byUserId, settledAt: eb.fn<Date>('now', []) }))
    .where('id', '=', id)
    .where('status', '=', 'kept')
    .execute()
}
