import type { AddInterview } from '../../../server/domains/audits/contract.ts'

type Slot = AddInterview['slot']

/** How workers say at what time; wall time at the factory. */
export const HOURS = {
  any: { startLocal: '09:00', endLocal: '21:00' },
  morning: { startLocal: '08:00', endLocal: '11:00' },
  midday: { startLocal: '11:00', endLocal: '14:00' },
  afternoon: { startLocal: '14:00', endLocal: '18:00' },
  evening: { startLocal: '18:00', endLocal: '21:00' },
  late: { startLocal: '20:00', endLocal: '22:00' },
} as const
export type HoursName = keyof typeof HOURS | 'other'
export const hoursNames = [...Object.keys(HOURS), 'other'] as HoursName[]

/** Monday is 1. The week starts where the console's language starts it; any order serves. */
export const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7] as const
export type DayKind = 'any' | 'weekdays' | 'date'
export type Wish = { dayKind: DayKind; weekdays: number[]; date: string; hours: HoursName; startLocal: string; endLocal: string }

export const noWish = (): Wish => ({ dayKind: 'any', weekdays: [], date: '', hours: 'any', startLocal: '18:00', endLocal: '20:00' })

/** What is still to be said, as the last part of a text's key; null: all is. @param today at the factory, YYYY-MM-DD */
export function wishProblem(
  { dayKind, weekdays, date, hours, startLocal, endLocal }: Wish,
  today: string,
): 'day' | 'past' | 'hours' | null {
  if (dayKind === 'weekdays' && weekdays.length === 0) return 'day'
  if (dayKind === 'date' && !date) return 'day'
  if (dayKind === 'date' && date < today) return 'past'
  if (hours === 'other' && !(startLocal && endLocal && startLocal < endLocal)) return 'hours'
  return null
}

/** The slot of a wish without a problem. */
export function slotOf({ dayKind, weekdays, date, hours, startLocal, endLocal }: Wish): Slot {
  const time = hours === 'other' ? { startLocal, endLocal } : HOURS[hours]
  if (dayKind === 'weekdays') return { weekdays: [...weekdays].sort(), ...time }
  return dayKind === 'date' ? { date, ...time } : { ...time }
}
