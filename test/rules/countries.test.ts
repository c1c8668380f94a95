import { describe, expect, it } from 'vitest'
import { trunkVerdict } from '../../server/domains/callbacks/trunk-test/watch-rules.ts'
import type { Outcome } from '../../server/domains/callbacks/contract.ts'
import { closedBecause, isOpen, openIntervals, sayInstant } from '../../server/domains/countries/hours-rules.ts'
import { checkLimits, type TrunkLimits, type TrunkUsage } from '../../server/domains/countries/trunk-rules.ts'
import { MINUTE } from '../../server/platform/time/duration.ts'
import { callingHours, dhaka } from '../helpers/hours.ts'

const now = dhaka('2026-12-06', '10:00')

describe('a country', () => {
  it('is open from the minute it opens up to the minute it closes', () => {
    const hours = callingHours()
    const open = ['08:59', '09:00', '20:59', '21:00'].map((time) => isOpen(hours, dhaka('2026-12-06', time)))
    expect(open).toEqual([false, true, true, false])
  })

  it('says why it is closed on a day', () => {
    const hours = callingHours({ openWeekdays: [1, 2, 3, 4, 6, 7], holidays: new Map([['2026-12-16', 'Victory Day']]) })
    expect(closedBecause(hours, '2026-12-06')).toBeUndefined()
    expect(closedBecause(hours, '2026-12-11')).toBe('a closed day in Bangladesh')
    expect(closedBecause(hours, '2026-12-16')).toBe('a holiday in Bangladesh (Victory Day)')
    expect(openIntervals(hours, '2026-12-16')).toEqual([])
  })

  it('names instants with their zone', () => {
    expect(sayInstant(now, 'Asia/Dhaka')).toBe('2026-12-06 10:00 (Asia/Dhaka)')
    expect(sayInstant(now, 'Europe/Istanbul')).toBe('2026-12-06 07:00 (Europe/Istanbul)')
  })
})

describe('a trunk', () => {
  const check = (limits: Partial<TrunkLimits>, usage: Partial<TrunkUsage> = {}) =>
    checkLimits(
      { pausedReason: null, resumesAt: null, maxChannels: 30, maxCallsPerHour: 600, maxMinutesPerDay: 3000, ...limits },
      { callsNow: 0, callsLastHour: 0, minutesToday: 0, ...usage },
      now,
    )

  it('takes a call under its caps', () => {
    expect(check({}, { callsNow: 29, callsLastHour: 599, minutesToday: 2999.9 })).toEqual({ kind: 'ok' })
  })

  it('waits when its channels are taken', () => {
    expect(check({}, { callsNow: 30 })).toEqual({ kind: 'refused', reason: 'All 30 channels of the trunk are in use.' })
  })

  it('pauses over its calls an hour or minutes a day: a person looks', () => {
    expect(check({}, { callsLastHour: 600 })).toEqual({ kind: 'pause', reason: '600 calls in an hour; 600 are allowed.' })
    expect(check({}, { minutesToday: 3000.5 })).toEqual({ kind: 'pause', reason: '3000 minutes today; 3000 are allowed.' })
  })

  it('stays paused until a person or its time resumes it', () => {
    expect(check({ pausedReason: 'Too many calls.' })).toEqual({ kind: 'refused', reason: 'The trunk is paused: Too many calls.' })
    const resting = { pausedReason: 'It failed.', resumesAt: new Date(now.getTime() + MINUTE) }
    expect(check(resting).kind).toBe('refused')
    expect(check({ ...resting, resumesAt: now })).toEqual({ kind: 'resume' })
    expect(check({ ...resting, resumesAt: now }, { callsLastHour: 600 }).kind).toBe('pause')
  })
})

describe("a trunk's last hour", () => {
  const times = (count: number, outcome: Outcome): Outcome[] => Array.from({ length: count }, () => outcome)

  it('is healthy when workers are busy, away or do not answer', () => {
    expect(trunkVerdict([...times(10, 'busy'), ...times(10, 'no-answer'), ...times(10, 'unreachable')], now)).toEqual({ kind: 'healthy' })
  })

  it('that ends in three failures in a row makes it rest for five minutes', () => {
    const rest = { kind: 'ill', reason: 'The carrier failed three times in a row.', resumesAt: new Date(now.getTime() + 5 * MINUTE) }
    expect(trunkVerdict([...times(3, 'trunk-failure'), 'complete'], now)).toEqual(rest)
    expect(trunkVerdict(['trunk-failure', 'trunk-failure', 'complete', 'trunk-failure'], now)).toEqual({ kind: 'healthy' })
  })

  it('with more than a tenth of its numbers dead makes it wait for a person', () => {
    expect(trunkVerdict([...times(2, 'dead-number'), ...times(18, 'no-answer')], now)).toEqual({ kind: 'healthy' })
    const ill = { kind: 'ill', reason: "The carrier called 3 of the last hour's 20 numbers dead.", resumesAt: null }
    expect(trunkVerdict([...times(3, 'dead-number'), ...times(17, 'no-answer')], now)).toEqual(ill)
    expect(trunkVerdict([...times(3, 'dead-number'), ...times(5, 'no-answer')], now)).toEqual({ kind: 'healthy' })
  })
})
