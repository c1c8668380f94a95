/**
 * Wall clocks and calendars of IANA zones. Pure: every instant is an argument.
 * Two traps of daylight saving, decided once here: a wall time that a spring change skips means the first instant after the
 * gap; one that an autumn change repeats means the first of the two.
 */
import { DateTime, IANAZone } from 'luxon'
import { HOUR } from './duration.ts'

/** A calendar day without a zone, "2026-12-01". */
export type LocalDate = string
/** A wall-clock time, "09:30". */
export type LocalTime = string
/** ISO weekday: 1 Monday … 7 Sunday. */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7

/** Thrown for a date, time or zone that does not exist ("2026-02-30", "24:10", "Asia/Nowhere"). */
export class NotOnCalendar extends Error {
  override readonly name = 'NotOnCalendar'
}

/**
 * The instant a wall clock in `zone` shows `time` on `date`.
 * @throws NotOnCalendar
 */
export function atLocal(date: LocalDate, time: LocalTime, zone: string): Date {
  assertZone(zone)
  const { hour, minute } = parseTime(time)
  const wanted = parseDate(date, 'utc').set({ hour, minute })
  const first = earliestInstant(wanted, zone)
  if (first) return first
  return endOfGap(wanted, zone)
}

/** The calendar day an instant falls on in `zone`. */
export function localDate(instant: Date, zone: string): LocalDate {
  return inZone(instant, zone).toFormat('yyyy-MM-dd')
}

/** The wall time "HH:mm" of an instant in `zone`, seconds cut off. */
export function localTime(instant: Date, zone: string): LocalTime {
  return inZone(instant, zone).toFormat('HH:mm')
}

/** The weekday of a calendar day. */
export function weekday(date: LocalDate): Weekday {
  return parseDate(date, 'utc').weekday as Weekday
}

/** The calendar day `days` after (or before) another. */
export function addLocalDays(date: LocalDate, days: number): LocalDate {
  return parseDate(date, 'utc').plus({ days }).toFormat('yyyy-MM-dd')
}

/** How many calendar days from one day to another; negative when `to` is earlier. */
export function daysBetween(from: LocalDate, to: LocalDate): number {
  return parseDate(to, 'utc').diff(parseDate(from, 'utc'), 'days').days
}

export function isZone(zone: string): boolean {
  return IANAZone.isValidZone(zone)
}

function inZone(instant: Date, zone: string): DateTime {
  assertZone(zone)
  return DateTime.fromJSDate(instant, { zone })
}

function assertZone(zone: string): void {
  if (!isZone(zone)) throw new NotOnCalendar(`no such time zone: ${zone}`)
}

function parseDate(date: LocalDate, zone: string): DateTime {
  const parsed = /^\d{4}-\d{2}-\d{2}$/.test(date) ? DateTime.fromISO(date, { zone }) : DateTime.invalid('shape')
  if (!parsed.isValid) throw new NotOnCalendar(`no such day: ${date}`)
  return parsed
}

function parseTime(time: LocalTime): { hour: number; minute: number } {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time)
  if (!match) throw new NotOnCalendar(`no such wall time: ${time}`)
  return { hour: Number(match[1]), minute: Number(match[2]) }
}

/** The offsets in force around a wall time: usually one, two when the clocks change within a day of it. */
function offsetsNear(wall: DateTime, zone: string): number[] {
  const around = [-26, 0, 26].map((hours) => IANAZone.create(zone).offset(wall.toMillis() + hours * HOUR))
  return [...new Set(around)].sort((a, b) => b - a)
}

/** NOTE: luxon's own choice for a repeated wall time depends on the offset it guesses first; so each offset is tried here. */
function earliestInstant(wall: DateTime, zone: string): Date | undefined {
  const candidates = offsetsNear(wall, zone).map((offset) => wall.toMillis() - offset * 60_000)
  const shown = (ms: number) => DateTime.fromMillis(ms, { zone }).toFormat('yyyy-MM-dd HH:mm')
  const real = candidates.filter((ms) => shown(ms) === wall.toFormat('yyyy-MM-dd HH:mm'))
  return real.length ? new Date(Math.min(...real)) : undefined
}

/** The wall time was skipped: the instant the clocks jump, found by halving the hours around it. */
function endOfGap(wall: DateTime, zone: string): Date {
  const { offset } = { offset: (ms: number) => IANAZone.create(zone).offset(ms) }
  let before = wall.toMillis() - 26 * HOUR
  let after = wall.toMillis() + 26 * HOUR
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    const shownAtMiddle = middle + offset(middle) * 60_000
    if (shownAtMiddle < wall.toMillis()) before = middle
    else after = middle
  }
  return new Date(after)
}
