import type { Db, Tx } from '../../platform/db/db.ts'

const columns = [
  'id',
  'countryId',
  'name',
  'sendUrl',
  'dataKeyId',
  'secretSealed',
  'isActive',
  'lastReceivedAt',
  'lastHandedOverAt',
  'lastTrouble',
  'lastTroubleAt',
] as const

export type GatewayRow = NonNullable<Awaited<ReturnType<typeof findGateway>>>

export function findGateway(db: Db, id: string) {
  return db.selectFrom('textGateway').select(columns).where('id', '=', id).executeTakeFirst()
}

export function findActiveGateway(db: Db, countryId: string) {
  return db.selectFrom('textGateway').select(columns).where('countryId', '=', countryId).where('isActive', '=', true).executeTakeFirst()
}

/** The active ones, and the newest of each country that has none. */
export function listGateways(db: Db) {
  return db
    .selectFrom('textGateway')
    .select(columns)
    .distinctOn('countryId')
    .orderBy('countryId')
    .orderBy('isActive', 'desc')
    .orderBy('id', 'desc')
    .execute()
}

export type GatewayToInsert = {
  id: string
  countryId: string
  name: string
  sendUrl: string | null
  dataKeyId: string
  secretSealed: Buffer
}

export function insertGateway(tx: Tx, gateway: GatewayToInsert) {
  return tx.insertInto('textGateway').values(gateway).returning(columns).executeTakeFirstOrThrow()
}

export type GatewayChange = Partial<{
  name: string
  sendUrl: string | null
  isActive: boolean
  secretSealed: Buffer
  lastReceivedAt: Date
  lastHandedOverAt: Date
  lastTrouble: string | null
  lastTroubleAt: Date | null
}>

/** Undefined when there is no such gateway. */
export function updateGateway(tx: Tx, id: string, change: GatewayChange) {
  return tx.updateTable('textGateway').set(change).where('id', '=', id).returning(columns).executeTakeFirst()
}
