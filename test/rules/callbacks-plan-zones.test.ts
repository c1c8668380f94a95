import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Slot } from '../../server/domains/callbacks/contract.ts'
import { type AuditPlanInput, planDueAt } from '../../server/domains/callbacks/planning/plan-rules.ts'
import { isInside, nextOccurrence, startOfDay } from '../../server/domains/callbacks/planning/slot-rules.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../../server/platform/time/duration.ts'
import { addLocalDays, atLocal, daysBetween, weekday } from '../../server/platform/time/local.ts'
import { asTime, interestingInstants, isAllowed, isSecondPass, wallClock } from '../helpers/wall-clock.ts'

const zones = Intl.supportedValuesOf('timeZone')

describe(
  'the callback of day five, in every time zone, around both clock changes, the leap day and holidays',
  { timeout: 120 * SECOND },
  () => {
    const inEachZone = (runs: number, holds: (visit: AuditPlanInput) => void) => {
      for (const zone of zones) fc.assert(fc.property(anyVisit(zone), holds), { numRuns: runs })
    }

    it('is never early, never outside the slot and never outside calling hours', () => {
      let planned = 0
      inEachZone(3, (visit) => {
        const plan = planDueAt(visit)
        if (plan.kind === 'impossible') return
        planned += 1
        const day = wallClock(plan.dueAt, visit.timeZone).date
        expect(day >= addLocalDays(visit.lastDate, visit.offsetDays)).toBe(true)
        expect(plan.dueAt >= visit.now).toBe(true)
        expect(isAllowed({ ...visit, slot: plan.slot }, plan.dueAt)).toBe(true)
        expect(isInside({ ...visit, slot: plan.slot }, plan.dueAt)).toBe(true)
        expect(plan.expiresAt === null || plan.dueAt < plan.expiresAt).toBe(true)
      })
      expect(planned).toBeGreaterThan(zones.length * 2)
    })

    it('is on the day asked for whenever that day has an allowed minute left, and says so when it is not', () => {
      let moved = 0
      inEachZone(2, (visit) => {
        const plan = planDueAt(visit)
        const wanted = wantedDay(visit)
        if (plan.kind === 'impossible') return
        const day = wallClock(plan.dueAt, visit.timeZone).date
        if (day === wanted) return
        moved += 1
        expect(plan.note).not.toBeNull()
        for (const minute of minutesOf(wanted, visit)) {
          const isLost = isAllowed({ ...visit, slot: plan.slot }, minute) && !isSecondPass(minute, visit)
          expect(isLost).toBe(false)
        }
      })
      expect(moved).toBeGreaterThan(20)
    })

    it('is the same whenever the visit is closed before that day, and a clock that jumps an hour brings no second one', () => {
      inEachZone(2, (visit) => {
        const plan = planDueAt(visit)
        const firstDay = startOfDay(addLocalDays(visit.lastDate, visit.offsetDays), visit.timeZone)
        for (const jump of [-HOUR, HOUR]) {
          const jumped = planDueAt({ ...visit, now: new Date(visit.now.getTime() + jump) })
          if (visit.now.getTime() + HOUR <= firstDay.getTime()) expect(jumped).toEqual(plan)
          else expect(Math.sign(jump) * (jumped.dueAt.getTime() - plan.dueAt.getTime())).toBeGreaterThanOrEqual(0)
          if (jumped.kind === 'planned') expect(isAllowed({ ...visit, slot: jumped.slot }, jumped.dueAt)).toBe(true)
        }
        const next = plan.kind === 'planned' && nextOccurrence({ ...visit, slot: plan.slot }, plan.dueAt)
        if (next) expect(wallClock(next, visit.timeZone).date > wallClock(plan.dueAt, visit.timeZone).date).toBe(true)
      })
    })
  },
)

/** A visit whose callbacks fall within a week around one of the zone's clock changes, or 29 February. */
function anyVisit(zone: string): fc.Arbitrary<AuditPlanInput> {
  const minutes = fc.uniqueArray(fc.integer({ min: 0, max: 24 * 60 - 1 }), { minLength: 2, maxLength: 2 })
  return fc
    .record({
      change: fc.nat(3),
      daysBefore: fc.integer({ min: -1, max: 6 }),
      offsetDays: fc.constantFrom(5, 5, 5, 1, 14),
      slotMinutes: minutes,
      openMinutes: fc.option(minutes),
      wish: fc.oneof(
        fc.constant({}),
        fc.record({ date: fc.integer({ min: -2, max: 8 }) }),
        fc.record({ weekday: fc.integer({ min: 1, max: 7 }) }),
      ),
      openWeekdays: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 5, maxLength: 7 }),
      holidays: fc.uniqueArray(fc.integer({ min: 0, max: 7 }), { maxLength: 3 }),
      closedAfterMinutes: fc.integer({ min: 0, max: 12 * 24 * 60 }),
      countryZone: fc.option(fc.constantFrom(...zones), { nil: zone, freq: 3 }),
    })
    .map((drawn) => {
      const around = interestingInstants(zone)
      const centre = wallClock(new Date(around[drawn.change % around.length]!), zone).date
      const firstDay = addLocalDays(centre, -drawn.daysBefore)
      const lastDate = addLocalDays(firstDay, -drawn.offsetDays)
      const hours = {
        ...{ countryName: 'Somewhere', timeZone: drawn.countryZone, ...wallHours(drawn.openMinutes) },
        openWeekdays: drawn.openWeekdays,
        holidays: new Map(drawn.holidays.map((day) => [addLocalDays(firstDay, day), 'a holiday'])),
      }
      const [startLocal, endLocal] = inOrder(drawn.slotMinutes)
      const now = new Date(atLocal(lastDate, '17:00', zone).getTime() + drawn.closedAfterMinutes * MINUTE)
      const slot = { ...dayOf(drawn.wish, firstDay), startLocal, endLocal }
      return { slot, timeZone: zone, hours, lastDate, offsetDays: drawn.offsetDays, now }
    })
}

function dayOf(wish: { date?: number; weekday?: number }, firstDay: string): Partial<Slot> {
  if (wish.date !== undefined) return { date: addLocalDays(firstDay, wish.date) }
  return wish.weekday === undefined ? {} : { weekdays: [wish.weekday] }
}

const inOrder = (minutes: number[]) => minutes.toSorted((a, b) => a - b).map(asTime) as [string, string]

function wallHours(minutes: number[] | null) {
  const [opensAtLocal, closesAtLocal] = minutes ? inOrder(minutes) : ['00:00', '23:59']
  return { opensAtLocal, closesAtLocal }
}

function wantedDay({ slot, lastDate, offsetDays }: AuditPlanInput): string {
  let day = addLocalDays(lastDate, offsetDays)
  if (slot.date !== undefined) {
    const away = daysBetween(day, slot.date)
    return away >= 0 && away <= 5 ? slot.date : day
  }
  while (slot.weekdays && !slot.weekdays.includes(weekday(day))) day = addLocalDays(day, 1)
  return day
}

function* minutesOf(day: string, { timeZone, now }: AuditPlanInput): Generator<Date> {
  const start = startOfDay(day, timeZone).getTime()
  for (let ms = start; ms < start + DAY + HOUR; ms += 10 * MINUTE) {
    const instant = new Date(ms)
    if (ms >= now.getTime() && wallClock(instant, timeZone).date === day) yield instant
  }
}
