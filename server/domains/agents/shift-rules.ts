/** When an agent works for a country: a week that repeats, and days that differ from it. Wall times in the country's zone. */
import type { LocalDate, LocalTime } from '../../platform/time/local.ts'
import { weekday } from '../../platform/time/local.ts'
import { type CallingHours, type Interval, openIntervals, openWithin, wallIntervals } from '../countries/hours-rules.ts'

export type ShiftHours = { startLocal: LocalTime; endLocal: LocalTime }
/** @property weekday ISO, 1 Monday to 7 Sunday @property exceptions days that go by these hours instead; none: off */
export type ShiftPlan = {
  week: readonly (ShiftHours & { weekday: number })[]
  exceptions: readonly { date: LocalDate; hours: readonly ShiftHours[] }[]
}

/**
 * When an agent may speak with workers on a calendar day of the country, in order. Without a plan: whenever the country may be
 * called, so that nobody need write shifts down who has none. A holiday of the country is nobody's shift.
 */
export function shiftIntervals(plan: ShiftPlan | undefined, date: LocalDate, hours: CallingHours): Interval[] {
  if (!plan) return openIntervals(hours, date)
  return hoursOn(plan, date)
    .toSorted((a, b) => a.startLocal.localeCompare(b.startLocal))
    .flatMap(({ startLocal, endLocal }) => wallIntervals(date, startLocal, endLocal, hours.timeZone))
    .flatMap((interval) => openWithin(hours, interval))
}

/** Why a plan makes no sense, as one sentence; null when it does. */
export function shiftProblem({ week, exceptions }: ShiftPlan): string | null {
  const days = [
    ...[1, 2, 3, 4, 5, 6, 7].map((day) => week.filter((shift) => shift.weekday === day)),
    ...exceptions.map(({ hours }) => hours),
  ]
  if (days.flat().some(({ startLocal, endLocal }) => startLocal >= endLocal))
    return 'A shift must end after it starts. Write one that goes past midnight as two, the first until 23:59.'
  if (!week.length) return 'A week needs at least one shift; for who is away, write the days off.'
  if (days.some(overlap)) return 'Two shifts of one day overlap: make them one, or move one of them.'
  if (new Set(exceptions.map(({ date }) => date)).size < exceptions.length) return 'A day stands among the exceptions twice.'
  return null
}

function hoursOn({ week, exceptions }: ShiftPlan, date: LocalDate): ShiftHours[] {
  const exception = exceptions.find((one) => one.date === date)
  return [...(exception?.hours ?? week.filter((shift) => shift.weekday === weekday(date)))]
}

function overlap(shifts: readonly ShiftHours[]): boolean {
  const inOrder = shifts.toSorted((a, b) => a.startLocal.localeCompare(b.startLocal))
  return inOrder.some((shift, at) => at > 0 && inOrder[at - 1]!.endLocal > shift.startLocal)
}
