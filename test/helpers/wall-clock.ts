/** Wall clocks read by the platform's own formatter: independent of the code under test. */
import type { Wish } from '../../server/domains/callbacks/planning/slot-rules.ts'
import { DAY, MINUTE } from '../../server/platform/time/duration.ts'

const changesOf = new Map<string, number[]>()

/** The zone's clock changes of 2027 and 2028, and the leap day. */
export function interestingInstants(zone: string): number[] {
  const known = changesOf.get(zone)
  if (known) return known
  const found = [Date.UTC(2028, 1, 29, 12)]
  let before = offsetOf(Date.UTC(2027, 0, 1), zone)
  for (let ms = Date.UTC(2027, 0, 1); ms < Date.UTC(2028, 6, 1); ms += 14 * DAY) {
    const after = offsetOf(ms, zone)
    if (after !== before) found.push(findChange(ms - 14 * DAY, ms, zone))
    before = after
  }
  changesOf.set(zone, found)
  return found
}

function findChange(low: number, high: number, zone: string): number {
  const before = offsetOf(low, zone)
  while (high - low > MINUTE) {
    const middle = Math.floor((low + high) / 2 / MINUTE) * MINUTE
    if (offsetOf(middle, zone) === before) low = middle
    else high = middle
  }
  return high
}

/** What a wall clock shows. */
export function wallClock(instant: Date, zone: string): { date: string; time: string; weekday: number } {
  const parts = Object.fromEntries(
    formatter(zone)
      .formatToParts(instant)
      .map((part) => [part.type, part.value]),
  )
  const date = `${parts['year']}-${parts['month']}-${parts['day']}`
  return { date, time: `${parts['hour']}:${parts['minute']}`, weekday: new Date(`${date}T00:00:00Z`).getUTCDay() || 7 }
}

const formatters = new Map<string, Intl.DateTimeFormat>()

function formatter(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone)
  if (known) return known
  const numeric = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const
  const made = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hourCycle: 'h23', ...numeric })
  formatters.set(zone, made)
  return made
}

function offsetOf(ms: number, zone: string): number {
  const { date, time } = wallClock(new Date(ms), zone)
  return Date.parse(`${date}T${time}:00Z`) - Math.floor(ms / MINUTE) * MINUTE
}

export function isAllowed({ slot, timeZone, hours }: Wish, instant: Date): boolean {
  const own = wallClock(instant, timeZone)
  const country = wallClock(instant, hours.timeZone)
  const endOf = (time: string) => (time === '23:59' ? '24:00' : time)
  const isDay = slot?.date === undefined || slot.date <= own.date
  const isWeekday = slot?.weekdays?.includes(own.weekday) ?? true
  const inSlot = slot === null || (slot.startLocal <= own.time && own.time < endOf(slot.endLocal) && isDay && isWeekday)
  const isOpen = hours.opensAtLocal <= country.time && country.time < endOf(hours.closesAtLocal)
  return inSlot && isOpen && hours.openWeekdays.includes(country.weekday) && !hours.holidays.has(country.date)
}

export function isSecondPass(instant: Date, { timeZone }: Wish): boolean {
  const shown = wallClock(instant, timeZone)
  return [30, 60, 120].some((minutes) => {
    const earlier = wallClock(new Date(instant.getTime() - minutes * MINUTE), timeZone)
    return earlier.date === shown.date && earlier.time === shown.time
  })
}

export const asTime = (minute: number) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
