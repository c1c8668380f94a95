/**
 * When the phone may ring, as intervals of real time cut from wall clocks. An interval never holds an instant whose wall time
 * lies outside the hours it was made from, whatever the clocks do that night.
 */
import { IANAZone } from 'luxon'
import { MINUTE, SECOND } from '../../platform/time/duration.ts'
import { addLocalDays, atLocal, type LocalDate, localDate, localTime, type LocalTime, weekday } from '../../platform/time/local.ts'

/** From `start` up to, not including, `end`. */
export type Interval = { start: Date; end: Date }

/** One stretch of an open day, as wall times. */
export type Period = { opensAtLocal: LocalTime; closesAtLocal: LocalTime }

/** When a country's workers may be called: wall times in `timeZone`. */
export type CallingHours = {
  countryName: string
  timeZone: string
  /** Usual hours of an open weekday; where weekdays differ, the earliest opening and the latest closing of them all. */
  opensAtLocal: LocalTime
  closesAtLocal: LocalTime
  /** ISO weekdays, 1 Monday to 7 Sunday. */
  openWeekdays: readonly number[]
  /** Weekdays with hours of their own, in order of the day; the others have the usual ones. */
  weekdayPeriods?: ReadonlyMap<number, readonly Period[]>
  /** Name of the holiday by calendar day. */
  holidays: ReadonlyMap<LocalDate, string>
}

/** An end of 23:59 means midnight: wall clocks have no 24:00, and a minute a night would be closed. */
export const END_OF_DAY: LocalTime = '23:59'

/**
 * The real time during which a wall clock in `zone` shows `start` up to `end` on `date`: usually one interval, two when the
 * clocks go back across its start, none when a spring change skips it.
 */
export function wallIntervals(date: LocalDate, start: LocalTime, end: LocalTime, zone: string): Interval[] {
  const from = atLocal(date, start, zone)
  const to = end === END_OF_DAY ? atLocal(addLocalDays(date, 1), '00:00', zone) : atLocal(date, end, zone)
  if (from >= to) return []
  const clocksGoBack = offsetMinutes(to.getTime() - 1, zone) < offsetMinutes(from.getTime(), zone)
  if (!clocksGoBack) return [{ start: from, end: to }]
  const change = clockChange(from, to, zone)
  // After the change the wall clock may show a time before `start`: that part is outside.
  const backInside = new Date(to.getTime() - wallMinutes(start, end) * MINUTE)
  if (backInside <= change) return [{ start: from, end: to }]
  return [
    { start: from, end: change },
    { start: backInside, end: to },
  ]
}

/** The open hours that begin on a calendar day of the country; none on a closed day. */
export function openIntervals(hours: CallingHours, date: LocalDate): Interval[] {
  if (closedBecause(hours, date)) return []
  return periodsOf(hours, weekday(date)).flatMap(({ opensAtLocal, closesAtLocal }) =>
    wallIntervals(date, opensAtLocal, closesAtLocal, hours.timeZone),
  )
}

/** The open stretches of a weekday, whatever the calendar says of a single day; none on a closed one. */
export function periodsOf({ openWeekdays, weekdayPeriods, opensAtLocal, closesAtLocal }: CallingHours, day: number): readonly Period[] {
  if (!openWeekdays.includes(day)) return []
  return weekdayPeriods?.get(day) ?? [{ opensAtLocal, closesAtLocal }]
}

/** "09:00 to 12:00 and 14:00 to 18:00": the hours of that weekday. */
export function sayPeriods(hours: CallingHours, date: LocalDate): string {
  const periods = periodsOf(hours, weekday(date))
  return periods.map(({ opensAtLocal, closesAtLocal }) => `${opensAtLocal} to ${closesAtLocal}`).join(' and ')
}

/** Asked of every call before it is answered, so the answer of a minute is kept: opening times and zones change with whole minutes. */
export function isOpen(hours: CallingHours, now: Date): boolean {
  const minute = Math.floor(now.getTime() / MINUTE)
  const known = lastAnswers.get(hours)
  if (known?.minute === minute) return known.answer
  const answer = openIntervals(hours, localDate(now, hours.timeZone)).some((interval) => contains(interval, now))
  lastAnswers.set(hours, { minute, answer })
  return answer
}

const lastAnswers = new WeakMap<CallingHours, { minute: number; answer: boolean }>()

/** The open hours that overlap an interval, cut to it, in order. */
export function openWithin(hours: CallingHours, within: Interval): Interval[] {
  const open: Interval[] = []
  const last = localDate(within.end, hours.timeZone)
  for (let date = localDate(within.start, hours.timeZone); date <= last; date = addLocalDays(date, 1)) {
    for (const interval of openIntervals(hours, date)) {
      const common = overlap(interval, within)
      if (common) open.push(common)
    }
  }
  return open
}

/** Why nobody is called on this day, as the end of a sentence ("a holiday in …"); undefined on an open day. */
export function closedBecause(hours: CallingHours, date: LocalDate): string | undefined {
  const holiday = hours.holidays.get(date)
  if (holiday !== undefined) return `a holiday in ${hours.countryName} (${holiday})`
  if (!hours.openWeekdays.includes(weekday(date))) return `a closed day in ${hours.countryName}`
  return undefined
}

export function contains(interval: Interval, instant: Date): boolean {
  return interval.start <= instant && instant < interval.end
}

export function overlap(one: Interval, other: Interval): Interval | undefined {
  const start = one.start > other.start ? one.start : other.start
  const end = one.end < other.end ? one.end : other.end
  return start < end ? { start, end } : undefined
}

/** "2026-12-06 09:00 (Asia/Dhaka)". */
export function sayInstant(instant: Date, zone: string): string {
  return `${localDate(instant, zone)} ${localTime(instant, zone)} (${zone})`
}

function wallMinutes(start: LocalTime, end: LocalTime): number {
  const minutes = (time: LocalTime) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
  return (end === END_OF_DAY ? 24 * 60 : minutes(end)) - minutes(start)
}

const offsetMinutes = (ms: number, zone: string) => IANAZone.create(zone).offset(ms)

/** The instant the offset changes between two instants; clocks change on whole seconds. */
function clockChange(from: Date, to: Date, zone: string): Date {
  const before = offsetMinutes(from.getTime(), zone)
  let low = from.getTime() / SECOND
  let high = to.getTime() / SECOND
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (offsetMinutes(middle * SECOND, zone) === before) low = middle
    else high = middle
  }
  return new Date(high * SECOND)
}
