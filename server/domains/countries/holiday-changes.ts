/** What people change about a country's closed days; the next call, and the next callback that is planned, goes by it. */
import { NotFound, Unprocessable } from '../../platform/errors.ts'
import type { Scope } from '../../platform/http/policy.ts'
import { daysBetween, localDate, type LocalDate } from '../../platform/time/local.ts'
import type { LineSetUp, SaveHoliday } from './contract.ts'
import { workOut } from './holidays.ts'
import * as queries from './line-queries.ts'
import { assertOwnLine, change, getLine, type LineDeps } from './lines.ts'
import { listRegions, type Region } from './region-calendar.ts'

type Change = { reader: Scope; countryId: string }
const FURTHEST_DAYS = 3 * 366

/** Regions whose calendar can be chosen: the country and its parts. @throws LineNotFound */
export function listLineRegions({ reader, countryId }: Change): Promise<Region[]> {
  assertOwnLine(reader, countryId)
  return listRegions(countryId)
}

/** Closes on the public holidays of a region from now on; null: only on the days of our own list. @throws LineNotFound, Unprocessable */
export async function saveRegion(deps: LineDeps, { reader, countryId }: Change, region: string | null): Promise<LineSetUp> {
  assertOwnLine(reader, countryId)
  const isOfCountry = region === null || region.slice(0, 2) === countryId
  const worked =
    region === null ? { until: null, days: [] } : isOfCountry && (await workOut(region, deps.clock.now().toISOString().slice(0, 10)))
  if (!worked) throw new Unprocessable('no-such-region', 'No calendar of public holidays is known for this region of the country.')
  await change(deps.db, { reader, countryId }, 'line.holiday-region-set', { region }, (tx) =>
    queries.setRegion(tx, countryId, { region, ...worked }),
  )
  return getLine(deps, reader, countryId)
}

type Day = Change & { date: LocalDate }

/** Closes on a day, or works on one that the calendar has as a holiday. @throws LineNotFound, Unprocessable */
export async function saveHoliday(deps: LineDeps, { reader, countryId, date }: Day, { name, isOpen }: SaveHoliday): Promise<LineSetUp> {
  await change(deps.db, { reader, countryId }, 'line.holiday-set', { date, isOpen }, async (tx, { timeZone }) => {
    const ahead = daysBetween(localDate(deps.clock.now(), timeZone), date)
    if (ahead < 0) throw new Unprocessable('day-over', 'This day is over.')
    if (ahead > FURTHEST_DAYS) throw new Unprocessable('day-too-far', 'This day is more than three years ahead; check the year.')
    const { regionDays } = await queries.listCalendarDays(tx, countryId, date, date)
    if (isOpen && regionDays.length === 0)
      throw new Unprocessable('not-a-holiday', 'The calendar has no holiday on this day: it is open already, if its weekday is.')
    await queries.saveOwnHoliday(tx, countryId, date, { name: name.trim() || date, isOpen })
  })
  return getLine(deps, reader, countryId)
}

/** Takes a day off our own list: the region's calendar counts again. @throws LineNotFound, NotFound */
export async function deleteHoliday(deps: LineDeps, { reader, countryId, date }: Day): Promise<LineSetUp> {
  await change(deps.db, { reader, countryId }, 'line.holiday-removed', { date }, async (tx) => {
    if (!(await queries.deleteOwnHoliday(tx, countryId, date)))
      throw new NotFound('holiday-not-found', 'This day is not on the country’s own list.')
  })
  return getLine(deps, reader, countryId)
}
