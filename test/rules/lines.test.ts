import { describe, expect, it, test } from 'vitest'
import { planDueAt } from '../../server/domains/callbacks/planning/plan-rules.ts'
import { namedTimeProblem } from '../../server/domains/callbacks/outcomes/retry-rules.ts'
import { isOpen, openIntervals } from '../../server/domains/countries/hours-rules.ts'
import { callersMeet, lineNow, sayLineNow } from '../../server/domains/countries/now-rules.ts'
import { keptWeek, type WeekdayHours, weekOf, weekProblem } from '../../server/domains/countries/week-rules.ts'
import { holidaysOf } from '../../server/domains/countries/region-rules.ts'
import { callingHours, dhaka, wish } from '../helpers/hours.ts'

const MORNING = { opensAtLocal: '09:00', closesAtLocal: '12:00' }
const AFTERNOON = { opensAtLocal: '14:00', closesAtLocal: '18:00' }
/** Friday is the fifth day of December 2026's second week. */
const fridays = callingHours({
  opensAtLocal: '09:00',
  closesAtLocal: '18:00',
  openWeekdays: [1, 2, 3, 4, 5, 7],
  weekdayPeriods: new Map([[5, [MORNING, AFTERNOON]]]),
  holidays: new Map([['2026-12-16', 'Victory Day']]),
})
const at = (date: string, time: string) => lineNow(fridays, dhaka(date, time))
const said = (date: string, time: string) => sayLineNow(at(date, time), fridays, dhaka(date, time))

describe('a weekday with hours of its own', () => {
  it('is closed between its two open times, and open in both', () => {
    const open = ['08:59', '09:00', '11:59', '12:00', '13:59', '14:00', '17:59', '18:00'].map((time) =>
      isOpen(fridays, dhaka('2026-12-11', time)),
    )
    expect(open).toEqual([false, true, true, false, false, true, true, false])
  })

  it('leaves the other days as usual', () => {
    expect(openIntervals(fridays, '2026-12-10')).toEqual([{ start: dhaka('2026-12-10', '09:00'), end: dhaka('2026-12-10', '18:00') }])
  })

  it('moves a callback out of its gap, and says from when calls start', () => {
    const slot = { date: '2026-12-11', startLocal: '12:30', endLocal: '15:00' }
    const plan = planDueAt({
      slot,
      lastDate: '2026-12-06',
      offsetDays: 5,
      timeZone: 'Asia/Dhaka',
      hours: fridays,
      now: dhaka('2026-12-06', '10:00'),
    })
    expect(plan).toMatchObject({ dueAt: dhaka('2026-12-11', '14:00') })
  })

  it('tells an agent the hours of that day, or why it is closed', () => {
    const problem = (date: string, time: string) =>
      namedTimeProblem(dhaka(date, time), wish({ hours: fridays }), dhaka('2026-12-09', '10:00'))
    expect(problem('2026-12-11', '13:00')).toContain(
      'open from 09:00 to 12:00 and 14:00 to 18:00 (Asia/Dhaka). The next time is 2026-12-11 14:00.',
    )
    expect(problem('2026-12-16', '10:00')).toContain(
      'that day is a holiday in Bangladesh (Victory Day). The next time is 2026-12-17 09:00.',
    )
  })
})

describe('what callers meet now', () => {
  test.each([
    ['2026-12-10', '10:00', 'open now, until 18:00 (Asia/Dhaka)'],
    ['2026-12-11', '10:00', 'open now, until 12:00 (Asia/Dhaka)'],
    ['2026-12-11', '12:30', 'closed at this hour; open again 14:00 (Asia/Dhaka)'],
    ['2026-12-12', '10:00', 'closed on this weekday; open again 2026-12-13 09:00 (Asia/Dhaka)'],
    ['2026-12-16', '10:00', 'closed: Victory Day; open again 2026-12-17 09:00 (Asia/Dhaka)'],
    ['2026-12-15', '18:00', 'closed at this hour; open again 2026-12-17 09:00 (Asia/Dhaka)'],
  ])('on %s at %s: %s', (date, time, sentence) => {
    expect(said(date, time)).toBe(sentence)
  })

  it('is open on from day to day, up to the next closed one, or without an end', () => {
    const allDay = callingHours({ opensAtLocal: '00:00', closesAtLocal: '23:59' })
    expect(lineNow(allDay, dhaka('2026-12-10', '22:00'))).toEqual({ kind: 'open', until: null })
    const withHoliday = { ...allDay, holidays: fridays.holidays }
    expect(lineNow(withHoliday, dhaka('2026-12-14', '22:00'))).toEqual({ kind: 'open', until: dhaka('2026-12-16', '00:00') })
  })

  it('goes by how the country answers, then by the hour', () => {
    const open = at('2026-12-10', '10:00')
    const closed = at('2026-12-16', '10:00')
    const ways = [
      callersMeet({ answeringMode: 'answer', queueLimitSeconds: 120 }, open),
      callersMeet({ answeringMode: 'answer', queueLimitSeconds: 0 }, open),
      callersMeet({ answeringMode: 'answer', queueLimitSeconds: 120 }, closed),
      callersMeet({ answeringMode: 'ring-and-hang-up', queueLimitSeconds: 120 }, closed),
    ]
    expect(ways).toEqual(['agents', 'message', 'closed-message', 'ring-and-hang-up'])
  })
})

