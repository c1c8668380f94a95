import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { shiftIntervals, shiftProblem } from '../../server/domains/agents/shift-rules.ts'
import { adviceOn } from '../../server/domains/audits/advice-rules.ts'
import {
  type Demand,
  fitCallbacks,
  type FitAgent,
  type FitInput,
  isCovered,
} from '../../server/domains/callbacks/planning/feasibility-rules.ts'
import { callingHours, dhaka } from '../helpers/hours.ts'

const hours = callingHours()
const SUNDAY = '2026-12-06'
const evening = { startLocal: '18:00', endLocal: '20:00' }
const demand = (own: Partial<Demand> = {}): Demand => ({
  ...{ languageCode: 'bn', slot: evening, timeZone: 'Asia/Dhaka', dueAt: dhaka(SUNDAY, '18:00'), count: 1 },
  ...own,
})
const agent = (userId: string, languageCodes = ['bn'], plan?: FitAgent['plan']): FitAgent => ({ userId, languageCodes, plan })
const weekly = (...days: number[]) => ({
  week: days.map((weekday) => ({ weekday, startLocal: '17:00', endLocal: '21:00' })),
  exceptions: [],
})
const fit = (own: Partial<FitInput>) =>
  fitCallbacks({ wanted: [], others: [], agents: [agent('a')], hours, trunk: { maxChannels: 30, maxCallsPerHour: 600 }, ...own })

describe('what is asked for in two hours of an evening', () => {
  test('is eight callbacks for one agent; the ninth needs another', () => {
    expect(fit({ wanted: [demand({ count: 8 })] })).toMatchObject([{ fits: 8, agents: 1, reason: null, moreNeeded: 0 }])
    expect(fit({ wanted: [demand({ count: 9 })] })).toMatchObject([{ fits: 8, reason: 'too-few-agents', moreNeeded: 1 }])
    expect(fit({ wanted: [demand({ count: 9 })], agents: [agent('a'), agent('b')] })).toMatchObject([{ fits: 9, agents: 2, reason: null }])
  })

  test('counts what was promised before it', () => {
    expect(fit({ wanted: [demand({ count: 4 })], others: [demand({ count: 6 })] })).toMatchObject([{ fits: 2, reason: 'too-few-agents' }])
  })

  test('needs an agent certified in the language, on shift then', () => {
    expect(fit({ wanted: [demand({ languageCode: 'en' })] })).toMatchObject([{ fits: 0, agents: 0, reason: 'no-agent' }])
    expect(fit({ wanted: [demand()], agents: [agent('a', ['bn'], weekly(1, 2))] })).toMatchObject([
      { fits: 0, agents: 0, reason: 'no-shift' },
    ])
    expect(fit({ wanted: [demand()], agents: [agent('a', ['bn'], weekly(7))] })).toMatchObject([{ fits: 1, reason: null }])
    const away = { ...weekly(7), exceptions: [{ date: SUNDAY, hours: [] }] }
    expect(fit({ wanted: [demand()], agents: [agent('a', ['bn'], away)] })).toMatchObject([{ reason: 'no-shift' }])
  })

  test('is held up by a trunk of few channels, or of few calls an hour', () => {
    const agents = ['a', 'b', 'c'].map((id) => agent(id))
    const wanted = [demand({ count: 20 })]
    expect(fit({ wanted, agents, trunk: { maxChannels: 2, maxCallsPerHour: 600 } })).toMatchObject([
      { fits: 16, reason: 'too-few-channels', moreNeeded: 1 },
    ])
    expect(fit({ wanted, agents, trunk: { maxChannels: 30, maxCallsPerHour: 4 } })).toMatchObject([{ fits: 8, reason: 'too-few-channels' }])
  })

  test('leaves the agent of two languages to whom nobody else can call', () => {
    const agents = [agent('both', ['bn', 'en']), agent('one', ['bn'])]
    const groups = fit({ wanted: [demand({ count: 8 }), demand({ languageCode: 'en', count: 8 })], agents })
    expect(groups.map(({ languageCode, fits }) => [languageCode, fits])).toEqual([
      ['bn', 8],
      ['en', 8],
    ])
  })

  test('comes first in the list when it does not fit', () => {
    const later = demand({ languageCode: 'en', dueAt: dhaka('2026-12-07', '18:00') })
    expect(fit({ wanted: [demand(), later] }).map(({ reason }) => reason)).toEqual(['no-agent', null])
  })
})

