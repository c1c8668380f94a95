import { describe, expect, it } from 'vitest'
import { auditDateProblem, duplicatesIn, slotProblem } from '../../server/domains/audits/rules.ts'

describe('a slot', () => {
  it('ends after it starts', () => {
    expect(slotProblem({ startLocal: '18:00', endLocal: '21:00' })).toBeNull()
    expect(slotProblem({ startLocal: '21:00', endLocal: '18:00' })).toBe('The time to call must end after it starts, on the same day.')
  })

  it('is a date or weekdays, not both', () => {
    const slot = { date: '2026-12-01', weekdays: [7], startLocal: '18:00', endLocal: '21:00' }
    expect(slotProblem(slot)).toBe('Name either a date or weekdays, not both.')
  })
})

describe('the day of a visit', () => {
  it('lies within two months of today', () => {
    expect(auditDateProblem('2026-11-20', '2026-11-23')).toBeNull()
    expect(auditDateProblem('2025-11-20', '2026-11-23')).toMatch(/more than 60 days back/)
    expect(auditDateProblem('2027-11-20', '2026-11-23')).toMatch(/more than 60 days ahead/)
  })
})

describe('a roster', () => {
  it('flags a number that stands there twice unless the phone is said to be shared', () => {
    const roster = [
      { id: 'a', phoneNumberId: 'n1', isSharedPhone: false },
      { id: 'b', phoneNumberId: 'n1', isSharedPhone: true },
      { id: 'c', phoneNumberId: 'n2', isSharedPhone: false },
    ]
    expect(duplicatesIn(roster)).toEqual(new Set(['a']))
  })
})
