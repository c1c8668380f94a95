import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type LineEnd, OUTCOME_RULES, outcomeOfLineEnd } from '../../server/domains/callbacks/outcomes/outcome-rules.ts'
import {
  isDefaultSetting,
  listSettings,
  outcomeTable,
  SETTABLE,
  type Setting,
  settingProblem,
} from '../../server/domains/callbacks/outcomes/outcome-table-rules.ts'
import { namedTimeProblem, nextAttempt, type RetryFacts } from '../../server/domains/callbacks/outcomes/retry-rules.ts'
import type { Outcome } from '../../server/domains/callbacks/contract.ts'
import { DAY, HOUR, MINUTE } from '../../server/platform/time/duration.ts'
import { callingHours, dhaka, wish } from '../helpers/hours.ts'

type WorkerEnd = Extract<LineEnd, { kind: 'worker' }>

/** The worker's leg ended unanswered, with nothing reported. */
function unanswered(own: Partial<WorkerEnd>): WorkerEnd {
  const nothing = { hangupCause: 0, sipStatus: null, lastDialStatus: null, timedOutByUs: false, rang: false, hadConversation: false }
  return { kind: 'worker', ...nothing, ...own }
}

describe('the end of a line', () => {
  // As measured on Asterisk 22.10.1: SIP status, cause, dial status.
  const measured: [string, Partial<WorkerEnd>, Outcome][] = [
    ['486', { sipStatus: 486, hangupCause: 17, lastDialStatus: 'BUSY' }, 'busy'],
    ['an answering machine', { sipStatus: 200, hangupCause: 16, lastDialStatus: 'NOANSWER', rang: true }, 'machine'],
    ['600', { sipStatus: 600, hangupCause: 17, lastDialStatus: 'BUSY' }, 'busy'],
    ['480 after ringing', { sipStatus: 480, hangupCause: 19, lastDialStatus: 'NOANSWER', rang: true }, 'no-answer'],
    ['480 at once', { sipStatus: 480, hangupCause: 19, lastDialStatus: 'NOANSWER' }, 'unreachable'],
    ['408 of a carrier that is silent', { sipStatus: 408, hangupCause: 18, lastDialStatus: 'NOANSWER' }, 'trunk-failure'],
    ['408 after ringing', { sipStatus: 408, hangupCause: 18, lastDialStatus: 'NOANSWER', rang: true }, 'no-answer'],
    ['603', { sipStatus: 603, hangupCause: 21, lastDialStatus: 'NOANSWER', rang: true }, 'rejected'],
    ['603 at once', { sipStatus: 603, hangupCause: 21, lastDialStatus: 'NOANSWER' }, 'rejected'],
    ['403', { sipStatus: 403, hangupCause: 21, lastDialStatus: 'NOANSWER' }, 'trunk-failure'],
    ['404', { sipStatus: 404, hangupCause: 1, lastDialStatus: 'NOANSWER' }, 'dead-number'],
    ['404 after an announcement', { sipStatus: 404, hangupCause: 1, lastDialStatus: 'NOANSWER', rang: true }, 'dead-number'],
    ['410', { sipStatus: 410, hangupCause: 22, lastDialStatus: 'NOANSWER' }, 'dead-number'],
    ['484', { sipStatus: 484, hangupCause: 28, lastDialStatus: 'NOANSWER' }, 'dead-number'],
    ['488', { sipStatus: 488, hangupCause: 58, lastDialStatus: 'NOANSWER' }, 'trunk-failure'],
    ['500', { sipStatus: 500, hangupCause: 38, lastDialStatus: 'NOANSWER' }, 'trunk-failure'],
    ['503', { sipStatus: 503, hangupCause: 34, lastDialStatus: 'CONGESTION' }, 'trunk-failure'],
    ['503 after ringing', { sipStatus: 503, hangupCause: 34, lastDialStatus: 'CONGESTION', rang: true }, 'no-answer'],
    ['302', { sipStatus: 302, hangupCause: 23, lastDialStatus: 'CANCEL' }, 'trunk-failure'],
    ['our timeout while it rang', { sipStatus: 480, hangupCause: 19, timedOutByUs: true, rang: true }, 'no-answer'],
    ['our timeout in silence', { sipStatus: 480, hangupCause: 19, timedOutByUs: true }, 'trunk-failure'],
    ['no way to the carrier', { hangupCause: 20, lastDialStatus: 'NOANSWER' }, 'trunk-failure'],
    ['a number the dialplan refused', { hangupCause: 29, lastDialStatus: 'NOANSWER' }, 'trunk-failure'],
  ]
  it.each(measured)('by %s', (_name, end, outcome) => {
    expect(outcomeOfLineEnd(unanswered(end))).toBe(outcome)
  })

  const withoutCause: [string, Partial<WorkerEnd>, Outcome][] = [
    ['ring timeout', { timedOutByUs: true, rang: true }, 'no-answer'],
    ['own cancel', { lastDialStatus: 'CANCEL' }, 'agent-failure'],
    ['own cancel while it rang', { lastDialStatus: 'CANCEL', rang: true }, 'no-answer'],
    ['carrier failure', { lastDialStatus: 'CONGESTION' }, 'trunk-failure'],
    ['no contact at the carrier', { lastDialStatus: 'CHANUNAVAIL' }, 'trunk-failure'],
    ['busy', { lastDialStatus: 'BUSY' }, 'busy'],
    ['picked up and gone before the bridge', { lastDialStatus: 'ANSWER', rang: true }, 'no-answer'],
    ['nothing at all', {}, 'trunk-failure'],
  ]
  it.each(withoutCause)('with cause 0, %s is told apart', (_name, end, outcome) => {
    expect(outcomeOfLineEnd(unanswered(end))).toBe(outcome)
  })

  it('leaves the outcome of a conversation to the agent', () => {
    expect(outcomeOfLineEnd(unanswered({ hadConversation: true, hangupCause: 16 }))).toBe('conversation')
  })

  it('on the agent side burns no attempt, and a crash is unknown', () => {
    expect(outcomeOfLineEnd({ kind: 'agent-did-not-answer' })).toBe('agent-failure')
    expect(outcomeOfLineEnd({ kind: 'agent-hung-up-before-answer' })).toBe('agent-failure')
    expect(outcomeOfLineEnd({ kind: 'lost' })).toBe('unknown')
  })

  it('burns an attempt only when the far end was heard of', () => {
    const end = fc.record({
      kind: fc.constant('worker' as const),
      hangupCause: fc.integer({ min: 0, max: 127 }),
      sipStatus: fc.option(fc.integer({ min: 100, max: 699 })),
      lastDialStatus: fc.option(
        fc.constantFrom('BUSY', 'NOANSWER', 'CANCEL', 'CONGESTION', 'CHANUNAVAIL', 'ANSWER', 'PROGRESS', 'strange'),
      ),
      timedOutByUs: fc.boolean(),
      rang: fc.boolean(),
      hadConversation: fc.constant(false),
    })
    fc.assert(
      fc.property(end, (line) => {
        const outcome = outcomeOfLineEnd(line)
        expect(outcome).not.toBe('conversation')
        if (outcome === 'conversation') return
        const heardOf = line.rang || line.sipStatus !== null || line.lastDialStatus !== null || line.hangupCause !== 0
        if (OUTCOME_RULES[outcome].counts) expect(heardOf).toBe(true)
        if (line.timedOutByUs && !line.rang) expect(OUTCOME_RULES[outcome].counts).toBe(false)
        if (line.rang) expect(['agent-failure', 'unreachable']).not.toContain(outcome)
      }),
    )
  })
})

