import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fixedClock } from '../../server/platform/time/clock.ts'
import { DAY, HOUR, MINUTE } from '../../server/platform/time/duration.ts'
import { addLocalDays, atLocal, daysBetween, localDate, localTime, NotOnCalendar, weekday } from '../../server/platform/time/local.ts'

const zones = Intl.supportedValuesOf('timeZone')

test('in every zone, on every day, a wall time is the instant at which the wall shows it', () => {
  const instant = fc.date({ min: new Date('2020-01-01'), max: new Date('2035-01-01'), noInvalidDate: true })
  fc.assert(
    fc.property(fc.constantFrom(...zones), instant, (zone, at) => {
      const [date, time] = [localDate(at, zone), localTime(at, zone)]
      const found = atLocal(date, time, zone)
      expect([localDate(found, zone), localTime(found, zone)]).toEqual([date, time])
      // The same minute, or an hour's repetition of it in autumn: then the first.
      const laterMs = at.getTime() - found.getTime()
      expect(laterMs).toBeGreaterThanOrEqual(0)
      expect(laterMs < MINUTE || laterMs <= 3 * HOUR + MINUTE).toBe(true)
    }),
    { numRuns: 3000 },
  )
})

describe('when clocks change', () => {
  test('a skipped wall time is the first instant after the gap', () => {
    // Berlin, 29 March 2026: 02:00 becomes 03:00 at 01:00 UTC.
    for (const time of ['02:00', '02:30', '02:59'])
      expect(atLocal('2026-03-29', time, 'Europe/Berlin')).toEqual(new Date('2026-03-29T01:00:00Z'))
    expect(atLocal('2026-03-29', '03:00', 'Europe/Berlin')).toEqual(new Date('2026-03-29T01:00:00Z'))
    expect(atLocal('2026-03-29', '01:59', 'Europe/Berlin')).toEqual(new Date('2026-03-29T00:59:00Z'))
  })

  test('a repeated wall time is its first occurrence', () => {
    // New York, 1 November 2026: 01:30 happens at 05:30 and at 06:30 UTC.
    expect(atLocal('2026-11-01', '01:30', 'America/New_York')).toEqual(new Date('2026-11-01T05:30:00Z'))
    // Lord Howe moves by half an hour.
    expect(atLocal('2026-04-05', '01:45', 'Australia/Lord_Howe')).toEqual(new Date('2026-04-04T14:45:00Z'))
  })

  test('a day that a zone left out begins where the next one does', () => {
    // Samoa skipped 30 December 2011.
    expect(atLocal('2011-12-30', '12:00', 'Pacific/Apia')).toEqual(new Date('2011-12-30T10:00:00Z'))
  })
})

test('places without daylight saving keep their hours all year', () => {
  expect(atLocal('2026-01-15', '09:00', 'Asia/Dhaka')).toEqual(new Date('2026-01-15T03:00:00Z'))
  expect(atLocal('2026-07-15', '09:00', 'Asia/Dhaka')).toEqual(new Date('2026-07-15T03:00:00Z'))
})

test('calendar days are counted without zones or hours', () => {
  expect(addLocalDays('2026-02-26', 5)).toBe('2026-03-03')
  expect(addLocalDays('2028-02-26', 5)).toBe('2028-03-02')
  expect(daysBetween('2026-03-28', '2026-03-30')).toBe(2)
  expect([weekday('2026-11-23'), weekday('2026-11-29')]).toEqual([1, 7])
})

test('what is not on a calendar or a clock is refused', () => {
  for (const [date, time, zone] of [
    ['2026-02-29', '09:00', 'Asia/Dhaka'],
    ['2026-2-1', '09:00', 'Asia/Dhaka'],
    ['2026-02-01', '24:00', 'Asia/Dhaka'],
    ['2026-02-01', '9:00', 'Asia/Dhaka'],
    ['2026-02-01', '09:00', 'Asia/Nowhere'],
  ] as const) {
    expect(() => atLocal(date, time, zone)).toThrow(NotOnCalendar)
  }
})

test('a fixed clock stands still until it is moved, and cannot be moved through what it gave', () => {
  const clock = fixedClock('2026-12-01T09:00:00Z')
  clock.now().setFullYear(1999)
  clock.advance(DAY)
  expect(clock.now()).toEqual(new Date('2026-12-02T09:00:00Z'))
})
