import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Slot } from '../../server/domains/callbacks/contract.ts'
import { type AuditPlanInput, planDueAt } from '../../server/domains/callbacks/planning/plan-rules.ts'
import { addLocalDays, localDate } from '../../server/platform/time/local.ts'
import { callingHours, dhaka, wish } from '../helpers/hours.ts'

const evening = { startLocal: '18:00', endLocal: '20:00' }

/** A visit on Tuesday 1 December 2026, closed the same evening. */
function plan(own: Partial<AuditPlanInput>) {
  return planDueAt({ ...wish(), slot: evening, lastDate: '2026-12-01', offsetDays: 5, now: dhaka('2026-12-01', '17:00'), ...own })
}

describe('a worker interviewed in an audit', () => {
  it('is called on the fifth day, at the time asked for', () => {
    expect(plan({})).toEqual({ kind: 'planned', dueAt: dhaka('2026-12-06', '18:00'), slot: evening, expiresAt: null, note: null })
  })

  it('is called on the date asked for when it lies on day 5 to 10', () => {
    for (const date of ['2026-12-06', '2026-12-09', '2026-12-11']) {
      const slot = { ...evening, date }
      expect(plan({ slot })).toEqual({
        kind: 'planned',
        dueAt: dhaka(date, '18:00'),
        slot,
        expiresAt: dhaka('2026-12-12', '00:00'),
        note: null,
      })
    }
  })

  it('is called on day 5 when the date asked for is outside, and is told why', () => {
    for (const date of ['2026-12-05', '2026-12-12']) {
      expect(plan({ slot: { ...evening, date } })).toEqual({
        kind: 'planned',
        dueAt: dhaka('2026-12-06', '18:00'),
        slot: evening,
        expiresAt: null,
        note: `The date asked for, ${date}, is not between 2026-12-06 and 2026-12-11.`,
      })
    }
  })

  it('is called on the first of the weekdays asked for from day 5 on', () => {
    const slot = { ...evening, weekdays: [5] }
    expect(plan({ slot })).toEqual({ kind: 'planned', dueAt: dhaka('2026-12-11', '18:00'), slot, expiresAt: null, note: null })
  })

  it('is called on the next open day when that day is a holiday', () => {
    const hours = callingHours({ holidays: new Map([['2026-12-06', 'Victory Day']]) })
    expect(plan({ hours })).toMatchObject({
      dueAt: dhaka('2026-12-07', '18:00'),
      note: '2026-12-06 is a holiday in Bangladesh (Victory Day); moved to 2026-12-07.',
    })
  })

  it('is called on the next open day when that weekday is closed', () => {
    const hours = callingHours({ openWeekdays: [1, 2, 3, 4, 5, 6] })
    expect(plan({ hours })).toMatchObject({
      dueAt: dhaka('2026-12-07', '18:00'),
      note: '2026-12-06 is a closed day in Bangladesh; moved to 2026-12-07.',
    })
  })

  it('may be tried a day longer when a holiday moves a dated slot past day 10', () => {
    const hours = callingHours({ holidays: new Map([['2026-12-11', 'a holiday']]) })
    expect(plan({ hours, slot: { ...evening, date: '2026-12-11' } })).toMatchObject({
      dueAt: dhaka('2026-12-12', '18:00'),
      expiresAt: dhaka('2026-12-13', '00:00'),
    })
  })

  it('is called when calls start, if the slot begins earlier', () => {
    expect(plan({ slot: { startLocal: '07:00', endLocal: '10:00' } })).toMatchObject({
      dueAt: dhaka('2026-12-06', '09:00'),
      note: 'Calls to Bangladesh start at 09:00 (Asia/Dhaka), later than the 07:00 asked for.',
    })
  })

  it('is called at the next slot when the visit is closed late', () => {
    expect(plan({ now: dhaka('2026-12-08', '21:00') })).toMatchObject({
      dueAt: dhaka('2026-12-09', '18:00'),
      note: 'The time asked for on 2026-12-06 had passed; planned for 2026-12-09.',
    })
  })

  it('whose hours can never be kept waits for a person', () => {
    expect(plan({ slot: { startLocal: '02:00', endLocal: '04:00' } })).toEqual({
      kind: 'impossible',
      dueAt: dhaka('2026-12-06', '00:00'),
      slot: { startLocal: '02:00', endLocal: '04:00' },
      note: 'Bangladesh may be called from 09:00 to 21:00 (Asia/Dhaka); the hours asked for, 02:00 to 04:00, never fall into them.',
    })
  })

  it('is called on the client’s own day', () => {
    expect(plan({ offsetDays: 14 })).toMatchObject({ dueAt: dhaka('2026-12-15', '18:00') })
  })

  it('is never called before day 5, and a moved day always has its sentence', () => {
    const days = fc.integer({ min: 0, max: 800 }).map((day) => addLocalDays('2026-12-01', day))
    fc.assert(
      fc.property(
        days,
        fc.option(fc.integer({ min: 0, max: 20 })),
        fc.array(fc.integer({ min: 5, max: 9 })),
        (lastDate, wished, holidays) => {
          const slot: Slot = wished === null ? evening : { ...evening, date: addLocalDays(lastDate, wished) }
          const hours = callingHours({ holidays: new Map(holidays.map((day) => [addLocalDays(lastDate, day), 'a holiday'])) })
          const planned = plan({ lastDate, slot, hours, now: dhaka(lastDate, '17:00') })
          const day = localDate(planned.dueAt, 'Asia/Dhaka')
          expect(day >= addLocalDays(lastDate, 5)).toBe(true)
          expect(hours.holidays.has(day)).toBe(false)
          const asWished = day === (slot.date ?? addLocalDays(lastDate, 5))
          expect(planned.note === null).toBe(asWished)
        },
      ),
      { numRuns: 300 },
    )
  })
})
