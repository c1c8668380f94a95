import { sql } from 'kysely'
import { anyOf } from '../../platform/db/any-of.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import type { RegionHoliday } from './region-calendar.ts'
import type { KeptWeek } from './week-rules.ts'

const setUps = (db: Db) =>
  db
    .selectFrom('country')
    .select(['id', 'name', 'callingCode', 'timeZone', 'languageCodes', 'opensAtLocal', 'closesAtLocal', 'openWeekdays'])
    .select(['answeringMode', 'emergencyNumber', 'queueLimitSeconds', 'missedCallWindowMinutes', 'isTextReplyOn', 'holidayRegion'])
    .$narrowType<{ answeringMode: 'answer' | 'free-announcement' | 'ring-and-hang-up' }>()
    .orderBy('name')

export type SetUpRow = Awaited<ReturnType<typeof listSetUps>>[number]

/** @param countryIds null: all */
export function listSetUps(db: Db, countryIds: readonly string[] | null) {
  return setUps(db)
    .$if(countryIds !== null, (query) => query.where('id', '=', anyOf(countryIds!)))
    .execute()
}

export function lockSetUp(tx: Tx, countryId: string) {
  return setUps(tx).where('id', '=', countryId).forUpdate().executeTakeFirst()
}

/** Every number; the card's before the callback's. */
export function listNumbers(db: Db) {
  return db
    .selectFrom('countryLine')
    .select(['countryId', 'kind', 'did', 'trunkId', 'fixedLanguageCode'])
    .$narrowType<{ kind: 'card' | 'callback' }>()
    .orderBy('kind', 'desc')
    .execute()
}

export async function setWeek(tx: Tx, countryId: string, { periods, ...usual }: KeptWeek): Promise<void> {
  await tx.updateTable('country').set(usual).where('id', '=', countryId).execute()
  await tx.deleteFrom('countryPeriod').where('countryId', '=', countryId).execute()
  if (periods.length)
    await tx
      .insertInto('countryPeriod')
      .values(periods.map((period) => ({ countryId, ...period })))
      .execute()
}

export type SettingsToSave = Pick<
  SetUpRow,
  'timeZone' | 'languageCodes' | 'answeringMode' | 'emergencyNumber' | 'queueLimitSeconds' | 'missedCallWindowMinutes' | 'isTextReplyOn'
>

export async function setSettings(tx: Tx, countryId: string, settings: SettingsToSave): Promise<void> {
  await tx.updateTable('country').set(settings).where('id', '=', countryId).execute()
}

export async function setNumber(
  tx: Tx,
  countryId: string,
  kind: 'card' | 'callback',
  number: { did: string; fixedLanguageCode: string | null },
): Promise<void> {
  await tx.updateTable('countryLine').set(number).where('countryId', '=', countryId).where('kind', '=', kind).execute()
}

const day = (date: string) => sql<string>`${date}::date`

/** Of the region's calendar and our own list, struck-out days included; `ownDays` are ours. */
export async function listCalendarDays(db: Db, countryId: string, first: string, last: string) {
  const regionDays = await db
    .selectFrom('regionHoliday')
    .select(['holidayDate', 'name', 'ownName'])
    .where('countryId', '=', countryId)
    .where('holidayDate', '>=', day(first))
    .where('holidayDate', '<=', day(last))
    .execute()
  const ownDays = await db
    .selectFrom('countryHoliday')
    .select(['holidayDate', 'name', 'isOpen'])
    .where('countryId', '=', countryId)
    .where('holidayDate', '>=', day(first))
    .where('holidayDate', '<=', day(last))
    .execute()
  return { regionDays, ownDays }
}

export async function saveOwnHoliday(tx: Tx, countryId: string, date: string, holiday: { name: string; isOpen: boolean }): Promise<void> {
  await tx
    .insertInto('countryHoliday')
    .values({ countryId, holidayDate: day(date), ...holiday })
    .onConflict((conflict) => conflict.columns(['countryId', 'holidayDate']).doUpdateSet(holiday))
    .execute()
}

/** @returns false when our list has no such day */
export async function deleteOwnHoliday(tx: Tx, countryId: string, date: string): Promise<boolean> {
  const result = await tx
    .deleteFrom('countryHoliday')
    .where('countryId', '=', countryId)
    .where('holidayDate', '=', day(date))
    .executeTakeFirst()
  return result.numDeletedRows > 0n
}

/** Replaces the days of a region's calendar. @param until last day the calendar was worked out for; null with no region */
export async function setRegion(
  tx: Tx,
  countryId: string,
  { region, until, days }: { region: string | null; until: string | null; days: readonly RegionHoliday[] },
): Promise<void> {
  await tx
    .updateTable('country')
    .set({ holidayRegion: region, regionHolidaysUntil: until === null ? null : day(until) })
    .where('id', '=', countryId)
    .execute()
  await tx.deleteFrom('regionHoliday').where('countryId', '=', countryId).execute()
  if (!days.length) return
  const values = days.map(({ date, name, ownName }) => ({ countryId, holidayDate: day(date), name, ownName }))
  await tx.insertInto('regionHoliday').values(values).execute()
}

/** Countries whose region's calendar ends before a day. */
export function listOutworn(db: Db, before: string) {
  return db
    .selectFrom('country')
    .select(['id', 'holidayRegion'])
    .where('holidayRegion', 'is not', null)
    .where((where) => where.or([where('regionHolidaysUntil', 'is', null), where('regionHolidaysUntil', '<', day(before))]))
    .$narrowType<{ holidayRegion: string }>()
    .execute()
}
