import { describe, expect, it } from 'vitest'
import { closesWhenAcknowledged, closesWhenResolved, maySee, type OpenAlert, raisedAgain } from '../../server/domains/alerts/rules.ts'

const AT = new Date('2026-12-01T12:00:00Z')
const alert = (own: Partial<OpenAlert> = {}): OpenAlert => ({
  ...{ severity: 'warning', message: 'The disk is nearly full.', isHappening: false, acknowledgedAt: null, resolvedAt: null },
  ...own,
})

describe('an alert raised again', () => {
  const same = { severity: 'warning', message: 'The disk is nearly full.' } as const

  it('is no news while nothing about it changed', () => {
    expect(raisedAgain(alert({ acknowledgedAt: AT }), same)).toEqual({ isNews: false, needsNewEyes: false })
  })

  it('says what changed, and stays acknowledged', () => {
    expect(raisedAgain(alert({ acknowledgedAt: AT }), { ...same, message: '12 MB left.' })).toEqual({ isNews: true, needsNewEyes: false })
  })

  it('wants to be seen anew when it got worse', () => {
    expect(raisedAgain(alert({ acknowledgedAt: AT }), { ...same, severity: 'critical' })).toEqual({ isNews: true, needsNewEyes: true })
  })

  it('wants to be seen anew when it had been over', () => {
    const over = alert({ severity: 'critical', acknowledgedAt: null, resolvedAt: AT })
    expect(raisedAgain(over, { ...same, severity: 'critical' })).toEqual({ isNews: true, needsNewEyes: true })
  })
})

describe('an alert leaves the board', () => {
  it('by itself when it was a warning and is over', () => {
    expect(closesWhenResolved(alert())).toBe(true)
  })

  it('only after a person has seen it when it was critical', () => {
    expect(closesWhenResolved(alert({ severity: 'critical' }))).toBe(false)
    expect(closesWhenResolved(alert({ severity: 'critical', acknowledgedAt: AT }))).toBe(true)
    expect(closesWhenAcknowledged(alert({ severity: 'critical', resolvedAt: AT }))).toBe(true)
  })

  it('not by being seen, while what it says goes on', () => {
    expect(closesWhenAcknowledged(alert({ severity: 'critical' }))).toBe(false)
  })

  it('by being seen, when it had happened and was over', () => {
    expect(closesWhenAcknowledged(alert({ isHappening: true }))).toBe(true)
  })
})

describe('an alert is seen', () => {
  it('by administrators; by supervisors of its country; by nobody else', () => {
    const seenBy = (role: 'administrator' | 'supervisor' | 'agent' | 'client', countryId: string | null) =>
      maySee({ role, countryIds: ['BD'] }, { countryId })
    expect([seenBy('administrator', null), seenBy('administrator', 'VN')]).toEqual([true, true])
    expect([seenBy('supervisor', null), seenBy('supervisor', 'VN'), seenBy('supervisor', 'BD')]).toEqual([false, false, true])
    expect([seenBy('agent', 'BD'), seenBy('client', 'BD')]).toEqual([false, false])
  })
})
