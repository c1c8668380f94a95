import type { Db, Tx } from '../../platform/db/db.ts'

const columns = [
  'id',
  'countryId',
  'dialOrder',
  'answersOptions',
  'toldAt',
  'pausedReason',
  'resumesAt',
  'maxChannels',
  'maxCallsPerHour',
  'maxMinutesPerDay',
  'maxCallSeconds',
] as const

/** Those that were removed are in no list, and cannot be locked. */
const trunks = (db: Db) => db.selectFrom('trunk').select(columns).where('removedAt', 'is', null).orderBy('dialOrder').orderBy('id')

export type TrunkRow = Awaited<ReturnType<typeof listTrunks>>[number]

/** Of all countries, or of one, in the order in which calls out try them. */
export function listTrunks(db: Db, countryId?: string) {
  return trunks(db)
    .$if(countryId !== undefined, (query) => query.where('countryId', '=', countryId!))
    .execute()
}

/** Locks the trunk until the transaction ends: calls that start at the same time are counted one after the other. */
export function lockTrunk(tx: Tx, id: string) {
  return trunks(tx).where('id', '=', id).forUpdate().executeTakeFirst()
}

/** As `lockTrunk`, all of a country: every transaction that needs several gets them in the same order. */
export function lockTrunks(tx: Tx, countryId: string) {
  return tx
    .selectFrom('trunk')
    .select(columns)
    .where('countryId', '=', countryId)
    .where('removedAt', 'is', null)
    .orderBy('id')
    .forUpdate()
    .execute()
}

export async function setPaused(tx: Tx, id: string, paused: { at: Date; reason: string; resumesAt: Date | null } | null): Promise<void> {
  await tx
    .updateTable('trunk')
    .set({ pausedAt: paused?.at ?? null, pausedReason: paused?.reason ?? null, resumesAt: paused?.resumesAt ?? null })
    .where('id', '=', id)
    .execute()
}

export async function setTold(tx: Tx, id: string, { fingerprint, at }: { fingerprint: string; at: Date }): Promise<void> {
  await tx.updateTable('trunk').set({ toldFingerprint: fingerprint, toldAt: at }).where('id', '=', id).execute()
}

/** Asterisk's configuration is written without them now. */
export async function forgetRemoved(tx: Tx): Promise<void> {
  await tx
    .updateTable('trunk')
    .set({ toldFingerprint: null, toldAt: null })
    .where('removedAt', 'is not', null)
    .where('toldAt', 'is not', null)
    .execute()
}

/** It carries nothing from now on; the country's numbers are the heir's. */
export async function setRemoved(tx: Tx, id: string, { at, heirId }: { at: Date; heirId: string }): Promise<void> {
  await tx.updateTable('trunk').set({ removedAt: at, pausedAt: null, pausedReason: null, resumesAt: null }).where('id', '=', id).execute()
  await tx.updateTable('countryLine').set({ trunkId: heirId }).where('trunkId', '=', id).execute()
}

/** What Asterisk was last told of each, those included that were removed and that it still has, by country and dialling order. */
export function listTold(db: Db) {
  return db
    .selectFrom('trunk')
    .select(['id', 'countryId', 'carrierHost', 'pausedReason', 'resumesAt', 'maxChannels', 'toldFingerprint', 'toldAt', 'removedAt'])
    .where((where) => where.or([where('removedAt', 'is', null), where('toldAt', 'is not', null)]))
    .orderBy('dialOrder')
    .orderBy('id')
    .execute()
}

export async function insertTrunk(
  tx: Tx,
  trunk: { id: string; countryId: string; carrierHost: string; carrierPort: number; dialOrder: number },
): Promise<void> {
  await tx.insertInto('trunk').values(trunk).execute()
}

export async function setDialOrder(tx: Tx, id: string, dialOrder: number): Promise<void> {
  await tx.updateTable('trunk').set({ dialOrder }).where('id', '=', id).execute()
}
