/**
 * Wall clocks and calendars of IANA zones. Pure: every instant is an argument.
 * Two traps of daylight saving, decided once here: a wall time that a spring change skips means the first instant after the
 * gap; one that an autumn change repeats means the first of the two.
 */
import { IANAZone } from 'luxon'
import { DAY, HOUR, MINUTE } from './duration.ts'

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
  const wanted = parseDate(date) + parseTime(time)
  return new Date(earliestInstant(wanted, zone) ?? endOfGap(wanted, zone))
}

/** The calendar day an instant falls on in `zone`. */
export function localDate(instant: Date, zone: string): LocalDate {
  return wallText(instant, zone).slice(0, 10)
}

/** The wall time "HH:mm" of an instant in `zone`, seconds cut off. */
export function localTime(instant: Date, zone: string): LocalTime {
  return wallText(instant, zone).slice(11, 16)
}

/** The weekday of a calendar day. */
export function weekday(date: LocalDate): Weekday {
  return (new Date(parseDate(date)).getUTCDay() || 7) as Weekday
}

/** The calendar day `days` after (or before) another. */
export function addLocalDays(date: LocalDate, days: number): LocalDate {
  return new Date(parseDate(date) + days * DAY).toISOString().slice(0, 10)
}

/** How many calendar days from one day to another; negative when `to` is earlier. */
export function daysBetween(from: LocalDate, to: LocalDate): number {
  return (parseDate(to) - parseDate(from)) / DAY
}

const knownZones = new Set<string>()

export function isZone(zone: string): boolean {
  // Asking luxon costs 0.7 ms each time: it builds a formatter to find out.
  if (!knownZones.has(zone) && IANAZone.isValidZone(zone)) knownZones.add(zone)
  return knownZones.has(zone)
}

/*
 * Below, a wall time is the milliseconds its figures would mean in UTC: adding and comparing them is plain arithmetic, ten
 * times as fast as formatting. Lists of callbacks ask for thousands.
 */

function wallText(instant: Date, zone: string): string {
  assertZone(zone)
  return new Date(instant.getTime() + offsetMs(instant.getTime(), zone)).toISOString()
}

function assertZone(zone: string): void {
  if (!isZone(zone)) throw new NotOnCalendar(`no such time zone: ${zone}`)
}

function parseDate(date: LocalDate): number {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : NaN
  // 30 February is read as 2 March: a real day comes back as it was written.
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== date) throw new NotOnCalendar(`no such day: ${date}`)
  return ms
}

function parseTime(time: LocalTime): number {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time)
  if (!match) throw new NotOnCalendar(`no such wall time: ${time}`)
  return Number(match[1]) * HOUR + Number(match[2]) * MINUTE
}

function offsetMs(ms: number, zone: string): number {
  return IANAZone.create(zone).offset(ms) * MINUTE
}

/** NOTE: luxon's own choice for a repeated wall time depends on the offset it guesses first; so each offset is tried here. */
function earliestInstant(wall: number, zone: string): number | undefined {
  // The offsets in force around it: usually one, two when the clocks change within a day.
  const offsets = new Set([-26, 0, 26].map((hours) => offsetMs(wall + hours * HOUR, zone)))
  const real = [...offsets].filter((offset) => offsetMs(wall - offset, zone) === offset)
  return real.length ? wall - Math.max(...real) : undefined
}

/** The wall time was skipped: the instant the clocks jump, found by halving the hours around it. */
function endOfGap(wall: number, zone: string): number {
  let before = wall - 26 * HOUR
  let after = wall + 26 * HOUR
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (middle + offsetMs(middle, zone) < wall) before = middle
    else after = middle
  }
  return after
}