const EVENING = { startLocal: '18:00', endLocal: '21:00' }

/** A callback in Dhaka, evenings, its first try over. */
function facts(own: Partial<RetryFacts> = {}): RetryFacts {
  return { ...wish({ slot: EVENING }), countedAttempts: 0, maxAttempts: 4, expiresAt: null, outcomes: OUTCOME_RULES, ...own }
}

const now = dhaka('2026-12-06', '18:05')
const after = (ms: number) => new Date(now.getTime() + ms)
const dueAfter = (outcome: Outcome, own: Partial<RetryFacts> = {}, history: { outcome: Outcome; endedAt: Date }[] = []) => {
  const next = nextAttempt(outcome, facts(own), history, now)
  return next.kind === 'at' ? next.dueAt : next.kind
}

describe('the next attempt', () => {
  it('after no answer is two hours later, inside the slot', () => {
    expect(dueAfter('no-answer')).toEqual(after(2 * HOUR))
  })

  it('after no answer late in the slot is the next day', () => {
    expect(dueAfter('no-answer', { slot: { startLocal: '18:00', endLocal: '19:00' } })).toEqual(dhaka('2026-12-07', '18:00'))
  })

  it('after a second no answer on one day is the slot of the next', () => {
    const earlier = [{ outcome: 'no-answer' as const, endedAt: dhaka('2026-12-06', '16:00') }]
    expect(dueAfter('no-answer', {}, earlier)).toEqual(dhaka('2026-12-07', '18:00'))
  })

  it('for a worker who gave no hours is at another part of the day', () => {
    const morning = dhaka('2026-12-06', '09:30')
    const history = [{ outcome: 'no-answer' as const, endedAt: dhaka('2026-12-06', '09:05') }]
    const open = facts({ slot: null })
    expect(nextAttempt('no-answer', open, history, morning)).toMatchObject({ dueAt: dhaka('2026-12-07', '13:00') })
    const midday = [...history, { outcome: 'no-answer' as const, endedAt: dhaka('2026-12-07', '13:00') }]
    expect(nextAttempt('no-answer', open, midday, dhaka('2026-12-07', '15:00'))).toMatchObject({ dueAt: dhaka('2026-12-08', '17:00') })
  })

  it('for a worker who gave no hours is, on a day with hours of its own, at the least tried part of those', () => {
    const open = facts({ slot: null })
    // 7 December 2026 is a Monday.
    const hours = { ...open.hours, weekdayPeriods: new Map([[1, [{ opensAtLocal: '09:00', closesAtLocal: '15:00' }]]]) }
    const tries = (...times: string[]) => times.map((time) => ({ outcome: 'no-answer' as const, endedAt: dhaka('2026-12-05', time) }))
    const dueOf = (history: ReturnType<typeof tries>) => nextAttempt('rejected', { ...open, hours }, history, dhaka('2026-12-06', '09:30'))
    expect(dueOf(tries())).toMatchObject({ dueAt: dhaka('2026-12-07', '13:00') })
    expect(dueOf(tries('13:30', '14:00'))).toMatchObject({ dueAt: dhaka('2026-12-07', '09:00') })
  })

  it('after busy is 90 minutes later, as often as it takes', () => {
    const earlier = [{ outcome: 'busy' as const, endedAt: dhaka('2026-12-06', '16:30') }]
    expect(dueAfter('busy', {}, earlier)).toEqual(after(90 * MINUTE))
  })

  it('after a rejection or a machine is the slot of the next day', () => {
    expect(dueAfter('rejected')).toEqual(dhaka('2026-12-07', '18:00'))
    expect(dueAfter('machine')).toEqual(dhaka('2026-12-07', '18:00'))
  })

  it('to a phone switched off is four hours later, or the next slot', () => {
    expect(dueAfter('unreachable', { slot: { startLocal: '09:00', endLocal: '21:00' } })).toEqual(dhaka('2026-12-07', '09:00'))
    expect(nextAttempt('unreachable', facts({ slot: null }), [], dhaka('2026-12-06', '10:00'))).toMatchObject({
      dueAt: dhaka('2026-12-06', '14:00'),
    })
  })

  it('after a conversation that was cut off is ten minutes later with the same agent, once', () => {
    expect(nextAttempt('partial', facts(), [], now)).toMatchObject({ kind: 'at', dueAt: after(10 * MINUTE), sameAgentFirst: true })
    const earlier = [{ outcome: 'partial' as const, endedAt: dhaka('2026-12-05', '18:30') }]
    expect(nextAttempt('partial', facts(), earlier, now)).toMatchObject({ dueAt: dhaka('2026-12-07', '18:00'), sameAgentFirst: false })
  })

  it('after someone else answered is the next slot, and after two of them none', () => {
    expect(dueAfter('someone-else')).toEqual(dhaka('2026-12-07', '18:00'))
    const earlier = [{ outcome: 'someone-else' as const, endedAt: dhaka('2026-12-05', '18:10') }]
    expect(nextAttempt('someone-else', facts(), earlier, now)).toEqual({
      kind: 'close',
      counts: true,
      reason: 'Someone else answered twice.',
    })
  })

  it('in the right language is at once and counts nothing', () => {
    expect(nextAttempt('language-mismatch', facts(), [], now)).toMatchObject({ kind: 'at', counts: false, dueAt: now })
  })

  it('is at the time the worker names, which becomes the slot', () => {
    const callAgainAt = dhaka('2026-12-08', '12:30')
    expect(nextAttempt('not-safe-now', facts({ callAgainAt, expiresAt: now }), [], now)).toEqual({
      kind: 'at',
      counts: false,
      dueAt: callAgainAt,
      slot: { date: '2026-12-08', startLocal: '12:30', endLocal: '13:30' },
      expiresAt: dhaka('2026-12-13', '00:00'),
      sameAgentFirst: true,
      note: 'The worker named this time.',
    })
  })

  it('to a number that does not exist is the next day, and none when it is dead on two days', () => {
    expect(dueAfter('dead-number')).toEqual(dhaka('2026-12-07', '18:00'))
    const sameDay = [{ outcome: 'dead-number' as const, endedAt: dhaka('2026-12-06', '10:00') }]
    expect(dueAfter('dead-number', {}, sameDay)).toEqual(dhaka('2026-12-07', '18:00'))
    const dayBefore = [{ outcome: 'dead-number' as const, endedAt: dhaka('2026-12-05', '18:00') }]
    expect(nextAttempt('dead-number', facts(), dayBefore, now)).toEqual({
      kind: 'close',
      counts: true,
      reason: 'The number did not exist on two days.',
    })
  })

  it('does not come after a refusal, nor after all is said', () => {
    expect(nextAttempt('refused', facts(), [], now)).toEqual({
      kind: 'close',
      counts: true,
      reason: 'The worker does not want to be called.',
    })
    expect(nextAttempt('complete', facts(), [], now)).toEqual({ kind: 'done', counts: true })
  })

  it('after a failure of the agent is open again at once and burns nothing', () => {
    expect(nextAttempt('agent-failure', facts({ countedAttempts: 3 }), [], now)).toMatchObject({ kind: 'at', counts: false, dueAt: now })
  })

  it('after a failure of the trunk comes soon, later each time, and burns nothing', () => {
    const failed = (count: number) => Array.from({ length: count }, () => ({ outcome: 'trunk-failure' as const, endedAt: now }))
    const due = [0, 1, 2].map((count) => nextAttempt('trunk-failure', facts({ countedAttempts: 3 }), failed(count), now))
    expect(due).toMatchObject([5, 10, 20].map((minutes) => ({ kind: 'at', counts: false, dueAt: after(minutes * MINUTE) })))
  })

  it('after a crash is for a person to decide', () => {
    expect(nextAttempt('unknown', facts(), [], now)).toMatchObject({ kind: 'hold', counts: false })
  })

  it('does not come when the last of four is used', () => {
    expect(nextAttempt('busy', facts({ countedAttempts: 3 }), [], now)).toEqual({
      kind: 'close',
      counts: true,
      reason: 'All 4 attempts are used; the last one: busy.',
    })
  })

  it('does not come after the last day of a dated slot', () => {
    const dated = { slot: { ...EVENING, date: '2026-12-06' }, expiresAt: dhaka('2026-12-07', '00:00') }
    expect(nextAttempt('rejected', facts(dated), [], now)).toEqual({
      kind: 'close',
      counts: true,
      reason: 'The last day for this callback, 2026-12-06, passes without another try; the last one: rejected.',
    })
  })

  it('never lies outside the slot or in the past, and the tries come to an end', () => {
    const fromTheLine: Outcome[] = ['no-answer', 'busy', 'rejected', 'unreachable', 'machine', 'someone-else', 'dead-number', 'partial']
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...fromTheLine), { minLength: 10, maxLength: 10 }), fc.nat(23 * 60), (outcomes, minute) => {
        let at = new Date(dhaka('2026-12-06', '00:00').getTime() + minute * MINUTE)
        let counted = 0
        const history: { outcome: Outcome; endedAt: Date }[] = []
        for (const outcome of outcomes) {
          const next = nextAttempt(outcome, facts({ countedAttempts: counted }), history, at)
          if (next.kind !== 'at') return
          expect(next.dueAt > at).toBe(true)
          const wall = new Date(next.dueAt.getTime() + 6 * HOUR).toISOString().slice(11, 16)
          expect(wall >= EVENING.startLocal && wall < EVENING.endLocal).toBe(true)
          history.push({ outcome, endedAt: at })
          counted += next.counts ? 1 : 0
          at = next.dueAt
        }
        expect.unreachable('ten counted tries and still not closed')
      }),
      { numRuns: 300 },
    )
  })
})