test('never more are said to fit than agents, channels and hours allow, and another agent never makes fewer fit', () => {
  const someone = fc.uniqueArray(fc.constantFrom('bn', 'en', 'my'), { minLength: 1, maxLength: 3 })
  const asked = fc.record({
    languageCode: fc.constantFrom('bn', 'en', 'my'),
    count: fc.integer({ min: 1, max: 10 }),
    hour: fc.integer({ min: 9, max: 19 }),
  })
  fc.assert(
    fc.property(
      fc.array(someone, { maxLength: 4 }),
      fc.array(asked, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 3 }),
      (people, wishes, maxChannels) => {
        const agents = people.map((languages, at) => agent(`a${at}`, languages))
        const wanted = wishes.map(({ languageCode, count, hour }) => {
          const slot = { startLocal: `${String(hour).padStart(2, '0')}:00`, endLocal: `${String(hour + 2).padStart(2, '0')}:00` }
          return demand({ languageCode, count, slot, dueAt: dhaka(SUNDAY, slot.startLocal) })
        })
        const groups = fit({ wanted, agents, trunk: { maxChannels, maxCallsPerHour: 600 } })
        const all = groups.reduce((sum, { fits }) => sum + fits, 0)
        // 09:00 to 21:00 is 48 quarters.
        expect(all).toBeLessThanOrEqual(48 * Math.min(agents.length, maxChannels))
        for (const { fits, count, reason, languageCode } of groups) {
          expect(fits).toBeLessThanOrEqual(count)
          expect(reason === null).toBe(fits === count)
          if (!agents.some(({ languageCodes }) => languageCodes.includes(languageCode))) expect([fits, reason]).toEqual([0, 'no-agent'])
        }
        const everyone = wishes.map(({ languageCode }) => languageCode)
        const roomy = { maxChannels: 500, maxCallsPerHour: 100_000 }
        const many = Array.from({ length: 45 }, (_, at) => agent(`more${at}`, everyone))
        expect(fit({ wanted, agents: [...agents, ...many], trunk: roomy }).every(({ reason }) => reason === null)).toBe(true)
      },
    ),
    { numRuns: 20 },
  )
}, 120_000)

describe('a language and slot that nobody could ever take', () => {
  const facts = (agents: FitAgent[]) => ({ agents, hours, now: dhaka('2026-12-01', '12:00') })
  test('is known at once', () => {
    expect(isCovered(demand(), facts([agent('a', ['en'])]))).toBe('no-agent')
    expect(isCovered(demand(), facts([agent('a', ['bn'], weekly(7))]))).toBe('covered')
    const mornings = { week: [{ weekday: 7, startLocal: '09:00', endLocal: '12:00' }], exceptions: [] }
    expect(isCovered(demand(), facts([agent('a', ['bn'], mornings)]))).toBe('no-shift')
    expect(isCovered(demand({ slot: null }), facts([agent('a', ['bn'], mornings)]))).toBe('covered')
  })

  test('is no matter of one holiday: the next week counts', () => {
    const onHoliday = { ...facts([agent('a', ['bn'], weekly(7))]), hours: callingHours({ holidays: new Map([[SUNDAY, 'a holiday']]) }) }
    expect(isCovered(demand({ slot: { ...evening, weekdays: [7] } }), onHoliday)).toBe('covered')
  })
})

describe('shifts', () => {
  test('are cut to calling hours and to open days', () => {
    const plan = { week: [{ weekday: 7, startLocal: '07:00', endLocal: '23:00' }], exceptions: [] }
    expect(shiftIntervals(plan, SUNDAY, hours)).toEqual([{ start: dhaka(SUNDAY, '09:00'), end: dhaka(SUNDAY, '21:00') }])
    const closed = callingHours({ holidays: new Map([[SUNDAY, 'a holiday']]) })
    expect(shiftIntervals(plan, SUNDAY, closed)).toEqual([])
    expect(shiftIntervals(undefined, SUNDAY, hours)).toEqual([{ start: dhaka(SUNDAY, '09:00'), end: dhaka(SUNDAY, '21:00') }])
  })

  test.each([
    [[{ weekday: 1, startLocal: '22:00', endLocal: '06:00' }], /past midnight/],
    [
      [
        { weekday: 1, startLocal: '09:00', endLocal: '12:00' },
        { weekday: 1, startLocal: '11:00', endLocal: '15:00' },
      ],
      /overlap/,
    ],
    [[], /at least one/],
  ])('that make no sense are refused with a sentence', (week, message) => {
    expect(shiftProblem({ week, exceptions: [] })).toMatch(message)
  })
})

test('what does not fit comes with what to do', () => {
  const group = { languageCode: 'bn', date: SUNDAY, ...evening, wanted: 12, fits: 8, agents: 1, moreNeeded: 1 }
  expect(adviceOn({ ...group, reason: 'too-few-agents' })).toBe(
    '4 would be called later: put 1 more who speak Bangla on shift on 2026-12-06 18:00–20:00.',
  )
  expect(adviceOn({ ...group, reason: null })).toBeNull()
})
