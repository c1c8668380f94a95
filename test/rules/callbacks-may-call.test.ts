import { describe, expect, it } from 'vitest'
import { type CallFacts, mayCall, whyNow } from '../../server/domains/callbacks/rules.ts'
import { MINUTE } from '../../server/platform/time/duration.ts'
import { dhaka, wish } from '../helpers/hours.ts'

const now = dhaka('2026-12-06', '18:30')

/** Due since 18:00, evenings in Dhaka, never tried. */
function facts(own: Partial<CallFacts> = {}): CallFacts {
  return {
    ...wish({ slot: { startLocal: '18:00', endLocal: '20:00' } }),
    dueAt: dhaka('2026-12-06', '18:00'),
    expiresAt: null,
    countedAttempts: 0,
    maxAttempts: 4,
    lastOutcome: null,
    heldReason: null,
    neverCall: false,
    ringsInVain: [],
    isNumberBusy: false,
    trunkPausedReason: null,
    assigned: null,
    ...own,
  }
}

describe('a waiting callback', () => {
  it('may ring when it is due and inside the slot', () => {
    expect(mayCall(facts(), now)).toEqual({ kind: 'call' })
  })

  it('waits until it is due', () => {
    const dueAt = dhaka('2026-12-06', '19:00')
    expect(mayCall(facts({ dueAt }), now)).toEqual({ kind: 'wait', until: dueAt, reason: 'Due 2026-12-06 19:00 (Asia/Dhaka).' })
  })

  it('waits for the slot when it was not taken in time', () => {
    expect(mayCall(facts(), dhaka('2026-12-06', '20:00'))).toEqual({
      kind: 'wait',
      until: dhaka('2026-12-07', '18:00'),
      reason: "Outside the worker's hours; again from 2026-12-07 18:00 (Asia/Dhaka).",
    })
  })

  it('without a slot waits for the country to open', () => {
    expect(mayCall(facts({ slot: null }), dhaka('2026-12-06', '21:00'))).toEqual({
      kind: 'wait',
      until: dhaka('2026-12-07', '09:00'),
      reason: 'Bangladesh is closed; again from 2026-12-07 09:00 (Asia/Dhaka).',
    })
  })

  it('waits 90 minutes after a ring in vain, whoever that was for', () => {
    const ring = new Date(now.getTime() - 89 * MINUTE)
    expect(mayCall(facts({ ringsInVain: [ring] }), now)).toEqual({
      kind: 'wait',
      until: new Date(ring.getTime() + 90 * MINUTE),
      reason: 'This number was rung in vain less than 90 minutes ago; again from 2026-12-06 18:31 (Asia/Dhaka).',
    })
    expect(mayCall(facts({ ringsInVain: [new Date(now.getTime() - 90 * MINUTE)] }), now)).toEqual({ kind: 'call' })
  })

  it('waits for the next day after two rings in vain', () => {
    const ringsInVain = [dhaka('2026-12-06', '09:00'), dhaka('2026-12-06', '13:00')]
    expect(mayCall(facts({ ringsInVain }), now)).toEqual({
      kind: 'wait',
      until: dhaka('2026-12-07', '18:00'),
      reason: 'This number was rung twice in vain today; again from 2026-12-07 18:00 (Asia/Dhaka).',
    })
  })

  it('does not wait for the gap when the worker expects the call', () => {
    const ringsInVain = [new Date(now.getTime() - MINUTE)]
    for (const lastOutcome of ['partial', 'language-mismatch', 'not-safe-now', 'reschedule'] as const) {
      expect(mayCall(facts({ ringsInVain, lastOutcome }), now)).toEqual({ kind: 'call' })
    }
    expect(mayCall(facts({ ringsInVain, lastOutcome: 'busy' }), now).kind).toBe('wait')
  })

  it('waits while the number is in a call or the trunk is paused', () => {
    expect(mayCall(facts({ isNumberBusy: true }), now)).toMatchObject({ kind: 'wait', reason: 'A call to this number is going on.' })
    expect(mayCall(facts({ trunkPausedReason: 'too many calls.' }), now)).toMatchObject({
      kind: 'wait',
      reason: 'The trunk is paused: too many calls.',
    })
  })

  it('is over after a refusal, four attempts or its last day', () => {
    expect(mayCall(facts({ neverCall: true }), now)).toEqual({ kind: 'over', reason: 'This worker asked not to be called.' })
    expect(mayCall(facts({ countedAttempts: 4 }), now)).toEqual({ kind: 'over', reason: 'All 4 attempts are used.' })
    expect(mayCall(facts({ expiresAt: now }), now)).toEqual({ kind: 'over', reason: 'The last day for this callback has passed.' })
  })

  it('that is held is for a supervisor, whatever else is true', () => {
    expect(mayCall(facts({ heldReason: 'Unknown.', neverCall: true }), now)).toEqual({ kind: 'hold', reason: 'Unknown.' })
    expect(mayCall(facts({ slot: { startLocal: '02:00', endLocal: '04:00' } }), now)).toMatchObject({ kind: 'hold' })
  })
})

describe('why (not) now', () => {
  const why = (own: Partial<Parameters<typeof whyNow>[0]>) =>
    whyNow({ ...facts(), status: 'waiting', closedReason: null, isOffered: false, ...own }, now)

  it('is one sentence in every state', () => {
    expect(why({})).toBe('May be called now; due since 2026-12-06 18:00 (Asia/Dhaka).')
    expect(why({ dueAt: dhaka('2026-12-07', '18:00') })).toBe('Due 2026-12-07 18:00 (Asia/Dhaka).')
    expect(why({ isOffered: true })).toBe('Offered to an agent, who has not answered yet.')
    expect(why({ status: 'planned' })).toBe('Planned for 2026-12-06 18:00 (Asia/Dhaka).')
    expect(why({ status: 'ringing' })).toBe("The worker's phone is ringing.")
    expect(why({ status: 'closed', closedReason: 'Someone else answered twice.' })).toBe('Someone else answered twice.')
  })
})
