import { closedBecause, openIntervals } from '../../countries/hours-rules.ts'
import { addLocalDays, atLocal, type LocalDate, localDate, localTime, weekday } from '../../../platform/time/local.ts'
import type { Slot } from '../contract.ts'
import { firstOccurrence, neverOpen, startOfDay, type Wish } from './slot-rules.ts'
import { why } from '../why-rules.ts'

/** A preferred date is kept when it lies on the offset day or within five days after it: day 5 to 10 by default. */
const DAYS_TO_CHOOSE_FROM = 5

export type AuditPlanInput = Wish & {
  slot: Slot
  /** Last day of the visit, in the factory's zone. */
  lastDate: LocalDate
  /** Days from the visit to the callback; set per client, 5 by default. */
  offsetDays: number
  now: Date
}

/**
 * `note` says in one or two plain sentences why the time is not the one asked for; null when it is.
 * `slot` is what later tries keep to. `expiresAt`: a dated slot comes up again daily until then.
 */
export type AuditPlan =
  | { kind: 'planned'; dueAt: Date; slot: Slot; expiresAt: Date | null; note: string | null }
  | { kind: 'impossible'; dueAt: Date; slot: Slot; note: string }

/**
 * When a worker interviewed in an audit is called back first: on the date they asked for if it lies on day +5 … +10 after the
 * visit, else at the time they asked for from day +5 on. Closed days move it to the next open one.
 */
export function planDueAt({ lastDate, offsetDays, now, ...wish }: AuditPlanInput): AuditPlan {
  const { timeZone, hours } = wish
  const firstDay = addLocalDays(lastDate, offsetDays)
  const lastDay = addLocalDays(firstDay, DAYS_TO_CHOOSE_FROM)
  const { date, ...anyDay } = wish.slot
  const keepsDate = date !== undefined && firstDay <= date && date <= lastDay
  const slot = keepsDate ? wish.slot : anyDay
  const wantedDay = keepsDate ? date : firstMatching(slot, firstDay)
  const earliest = startOfDay(firstDay, timeZone)
  const dueAt = firstOccurrence({ slot, timeZone, hours }, earliest > now ? earliest : now)
  if (!dueAt) return { kind: 'impossible', dueAt: earliest, slot, note: neverOpen(slot, hours) }

  const dueDay = localDate(dueAt, timeZone)
  const notes = [
    date !== undefined && !keepsDate && why.say('date-not-between', { date, first: firstDay, last: lastDay }),
    dueDay !== wantedDay && movedBecause({ slot, timeZone, hours }, wantedDay, dueDay, now),
    startsLate({ slot, timeZone, hours }, dueAt) &&
      why.say('starts-late', {
        ...{ country: hours.countryName, zone: timeZone },
        ...{ time: localTime(dueAt, timeZone), asked: slot.startLocal },
      }),
  ].filter((note) => typeof note === 'string')
  const lastToTry = dueDay > lastDay ? dueDay : lastDay
  const expiresAt = keepsDate ? startOfDay(addLocalDays(lastToTry, 1), timeZone) : null
  return { kind: 'planned', dueAt, slot, expiresAt, note: notes.length ? notes.join(' ') : null }
}

function firstMatching(slot: Slot, from: LocalDate): LocalDate {
  let day = from
  while (slot.weekdays?.length && !slot.weekdays.includes(weekday(day))) day = addLocalDays(day, 1)
  return day
}

function movedBecause({ slot, timeZone, hours }: Wish & { slot: Slot }, wantedDay: LocalDate, dueDay: LocalDate, now: Date): string {
  const end = atLocal(wantedDay, slot.endLocal, timeZone)
  if (end <= now) return why.say('time-had-passed', { date: wantedDay, moved: dueDay })
  const closed = closedBecause(hours, wantedDay)
  if (closed) return `${wantedDay} is ${closed}; moved to ${dueDay}.`
  return why.say('hours-outside', { date: wantedDay, country: hours.countryName, moved: dueDay })
}

/** The country opens after the slot begins that day. */
function startsLate({ slot, timeZone, hours }: Wish & { slot: Slot }, dueAt: Date): boolean {
  const dueDay = localDate(dueAt, hours.timeZone)
  const opensThen = openIntervals(hours, dueDay).some(({ start }) => start.getTime() === dueAt.getTime())
  return opensThen && dueAt > atLocal(localDate(dueAt, timeZone), slot.startLocal, timeZone)
}
