import { daysBetween, type LocalDate } from '../../platform/time/local.ts'
import type { Slot } from '../callbacks/contract.ts'

/** How far from today an audit may lie: a typing error in the year is more likely than a visit so far away. */
const LONGEST_AGO_DAYS = 60
const LONGEST_AHEAD_DAYS = 60

/** Why a slot makes no sense, as one sentence; null when it does. */
export function slotProblem(slot: Slot): string | null {
  if (slot.startLocal >= slot.endLocal) return 'The time to call must end after it starts, on the same day.'
  if (slot.date !== undefined && slot.weekdays !== undefined) return 'Name either a date or weekdays, not both.'
  return null
}

/** Why a day of visit is refused, as one sentence; null when it is fine. @param today at the factory */
export function auditDateProblem(auditDate: LocalDate, today: LocalDate): string | null {
  const days = daysBetween(today, auditDate)
  if (days < -LONGEST_AGO_DAYS) return `The day of the visit lies more than ${LONGEST_AGO_DAYS} days back; check the year.`
  if (days > LONGEST_AHEAD_DAYS) return `The day of the visit lies more than ${LONGEST_AHEAD_DAYS} days ahead; check the year.`
  return null
}

/** A visit that takes longer is two. */
const LONGEST_VISIT_DAYS = 31

/** Why the days of a visit are refused, as one sentence; null when they are fine. @param today at the factory */
export function visitDaysProblem({ auditDate, lastDate }: { auditDate: LocalDate; lastDate: LocalDate }, today: LocalDate): string | null {
  const days = daysBetween(auditDate, lastDate) + 1
  if (days < 1) return 'The visit ends before it begins: its last day lies before its first.'
  if (days > LONGEST_VISIT_DAYS) return 'A visit takes 31 days at the most; check the last day.'
  return auditDateProblem(auditDate, today)
}

type RosterLine = { id: string; phoneNumberId: string | null; isSharedPhone: boolean }

/** Lines of a roster whose number stands there more than once though nobody said the phone is shared. */
export function duplicatesIn(roster: readonly RosterLine[]): Set<string> {
  const lines = new Map<string, RosterLine[]>()
  for (const line of roster) if (line.phoneNumberId) lines.set(line.phoneNumberId, [...(lines.get(line.phoneNumberId) ?? []), line])
  const twice = [...lines.values()].filter((same) => same.length > 1).flat()
  return new Set(twice.filter((line) => !line.isSharedPhone).map((line) => line.id))
}
