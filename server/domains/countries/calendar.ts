/** Opening hours as the rules take them, put together from their rows. */
import type { Db } from '../../platform/db/db.ts'
import type { CallingHours, Period } from './hours-rules.ts'
import * as queries from './queries.ts'

/** What besides a country's own row decides when it is open, of all countries. */
export type Calendar = {
  holidays: Awaited<ReturnType<typeof queries.listHolidays>>
  periods: Awaited<ReturnType<typeof queries.listPeriods>>
}

export async function readCalendar(db: Db): Promise<Calendar> {
  const [holidays, periods] = await Promise.all([queries.listHolidays(db), queries.listPeriods(db)])
  return { holidays, periods }
}

type UsualHours = Pick<CallingHours, 'timeZone' | 'opensAtLocal' | 'closesAtLocal' | 'openWeekdays'> & { name: string }

export function hoursOf(countryId: string, country: UsualHours, { holidays, periods }: Calendar): CallingHours {
  const { name, timeZone, opensAtLocal, closesAtLocal, openWeekdays } = country
  const closedDays = holidays.filter((holiday) => holiday.countryId === countryId)
  return {
    ...{ countryName: name, timeZone, opensAtLocal, closesAtLocal, openWeekdays },
    weekdayPeriods: periodsByWeekday(periods.filter((period) => period.countryId === countryId)),
    holidays: new Map(closedDays.map(({ holidayDate, name: holiday }) => [holidayDate, holiday])),
  }
}

function periodsByWeekday(rows: Calendar['periods']): Map<number, Period[]> {
  const byWeekday = new Map<number, Period[]>()
  for (const { weekday, opensAtLocal, closesAtLocal } of rows)
    byWeekday.set(weekday, [...(byWeekday.get(weekday) ?? []), { opensAtLocal, closesAtLocal }])
  return byWeekday
}
