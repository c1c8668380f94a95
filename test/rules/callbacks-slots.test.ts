import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CallingHours } from '../../server/domains/countries/hours-rules.ts'
import type { Slot } from '../../server/domains/callbacks/contract.ts'
import { firstOccurrence, isInside, nextOccurrence, slotProblem, type Wish } from '../../server/domains/callbacks/planning/slot-rules.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../../server/platform/time/duration.ts'
import { callingHours, dhaka, wish } from '../helpers/hours.ts'
import { asTime, interestingInstants, isAllowed, isSecondPass, wallClock } from '../helpers/wall-clock.ts'

const evenings: Slot = { startLocal: '18:00', endLocal: '20:00' }

describe('a slot', () => {
  it('begins the same day when it is still to come', () => {
    expect(firstOccurrence(wish({ slot: evenings }), dhaka('2026-12-06', '10:00'))).toEqual(dhaka('2026-12-06', '18:00'))
  })

  it('is now while it lasts, and tomorrow at the minute it ends', () => {
    expect(firstOccurrence(wish({ slot: evenings }), dhaka('2026-12-06', '19:59'))).toEqual(dhaka('2026-12-06', '19:59'))
    expect(firstOccurrence(wish({ slot: evenings }), dhaka('2026-12-06', '20:00'))).toEqual(dhaka('2026-12-07', '18:00'))
  })

  it('that ends at 23:59 lasts until midnight', () => {
    const allDay = callingHours({ opensAtLocal: '00:00', closesAtLocal: '23:59' })
    const late = wish({ slot: { startLocal: '22:00', endLocal: '23:59' }, hours: allDay })
    const lastSecond = new Date(dhaka('2026-12-07', '00:00').getTime() - SECOND)
    expect(isInside(late, lastSecond)).toBe(true)
    expect(isInside(wish({ hours: allDay }), lastSecond)).toBe(true)
  })

  it('keeps to its weekdays', () => {
    const fridays = wish({ slot: { ...evenings, weekdays: [5] } })
    expect(firstOccurrence(fridays, dhaka('2026-12-06', '10:00'))).toEqual(dhaka('2026-12-11', '18:00'))
  })

  it('with a date comes up that day and daily after it', () => {
    const dated = wish({ slot: { ...evenings, date: '2026-12-08' } })
    expect(firstOccurrence(dated, dhaka('2026-12-01', '10:00'))).toEqual(dhaka('2026-12-08', '18:00'))
    expect(nextOccurrence(dated, dhaka('2026-12-08', '18:30'))).toEqual(dhaka('2026-12-09', '18:00'))
  })

  it('far ahead is found', () => {
    const dated = wish({ slot: { ...evenings, date: '2027-12-08' } })
    expect(firstOccurrence(dated, dhaka('2026-12-01', '10:00'))).toEqual(dhaka('2027-12-08', '18:00'))
  })

  it('skips holidays and closed days of the country', () => {
    const hours = callingHours({ openWeekdays: [1, 2, 3, 4, 6, 7], holidays: new Map([['2026-12-10', 'a holiday']]) })
    // Thursday 10 is a holiday, Friday 11 is closed.
    expect(firstOccurrence(wish({ slot: evenings, hours }), dhaka('2026-12-10', '08:00'))).toEqual(dhaka('2026-12-12', '18:00'))
  })

  it('is cut to the hours in which the country may be called', () => {
    const early = wish({ slot: { startLocal: '07:00', endLocal: '10:00' } })
    expect(firstOccurrence(early, dhaka('2026-12-06', '07:00'))).toEqual(dhaka('2026-12-06', '09:00'))
  })

  it('is counted in the factory zone when the country keeps another', () => {
    const hours = callingHours({ countryName: 'Indonesia', timeZone: 'Asia/Jakarta' })
    const jayapura = wish({ slot: { startLocal: '18:00', endLocal: '19:00' }, timeZone: 'Asia/Jayapura', hours })
    expect(firstOccurrence(jayapura, new Date('2026-12-06T00:00:00Z'))).toEqual(new Date('2026-12-06T09:00:00Z'))
  })

  it('outside all calling hours never comes up', () => {
    const night = wish({ slot: { startLocal: '02:00', endLocal: '05:00' } })
    expect(firstOccurrence(night, dhaka('2026-12-06', '00:00'))).toBeUndefined()
  })

  it('is refused when it is taken down if it could never be kept', () => {
    const problem = (slot: Slot) => slotProblem({ ...wish(), slot }, dhaka('2026-12-06', '12:00'))
    expect(problem(evenings)).toBeUndefined()
    expect(problem({ startLocal: '20:00', endLocal: '18:00' })).toBe('The time ends (18:00) before it starts (20:00).')
    expect(problem({ ...evenings, date: '2026-12-08', weekdays: [1] })).toBe('Choose a date or weekdays, not both.')
    expect(problem({ startLocal: '02:00', endLocal: '05:00' })).toBe(
      'Bangladesh may be called from 09:00 to 21:00 (Asia/Dhaka); the hours asked for, 02:00 to 05:00, never fall into them.',
    )
  })
})

