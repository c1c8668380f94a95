/** A worker's slot, cut to the hours in which the country may be called. Wall times: daylight saving never shifts them. */
import { contains, type CallingHours, type Interval, openIntervals, openWithin, wallIntervals } from '../../countries/hours-rules.ts'
import { addLocalDays, atLocal, daysBetween, type LocalDate, localDate, weekday } from '../../../platform/time/local.ts'
import type { Slot } from '../contract.ts'
import { why } from '../why-rules.ts'

/** Where and when a callback may ring. @property slot null: whenever the country is open */
export type Wish = { slot: Slot | null; timeZone: string; hours: CallingHours }

/** Longer than any row of holidays: a pattern of weekdays and hours that has not come up by then never will. */
const HORIZON_DAYS = 35

/** The first instant at or after `notBefore` that lies in the slot and in calling hours; undefined when there is none. */
export function firstOccurrence(wish: Wish, notBefore: Date): Date | undefined {
  for (const date of daysFrom(wish, notBefore)) {
    const left = allowedOn(wish, date).find((interval) => interval.end > notBefore)
    if (left) return left.start > notBefore ? left.start : notBefore
  }
  return undefined
}

/** The slot's next occurrence: the first on a later calendar day than `now`. */
export function nextOccurrence(wish: Wish, now: Date): Date | undefined {
  return firstOccurrence(wish, startOfDay(addLocalDays(localDate(now, zoneOf(wish)), 1), zoneOf(wish)))
}

export function isInside(wish: Wish, now: Date): boolean {
  return allowedOn(wish, localDate(now, zoneOf(wish))).some((interval) => contains(interval, now))
}

/** Why a slot cannot be promised, in one sentence; undefined when it can. */
export function slotProblem(wish: Wish & { slot: Slot }, now: Date): string | undefined {
  const { slot, hours } = wish
  if (slot.startLocal >= slot.endLocal) return `The time ends (${slot.endLocal}) before it starts (${slot.startLocal}).`
  if (slot.date !== undefined && slot.weekdays) return 'Choose a date or weekdays, not both.'
  return firstOccurrence(wish, now) ? undefined : neverOpen(slot, hours)
}

export function neverOpen(slot: Slot, hours: CallingHours): string {
  const { countryName: country, opensAtLocal: opens, closesAtLocal: closes, timeZone: zone } = hours
  return why.say('never-open', { country, opens, closes, zone, start: slot.startLocal, end: slot.endLocal })
}

/** The instant a calendar day begins. */
export function startOfDay(date: LocalDate, zone: string): Date {
  return atLocal(date, '00:00', zone)
}

/** Without a slot the country's own days count. */
export function zoneOf(wish: Wish): string {
  return wish.slot ? wish.timeZone : wish.hours.timeZone
}

function* daysFrom(wish: Wish, instant: Date): Generator<LocalDate> {
  const today = localDate(instant, zoneOf(wish))
  const asked = wish.slot?.date
  const first = asked !== undefined && daysBetween(today, asked) > 0 ? asked : today
  for (let day = 0; day < HORIZON_DAYS; day++) yield addLocalDays(first, day)
}

/** The allowed intervals of one calendar day, in order. A dated slot comes up again every day from its date on. */
export function allowedOn({ slot, timeZone, hours }: Wish, date: LocalDate): Interval[] {
  if (!slot) return openIntervals(hours, date)
  if (slot.date !== undefined && date < slot.date) return []
  if (slot.weekdays && !slot.weekdays.includes(weekday(date))) return []
  return wallIntervals(date, slot.startLocal, slot.endLocal, timeZone).flatMap((interval) => openWithin(hours, interval))
}
