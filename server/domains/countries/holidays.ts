/** Days on which a country is closed: of its region's calendar, of our own list, and those of the calendar that are worked on. */
import type { Db } from '../../platform/db/db.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { announce } from '../../platform/live/announce.ts'
import type { Clock } from '../../platform/time/clock.ts'
import { addLocalDays, type LocalDate, localDate } from '../../platform/time/local.ts'
import { COUNTRY_CHANGED } from './changes.ts'
import type { LineHoliday } from './contract.ts'
import * as queries from './line-queries.ts'
import { regionHolidays, type RegionHoliday } from './region-calendar.ts'

const SHOWN_DAYS = 366
/** Calendars are worked out to the end of the year after the next: callbacks are planned at most three months ahead. */
const YEARS_AHEAD = 2

/** The days of the next year, in order, struck-out ones among them. */
export async function listCalendar(
  { db, clock }: { db: Db; clock: Clock },
  country: { id: string; timeZone: string },
): Promise<LineHoliday[]> {
  const today = localDate(clock.now(), country.timeZone)
  const { regionDays, ownDays } = await queries.listCalendarDays(db, country.id, today, addLocalDays(today, SHOWN_DAYS))
  const own = new Map(ownDays.map((holiday) => [holiday.holidayDate, holiday]))
  const ofRegion = regionDays.map(({ holidayDate, name, ownName }): LineHoliday => {
    const ours = own.get(holidayDate)
    own.delete(holidayDate)
    const isOurs = ours !== undefined && !ours.isOpen
    return isOurs
      ? { date: holidayDate, name: ours.name, ownName: null, from: 'own', isOpen: false }
      : { date: holidayDate, name, ownName, from: 'region', isOpen: ours !== undefined }
  })
  const added = [...own.values()].map(({ holidayDate, name, isOpen }): LineHoliday => ({
    date: holidayDate,
    name,
    ownName: null,
    from: 'own',
    isOpen,
  }))
  return [...ofRegion, ...added].sort((one, other) => one.date.localeCompare(other.date))
}

/** A region's days as they are kept, from this year on. @returns null for a region without a calendar */
export async function workOut(region: string, today: LocalDate): Promise<{ until: LocalDate; days: RegionHoliday[] } | null> {
  const year = Number(today.slice(0, 4))
  const days = await regionHolidays(region, year, year + YEARS_AHEAD)
  return days && { until: `${year + YEARS_AHEAD}-12-31`, days }
}

/** Works out a further year where it is time to. @returns countries whose calendar went on */
export async function keepCalendarsAhead({ db, clock }: { db: Db; clock: Clock }): Promise<string[]> {
  const today = clock.now().toISOString().slice(0, 10)
  const lastNeeded = `${Number(today.slice(0, 4)) + YEARS_AHEAD}-01-01`
  const went: string[] = []
  for (const { id, holidayRegion: region } of await queries.listOutworn(db, lastNeeded)) {
    const worked = await workOut(region, today)
    await inTransaction(db, async (tx) => {
      const row = await queries.lockSetUp(tx, id)
      // Somebody chose another region meanwhile, or the calendar is gone from the library: then it stays as it is.
      if (row?.holidayRegion !== region || !worked) return
      await queries.setRegion(tx, id, { region, ...worked })
      await announce(tx, COUNTRY_CHANGED, id)
      went.push(id)
    })
  }
  return went
}
