import { describe, expect, it } from 'vitest'
import type { CallbackRow } from '../../server/domains/callbacks/contract.ts'
import { frameFor } from '../../server/domains/live-board/rules.ts'

const callback: CallbackRow = {
  id: '01900000-0000-7000-8000-000000000001',
  reference: 'CB-1001',
  reason: 'voicemail',
  status: 'waiting',
  countryId: 'BD',
  languageCode: 'bn',
  timeZone: 'Asia/Dhaka',
  dueAt: '2026-12-01T12:00:00.000Z',
  countedAttempts: 0,
  lastOutcome: null,
  agentUserId: null,
  assignedAgentUserId: null,
  whyNow: 'May be called now.',
  whyNowSaid: [],
  assignedUntil: null,
  interpreterUserId: null,
  isHeld: false,
}

const speaker = (languageCode: string, countryId = 'BD') => ({
  countryIds: [countryId],
  agent: { userId: '01900000-0000-7000-8000-00000000000a', languageCodes: [languageCode] },
})

describe('the live board', () => {
  it('shows a change to those who work for its country', () => {
    expect(frameFor({ countryIds: ['BD', 'IN'] }, { kind: 'callback', callback })).toEqual({ kind: 'callback', callback })
  })

  it('shows nothing to those who do not', () => {
    expect(frameFor({ countryIds: ['VN'] }, { kind: 'callback', callback })).toBeNull()
    expect(frameFor({ countryIds: [] }, { kind: 'callback', callback })).toBeNull()
  })

  it('takes a callback off that has ended', () => {
    const done = { ...callback, status: 'done' as const }
    expect(frameFor({ countryIds: ['BD'] }, { kind: 'callback', callback: done })).toEqual({ kind: 'callback-gone', id: callback.id })
  })

  it('shows an agent only the languages they speak', () => {
    const frame = { kind: 'callback' as const, callback }
    expect(frameFor(speaker('bn'), frame)).toEqual(frame)
    expect(frameFor(speaker('en'), frame)).toEqual({ kind: 'callback-gone', id: callback.id })
  })

  it('shows an agent what was given to them, whatever its country, until it is over', () => {
    const helper = speaker('bn', 'VN')
    const given = { ...callback, assignedAgentUserId: helper.agent.userId }
    expect(frameFor(helper, { kind: 'callback', callback: given })).toEqual({ kind: 'callback', callback: given })
    expect(frameFor(helper, { kind: 'callback', callback: { ...given, status: 'done' } })).toEqual({ kind: 'callback-gone', id: given.id })
    expect(frameFor({ ...helper, agent: { ...helper.agent, userId: 'another' } }, { kind: 'callback', callback: given })).toBeNull()
  })

  it('tells everybody when telephony is away', () => {
    expect(frameFor({ countryIds: [] }, { kind: 'telephony', isConnected: false })).toEqual({ kind: 'telephony', isConnected: false })
  })
})
