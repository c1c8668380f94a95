import type { Db, Tx } from '../../platform/db/db.ts'
import type { IdentityHeader } from './contract.ts'

const columns = [
  'trunk.id',
  'trunk.countryId',
  'trunk.carrierHost',
  'trunk.carrierPort',
  'trunk.transport',
  'trunk.mediaEncryption',
  'trunk.numberFormat',
  'trunk.dialPrefix',
  'trunk.identityHeader',
  'trunk.sessionTimers',
  'trunk.answersOptions',
  'trunk.furtherSources',
  'trunk.maxChannels',
  'trunk.maxCallsPerHour',
  'trunk.maxMinutesPerDay',
  'trunk.maxCallSeconds',
  'trunk.loginUser',
] as const

/** As the columns' checks have it. */
type Narrow = {
  transport: 'udp' | 'tcp' | 'tls'
  mediaEncryption: 'none' | 'offered' | 'required'
  numberFormat: 'e164' | 'digits' | 'national'
  identityHeader: IdentityHeader | null
  sessionTimers: 'off' | 'accept' | 'require'
}

/** Every trunk with what its carrier wants, for Asterisk's configuration. */
export function listCarriers(db: Db) {
  return db
    .selectFrom('trunk')
    .innerJoin('country', 'country.id', 'trunk.countryId')
    .select([...columns, 'country.callingCode', 'trunk.loginDataKeyId', 'trunk.loginPasswordSealed'])
    .$narrowType<Narrow>()
    .where('trunk.removedAt', 'is', null)
    .orderBy('trunk.id')
    .execute()
}

export function findCarrier(db: Db, trunkId: string) {
  const live = db.selectFrom('trunk').select(columns).$narrowType<Narrow>().where('trunk.removedAt', 'is', null)
  return live.where('trunk.id', '=', trunkId).executeTakeFirst()
}

export function findTrunkState(db: Db, trunkId: string) {
  return db
    .selectFrom('trunk')
    .innerJoin('country', 'country.id', 'trunk.countryId')
    .select(['trunk.pausedReason', 'country.timeZone', 'trunk.maxChannels', 'trunk.maxCallsPerHour', 'trunk.maxMinutesPerDay'])
    .where('trunk.id', '=', trunkId)
    .executeTakeFirst()
}

export type CarrierRow = NonNullable<Awaited<ReturnType<typeof findCarrier>>>

export type CarrierToSave = Omit<CarrierRow, 'id' | 'countryId' | 'loginUser'>

/** @returns false when there is no such trunk */
export async function setCarrier(tx: Tx, trunkId: string, carrier: CarrierToSave): Promise<boolean> {
  const result = await tx.updateTable('trunk').set(carrier).where('id', '=', trunkId).executeTakeFirst()
  return result.numUpdatedRows === 1n
}

export type SealedLogin = { loginUser: string; loginDataKeyId: string; loginPasswordSealed: Buffer }

/** @returns the data key of the log-in before, which nothing needs any more */
export async function setLogin(tx: Tx, trunkId: string, login: SealedLogin | null): Promise<string | null> {
  const before = await tx.selectFrom('trunk').select('loginDataKeyId').where('id', '=', trunkId).forUpdate().executeTakeFirst()
  await tx
    .updateTable('trunk')
    .set(login ?? { loginUser: null, loginDataKeyId: null, loginPasswordSealed: null })
    .where('id', '=', trunkId)
    .execute()
  return before?.loginDataKeyId ?? null
}
