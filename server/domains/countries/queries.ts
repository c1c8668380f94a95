import { sql } from 'kysely'
import type { Db, Tx } from '../../platform/db/db.ts'

/** Countries with both numbers; a country without lines is still being set up and is left out. */
const countries = (db: Db) =>
  db
    .selectFrom('country')
    .innerJoin('countryLine as card', (join) => join.onRef('card.countryId', '=', 'country.id').on('card.kind', '=', 'card'))
    .innerJoin('countryLine as own', (join) => join.onRef('own.countryId', '=', 'country.id').on('own.kind', '=', 'callback'))
    .select([
      'country.id',
      'country.name',
      'country.callingCode',
      'country.timeZone',
      'country.languageCodes',
      'country.opensAtLocal',
      'country.closesAtLocal',
      'country.openWeekdays',
      'country.ringTimeoutSeconds',
      'country.maxAttempts',
      'country.offerSeconds',
      'country.detectsMachines',
      'country.missedCallWindowMinutes',
      'card.did as cardDid',
      'own.did as callbackDid',
    ])
    .orderBy('country.name')

export type CountryRow = Awaited<ReturnType<typeof listCountries>>[number]

export function listCountries(db: Db) {
  return countries(db).execute()
}

export function findCountry(db: Db, id: string): Promise<CountryRow | undefined> {
  return countries(db).where('country.id', '=', id).executeTakeFirst()
}

export function listLanguages(db: Db) {
  return db.selectFrom('language').select(['code', 'ownName', 'direction', 'isTallScript']).execute()
}

/**
 * Closed days of all countries: of the region's calendar and our own list. A day the hotline works on though a
 * calendar calls it a holiday is none.
 */
export function listHolidays(db: Db) {
  const ofRegions = db
    .selectFrom('regionHoliday as region')
    .leftJoin('countryHoliday as own', (join) =>
      join.onRef('own.countryId', '=', 'region.countryId').onRef('own.holidayDate', '=', 'region.holidayDate'),
    )
    .select(['region.countryId', 'region.holidayDate', 'region.name'])
    .where('own.countryId', 'is', null)
  return db
    .selectFrom('countryHoliday')
    .select(['countryId', 'holidayDate', 'name'])
    .where('isOpen', '=', false)
    .unionAll(ofRegions)
    .execute()
}

/** Of all countries, in order of the day. */
export function listPeriods(db: Db) {
  return db.selectFrom('countryPeriod').select(['countryId', 'weekday', 'opensAtLocal', 'closesAtLocal']).orderBy('opensAtLocal').execute()
}

export function listLines(db: Db) {
  return db
    .selectFrom('countryLine as line')
    .innerJoin('country', 'country.id', 'line.countryId')
    .select(['line.did', 'line.countryId', 'line.trunkId', 'line.kind', 'line.fixedLanguageCode', 'country.languageCodes'])
    .select(['country.name', 'country.timeZone', 'country.opensAtLocal', 'country.closesAtLocal', 'country.openWeekdays'])
    .select(['country.answeringMode', 'country.emergencyNumber', 'country.queueLimitSeconds'])
    .orderBy('line.did')
    .execute()
}

export type LanguageToSave = { code: string; ownName: string; direction: 'ltr' | 'rtl'; isTallScript: boolean }

export async function upsertLanguage(tx: Tx, language: LanguageToSave): Promise<void> {
  const { code: _, ...rest } = language
  await tx
    .insertInto('language')
    .values(language)
    .onConflict((conflict) => conflict.column('code').doUpdateSet(rest))
    .execute()
}

export type CountryToSave = {
  id: string
  name: string
  callingCode: string
  timeZone: string
  /** Order of the menu: the first is key 1. */
  languageCodes: string[]
  opensAtLocal: string
  closesAtLocal: string
  openWeekdays: number[]
}
export type TrunkToSave = { id: string; carrierHost: string; carrierPort: number }

export async function upsertCountry(tx: Tx, country: CountryToSave): Promise<void> {
  const { id: _, ...rest } = country
  await tx
    .insertInto('country')
    .values(country)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(rest))
    .execute()
}

export async function upsertTrunk(tx: Tx, countryId: string, trunk: TrunkToSave): Promise<void> {
  const { id: _, ...rest } = trunk
  await tx
    .insertInto('trunk')
    .values({ ...trunk, countryId })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ ...rest, removedAt: null }))
    .execute()
}

export async function setCarrierPort(
  tx: Tx,
  trunkId: string,
  { carrierHost, carrierPort }: { carrierHost: string; carrierPort: number },
): Promise<void> {
  await tx.updateTable('trunk').set({ carrierPort }).where('id', '=', trunkId).where('carrierHost', '=', carrierHost).execute()
}

export async function listCountryIds(db: Db): Promise<string[]> {
  return (await db.selectFrom('country').select('id').execute()).map(({ id }) => id)
}

export async function upsertLine(
  tx: Tx,
  line: { did: string; countryId: string; trunkId: string; kind: 'card' | 'callback' },
): Promise<void> {
  await tx
    .insertInto('countryLine')
    .values(line)
    .onConflict((conflict) => conflict.columns(['countryId', 'kind']).doUpdateSet({ did: line.did, trunkId: line.trunkId }))
    .execute()
}

export async function setHolidays(tx: Tx, countryId: string, holidays: { date: string; name: string }[]): Promise<void> {
  await tx.deleteFrom('countryHoliday').where('countryId', '=', countryId).execute()
  if (!holidays.length) return
  const values = holidays.map(({ date, name }) => ({ countryId, holidayDate: sql<string>`${date}::date`, name }))
  await tx.insertInto('countryHoliday').values(values).execute()
}

export function lockMenu(tx: Tx, countryId: string) {
  return tx.selectFrom('country').select('languageCodes').where('id', '=', countryId).forUpdate().executeTakeFirst()
}

export async function setMenu(tx: Tx, countryId: string, languageCodes: string[]): Promise<void> {
  await tx.updateTable('country').set({ languageCodes }).where('id', '=', countryId).execute()
}

/** @returns false when there is no such country */
export async function setCalling(
  tx: Tx,
  countryId: string,
  calling: { ringTimeoutSeconds: number; maxAttempts: number; offerSeconds: number; detectsMachines: boolean },
): Promise<boolean> {
  const result = await tx.updateTable('country').set(calling).where('id', '=', countryId).executeTakeFirst()
  return result.numUpdatedRows === 1n
}

export function findHelpers(db: Db, countryId: string) {
  return db.selectFrom('country').select('helperCountryIds').where('id', '=', countryId).executeTakeFirst()
}

export async function setHelpers(tx: Tx, countryId: string, helperCountryIds: string[]): Promise<void> {
  await tx.updateTable('country').set({ helperCountryIds }).where('id', '=', countryId).execute()
}