describe('when the clocks change', () => {
  const allDay = callingHours({ countryName: 'United States', timeZone: 'America/New_York', opensAtLocal: '00:00', closesAtLocal: '23:59' })
  const newYork = (startLocal: string, endLocal: string) =>
    wish({ slot: { startLocal, endLocal }, timeZone: 'America/New_York', hours: allDay })

  it('a slot keeps its wall time', () => {
    const noon = newYork('12:00', '13:00')
    expect(firstOccurrence(noon, new Date('2027-03-13T06:00:00Z'))).toEqual(new Date('2027-03-13T17:00:00Z'))
    expect(nextOccurrence(noon, new Date('2027-03-13T17:00:00Z'))).toEqual(new Date('2027-03-14T16:00:00Z'))
    expect(nextOccurrence(noon, new Date('2027-11-06T16:00:00Z'))).toEqual(new Date('2027-11-07T17:00:00Z'))
  })

  it('an hour that is skipped is tried the next day', () => {
    expect(firstOccurrence(newYork('02:10', '02:50'), new Date('2027-03-14T05:00:00Z'))).toEqual(new Date('2027-03-15T06:10:00Z'))
  })

  it('a slot that begins in the skipped hour begins where the clock goes on', () => {
    expect(firstOccurrence(newYork('02:10', '04:00'), new Date('2027-03-14T05:00:00Z'))).toEqual(new Date('2027-03-14T07:00:00Z'))
  })

  it('an hour that comes twice is one slot, the first', () => {
    const slot = newYork('01:10', '01:50')
    expect(firstOccurrence(slot, new Date('2027-11-07T04:00:00Z'))).toEqual(new Date('2027-11-07T05:10:00Z'))
    expect(firstOccurrence(slot, new Date('2027-11-07T05:50:00Z'))).toEqual(new Date('2027-11-08T06:10:00Z'))
  })

  it('a slot that begins in the hour that comes twice rests while the clock shows an earlier time', () => {
    const slot = newYork('01:30', '03:00')
    expect(isInside(slot, new Date('2027-11-07T05:45:00Z'))).toBe(true)
    expect(isInside(slot, new Date('2027-11-07T06:15:00Z'))).toBe(false)
    expect(isInside(slot, new Date('2027-11-07T06:30:00Z'))).toBe(true)
  })
})

describe('in every time zone, around both clock changes and the leap day', { timeout: 40 * SECOND }, () => {
  const zones = Intl.supportedValuesOf('timeZone')
  const inEachZone = (runs: number, holds: (drawn: { place: Wish; from: Date }) => void) => {
    for (const zone of zones) fc.assert(fc.property(zonedWish(zone), holds), { numRuns: runs })
  }

  it('no occurrence is early, outside the slot, outside calling hours or on a closed day', () => {
    let found = 0
    inEachZone(3, ({ place, from }) => {
      const occurrence = firstOccurrence(place, from)
      if (!occurrence) return
      found += 1
      expect(occurrence >= from).toBe(true)
      expect(isAllowed(place, occurrence)).toBe(true)
      expect(isInside(place, occurrence)).toBe(true)
    })
    expect(found).toBeGreaterThan(zones.length * 2)
  })

  it('no allowed minute is passed over, but for the second pass of an hour that comes twice', () => {
    inEachZone(1, ({ place, from }) => {
      const found = firstOccurrence(place, from)?.getTime() ?? Infinity
      for (let ms = from.getTime(); ms < Math.min(found, from.getTime() + 2 * DAY); ms += 10 * MINUTE) {
        const instant = new Date(ms)
        if (isAllowed(place, instant)) expect(isSecondPass(instant, place)).toBe(true)
      }
    })
  })

  it('no day is tried twice, and a clock that jumps an hour never brings a slot forward', () => {
    inEachZone(1, ({ place, from }) => {
      const found = firstOccurrence(place, from)
      if (!found) return
      expect(firstOccurrence(place, found)).toEqual(found)
      const next = nextOccurrence(place, found)
      if (next) expect(wallClock(next, place.timeZone).date > wallClock(found, place.timeZone).date).toBe(true)
      for (const jump of [-HOUR, HOUR]) {
        const jumped = firstOccurrence(place, new Date(from.getTime() + jump))
        if (jumped) expect(isAllowed(place, jumped)).toBe(true)
        if (jumped) expect(Math.sign(jump) * (jumped.getTime() - found.getTime())).toBeGreaterThanOrEqual(0)
      }
    })
  })
})

/** A slot and calling hours in a zone, asked from some hours around one of its clock changes, or around 29 February. */
function zonedWish(zone: string): fc.Arbitrary<{ place: Wish; from: Date }> {
  const minuteOfDay = fc.integer({ min: 0, max: 24 * 60 - 1 })
  return fc
    .record({
      change: fc.nat(3),
      before: fc.integer({ min: -6 * 60, max: 40 * 60 }),
      slotMinutes: fc.uniqueArray(minuteOfDay, { minLength: 2, maxLength: 2 }),
      openMinutes: fc.uniqueArray(minuteOfDay, { minLength: 2, maxLength: 2 }),
      weekdays: fc.option(fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 7 }), { nil: undefined }),
      openWeekdays: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 5, maxLength: 7 }),
      hasHoliday: fc.boolean(),
      allDay: fc.boolean(),
    })
    .map((picked) => {
      const around = interestingInstants(zone)
      const centre = around[picked.change % around.length]!
      const [startLocal, endLocal] = picked.slotMinutes.sort((a, b) => a - b).map(asTime) as [string, string]
      const [opens, closes] = picked.openMinutes.sort((a, b) => a - b).map(asTime) as [string, string]
      const hours: CallingHours = {
        countryName: 'Somewhere',
        timeZone: zone,
        opensAtLocal: picked.allDay ? '00:00' : opens,
        closesAtLocal: picked.allDay ? '23:59' : closes,
        openWeekdays: picked.openWeekdays,
        holidays: new Map(picked.hasHoliday ? [[wallClock(new Date(centre), zone).date, 'a holiday']] : []),
      }
      const slot: Slot = { startLocal, endLocal, ...(picked.weekdays && { weekdays: picked.weekdays }) }
      return { place: { slot, timeZone: zone, hours }, from: new Date(centre - picked.before * MINUTE) }
    })
}
