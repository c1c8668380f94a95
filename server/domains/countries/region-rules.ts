/** Public holidays as date-holidays has them, as the days on which a hotline is closed. Asked by region-calendar.ts, on a thread of its own. */
import Holidays, { type HolidaysTypes } from 'date-holidays'
import { DAY, HOUR, MINUTE } from '../../platform/time/duration.ts'
import type { CalendarQuestion, Region, RegionHoliday } from './region-calendar.ts'

/** As `country.holiday_region` may be. */
const REGION = /^[A-Z]{2}(-[A-Z0-9]{1,3})?$/

/** The country and those of its parts that have a calendar, the country first; empty when there is none. */
export function regionsOf(countryId: string): Region[] {
  const calendar = new Holidays()
  const name = calendar.getCountries('en')[countryId]
  if (name === undefined) return []
  const parts = Object.entries(calendar.getStates(countryId, 'en') ?? {}).map(([code, part]) => ({
    code: `${countryId}-${code}`,
    name: part,
  }))
  const named = parts.filter(({ code }) => REGION.test(code)).sort((one, other) => one.name.localeCompare(other.name))
  return [{ code: countryId, name }, ...named]
}

/** Full days that are public holidays, both years included; null for a region without a calendar. */
export function holidaysOf({ region, firstYear, lastYear }: Extract<CalendarQuestion, { ask: 'holidays' }>): RegionHoliday[] | null {
  const [country = '', part] = region.split('-')
  const known = new Holidays()
  // Of a part it does not know the library would give the whole country's days.
  if (!(country in known.getCountries()) || (part !== undefined && !(part in (known.getStates(country) ?? {})))) return null
  // One for each language: asking in another changes the language of what comes after.
  const [english, own] = [calendarOf(country, part), calendarOf(country, part)]
  const days = new Map<string, RegionHoliday>()
  for (let year = firstYear; year <= lastYear; year++) {
    const ownNames = new Map(own.getHolidays(year).map((holiday) => [keyOf(holiday), holiday.name]))
    for (const holiday of english.getHolidays(year, 'en')) {
      if (holiday.type !== 'public') continue
      for (const date of daysOf(holiday)) addTo(days, date, holiday.name, ownNames.get(keyOf(holiday)))
    }
  }
  return [...days.values()].sort((one, other) => one.date.localeCompare(other.date))
}

function calendarOf(country: string, part: string | undefined): Holidays {
  return part === undefined ? new Holidays(country) : new Holidays(country, part)
}

function keyOf({ date, rule, substitute }: HolidaysTypes.Holiday): string {
  return `${date} ${rule} ${substitute}`
}

/** Two feasts on one day are one closed day with both names. */
function addTo(days: Map<string, RegionHoliday>, date: string, name: string, ownName: string | undefined): void {
  const there = days.get(date)
  const other = ownName === undefined || ownName === name ? null : ownName
  if (!there) days.set(date, { date, name, ownName: other })
  else if (!there.name.split(' · ').includes(name)) {
    const ownNames = [there.ownName, other].filter((each) => each !== null)
    days.set(date, { date, name: `${there.name} · ${name}`, ownName: ownNames.length ? ownNames.join(' · ') : null })
  }
}

/**
 * The calendar days whose noon lies within it. Feasts of the Islamic calendar begin and end at sunset, half-days at noon: on the
 * evening before a feast, and on half a day, people work.
 */
function daysOf({ date, start, end }: HolidaysTypes.Holiday): string[] {
  const days: string[] = []
  const firstDay = Date.parse(`${date.slice(0, 10)}T00:00:00Z`)
  const firstNoon = start.getTime() - sinceMidnight(date) + 12 * HOUR
  for (let passed = 0; firstNoon + passed < end.getTime(); passed += DAY) {
    if (firstNoon + passed > start.getTime()) days.push(new Date(firstDay + passed).toISOString().slice(0, 10))
  }
  return days
}

/** "2026-03-08 12:00:00" starts twelve hours after midnight, "2026-03-20 00:00:00 -0600" six before it. */
function sinceMidnight(date: string): number {
  const [, hours, minutes, sign, offsetHours = '0', offsetMinutes = '0'] =
    /^\S+ (\d\d):(\d\d):\d\d(?: ([+-])(\d\d)(\d\d))?$/.exec(date) ?? []
  if (hours === undefined) throw new Error(`date-holidays writes a day in a way we do not know: ${date}`)
  const offset = Number(offsetHours) * HOUR + Number(offsetMinutes) * MINUTE
  return Number(hours) * HOUR + Number(minutes) * MINUTE + (sign === '-' ? -offset : offset)
}
