import type { CallingHours } from '../../server/domains/countries/hours-rules.ts'
import type { Wish } from '../../server/domains/callbacks/planning/slot-rules.ts'

/** Bangladesh, every day 09:00 to 21:00, no holidays, unless said otherwise. */
export function callingHours(own: Partial<CallingHours> = {}): CallingHours {
  return {
    countryName: 'Bangladesh',
    timeZone: 'Asia/Dhaka',
    opensAtLocal: '09:00',
    closesAtLocal: '21:00',
    openWeekdays: [1, 2, 3, 4, 5, 6, 7],
    holidays: new Map(),
    ...own,
  }
}

/** No slot of the worker's own, in Dhaka. */
export function wish(own: Partial<Wish> = {}): Wish {
  return { slot: null, timeZone: 'Asia/Dhaka', hours: callingHours(), ...own }
}

/** Instant of a wall time in Dhaka, which is UTC+6 all year. */
export function dhaka(date: string, time: string): Date {
  return new Date(`${date}T${time}:00+06:00`)
}
