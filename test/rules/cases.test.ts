import { describe, expect, it } from 'vitest'
import { CASE_CATEGORIES } from '../../server/domains/cases/contract.ts'
import { mayReadCase, startingSeverity } from '../../server/domains/cases/rules.ts'

describe('a new case', () => {
  it('starts critical for child labour, forced labour and retaliation, whatever was chosen', () => {
    const critical = CASE_CATEGORIES.filter((category) => startingSeverity(category, 'low') === 'critical')
    expect(critical).toEqual(['forced-labour', 'child-labour', 'retaliation'])
  })

  it('keeps the severity chosen for every other category', () => {
    expect(startingSeverity('wages-and-benefits', 'medium')).toBe('medium')
  })
})

describe('a case is read', () => {
  const grievance = { countryId: 'BD', openedByUserId: 'agent-1' }
  const readers = ['agent', 'supervisor', 'case-handler', 'auditor', 'custodian', 'client', 'administrator']

  it('by supervisors and case-handlers of its country, and by the agent who opened it', () => {
    const allowed = readers.filter((role) => mayReadCase({ id: 'agent-1', role, countryIds: ['BD'] }, grievance))
    expect(allowed).toEqual(['agent', 'supervisor', 'case-handler'])
  })

  it('by no other agent', () => {
    expect(mayReadCase({ id: 'agent-2', role: 'agent', countryIds: ['BD'] }, grievance)).toBe(false)
  })

  it('by nobody from another country', () => {
    expect(readers.some((role) => mayReadCase({ id: 'agent-1', role, countryIds: ['VN'] }, grievance))).toBe(false)
  })
})