describe('a time the worker names', () => {
  it('may be any open hour of the next three months', () => {
    const problem = (instant: Date) => namedTimeProblem(instant, { hours: callingHours() }, now)
    expect(problem(dhaka('2026-12-08', '12:00'))).toBeUndefined()
    expect(problem(dhaka('2026-12-05', '12:00'))).toBe('That time has passed.')
    expect(problem(new Date(now.getTime() + 100 * DAY))).toBe('That is more than three months ahead.')
    expect(problem(dhaka('2026-12-08', '22:00'))).toBe(
      'Bangladesh may not be called then: open from 09:00 to 21:00 (Asia/Dhaka). The next time is 2026-12-09 09:00.',
    )
  })
})

describe('what a country has set', () => {
  const set = (own: Partial<Setting> & Pick<Setting, 'outcome'>) =>
    outcomeTable([{ counts: true, delayMinutes: null, mostTimes: null, ...own }])

  it('replaces the default wait, kept inside the slot as ever', () => {
    const anyTime = { slot: null }
    expect(dueAfter('busy', { ...anyTime, outcomes: set({ outcome: 'busy', delayMinutes: 120 }) })).toEqual(after(2 * HOUR))
    expect(dueAfter('busy', { outcomes: set({ outcome: 'busy', delayMinutes: 240 }) })).toEqual(dhaka('2026-12-07', '18:00'))
    expect(dueAfter('busy', { ...anyTime, outcomes: set({ outcome: 'no-answer', delayMinutes: 600 }) })).toEqual(after(90 * MINUTE))
  })

  it('says how often it may happen, and whether it uses up a try', () => {
    const outcomes = set({ outcome: 'rejected', mostTimes: 1, counts: false })
    expect(nextAttempt('rejected', facts({ outcomes }), [], now)).toEqual({
      kind: 'close',
      counts: false,
      reason: 'This country tries no more after "rejected" (times: 1).',
    })
    const spared = set({ outcome: 'machine', counts: false })
    expect(nextAttempt('machine', facts({ outcomes: spared, countedAttempts: 3 }), [], now)).toMatchObject({ kind: 'at', counts: false })
    expect(nextAttempt('machine', facts({ countedAttempts: 3 }), [], now)).toMatchObject({ kind: 'close', counts: true })
  })

  it('counts dead numbers by days, however many days it names', () => {
    const outcomes = set({ outcome: 'dead-number', mostTimes: 3 })
    const dead = (days: number) => ({ outcome: 'dead-number' as const, endedAt: new Date(now.getTime() - days * DAY) })
    expect(nextAttempt('dead-number', facts({ outcomes }), [dead(1), dead(1)], now)).toMatchObject({ kind: 'at' })
    expect(nextAttempt('dead-number', facts({ outcomes }), [dead(2), dead(1)], now)).toMatchObject({ kind: 'close' })
  })

  it('shows what is in force: the defaults of the domain, and the country’s own', () => {
    const listed = listSettings([{ outcome: 'busy', counts: true, delayMinutes: 120, mostTimes: null }])
    expect(listed.map(({ outcome }) => outcome)).toEqual([...SETTABLE])
    expect(listed.filter(({ isDefault }) => !isDefault)).toEqual([
      { outcome: 'busy', counts: true, delayMinutes: 120, mostTimes: null, isDefault: false },
    ])
    expect(listed.find(({ outcome }) => outcome === 'no-answer')).toEqual({
      outcome: 'no-answer',
      counts: true,
      delayMinutes: 120,
      mostTimes: null,
      isDefault: true,
    })
    expect(listed.find(({ outcome }) => outcome === 'dead-number')).toMatchObject({ delayMinutes: null, mostTimes: 2 })
    expect(listed.map(({ isDefault: _, ...setting }) => setting).filter(isDefaultSetting)).toHaveLength(SETTABLE.length - 1)
    expect(outcomeTable(listSettings([]).map(({ isDefault: _, ...setting }) => setting))).toEqual(OUTCOME_RULES)
  })

  it('cannot shorten the peace of a number, nor make a trunk’s failure use up a try', () => {
    const problem = (own: Partial<Setting> & Pick<Setting, 'outcome'>) =>
      settingProblem({ counts: false, delayMinutes: null, mostTimes: null, ...own })
    expect(problem({ outcome: 'busy', delayMinutes: 60 })).toBe('A number is left alone for 90 minutes after a ring in vain.')
    expect(problem({ outcome: 'busy', delayMinutes: 90 })).toBeUndefined()
    expect(problem({ outcome: 'partial', delayMinutes: 1 })).toBeUndefined()
    expect(problem({ outcome: 'trunk-failure', delayMinutes: 5, counts: true })).toBeDefined()
    expect(problem({ outcome: 'trunk-failure' })).toBeDefined()
  })
})