describe('a week of hours', () => {
  const week = (own: Record<number, WeekdayHours['periods']>): WeekdayHours[] =>
    [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, periods: own[weekday] ?? [{ opensAtLocal: '09:00', closesAtLocal: '18:00' }] }))

  it('is kept as usual hours and the weekdays that differ, and comes back as it was', () => {
    const wanted = week({ 5: [AFTERNOON, MORNING], 6: [] })
    const { periods, ...usual } = keptWeek(wanted)
    expect(usual).toEqual({ opensAtLocal: '09:00', closesAtLocal: '18:00', openWeekdays: [1, 2, 3, 4, 5, 7] })
    expect(periods).toEqual([
      { weekday: 5, ...MORNING },
      { weekday: 5, ...AFTERNOON },
    ])
    const hours = callingHours({ ...usual, weekdayPeriods: new Map([[5, [MORNING, AFTERNOON]]]) })
    expect(weekOf(hours)).toEqual(week({ 5: [MORNING, AFTERNOON], 6: [] }))
  })

  test.each([
    [week({ 2: [{ opensAtLocal: '18:00', closesAtLocal: '09:00' }] }), 'Tuesday closes (09:00) before it opens (18:00).'],
    [week({ 5: [MORNING, { opensAtLocal: '11:00', closesAtLocal: '13:00' }] }), 'On Friday two open times overlap at 11:00.'],
    [week({}).slice(1), 'Give the hours of all seven weekdays, each once.'],
    [
      week({ 1: [], 2: [], 3: [], 4: [], 5: [], 6: [], 7: [] }),
      'With no open hour nobody could ever be called back: leave at least one day open.',
    ],
    [week({}), undefined],
  ])('says what is wrong with it (%#)', (wrong, sentence) => {
    expect(weekProblem(wrong)).toBe(sentence)
  })
})

describe('the public holidays of a region', () => {
  const find = (region: string) => holidaysOf({ ask: 'holidays', region, firstYear: 2026, lastYear: 2026 })
  const days = (region: string) => find(region)!

  it('are full days, in English and in the region’s language', () => {
    const bangladesh = days('BD')
    expect(bangladesh).toContainEqual({ date: '2026-12-16', name: 'Victory Day', ownName: 'বিজয় দিবস' })
    // Eid begins at sunset on the 19th and lasts until sunset on the 22nd.
    expect(bangladesh.filter(({ date }) => date.startsWith('2026-03-2')).map(({ date }) => date)).toEqual([
      '2026-03-20',
      '2026-03-21',
      '2026-03-22',
      '2026-03-26',
    ])
    // Observances that no office closes for are none.
    expect(bangladesh.map(({ name }) => name)).not.toContain('Armed Forces Day')
  })

  it('leave out half-days: in the morning people work', () => {
    expect(days('CN').map(({ date }) => date)).not.toContain('2026-03-08')
    expect(
      days('TR')
        .filter(({ name }) => name.includes('Adha'))
        .map(({ date }) => date.slice(5)),
    ).toEqual(['05-27', '05-28', '05-29', '05-30'])
  })

  it('differ by part of a country, and are not known for a part that is none', () => {
    expect(days('IN-TN').map(({ name }) => name)).toContain('Labour Day')
    expect(days('IN').map(({ name }) => name)).not.toContain('Labour Day')
    expect(find('IN-XX')).toBeNull()
    expect(find('XX')).toBeNull()
  })
})
