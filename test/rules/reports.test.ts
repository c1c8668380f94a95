import { describe, expect, it } from 'vitest'
import type { CountryFigures } from '../../server/domains/reports/queries.ts'
import { countriesToShow, toDashboardFigures, totalOf } from '../../server/domains/reports/rules.ts'

const country = (countryId: string, workersReached: number, grievances = 1): CountryFigures => ({
  countryId,
  countryName: countryId,
  callbacks: workersReached + 2,
  workersReached,
  factories: 3,
  factoriesReached: 2,
  grievances,
  violations: 0,
  underAge: 0,
})

describe('a client’s dashboard', () => {
  it('shows grievances only where ten workers or more were reached', () => {
    expect(countriesToShow([country('BD', 40), country('IN', 30), country('TR', 9), country('VN', 3)])).toEqual(new Set(['BD', 'IN']))
  })

  it('hides a second country when one alone would be hidden, or the total would give it away', () => {
    expect(countriesToShow([country('BD', 40), country('IN', 30), country('TR', 9)])).toEqual(new Set(['BD']))
  })

  it('hides another country when the hidden ones together were reached by fewer than ten', () => {
    expect(countriesToShow([country('BD', 40), country('IN', 30), country('TR', 5), country('VN', 2)])).toEqual(new Set(['BD']))
  })

  it('does not count countries where nothing happened as hidden', () => {
    const idle = { ...country('CN', 0, 0), callbacks: 0 }
    expect(countriesToShow([country('BD', 40), country('IN', 30), idle])).toEqual(new Set(['BD', 'IN']))
  })

  it('leaves the counts of grievances out, not as zero, where they are hidden', () => {
    expect(toDashboardFigures(country('TR', 9), false)).toMatchObject({ callbacks: 11, grievances: null, violations: null, underAge: null })
  })

  it('adds countries up', () => {
    expect(totalOf([country('BD', 40, 2), country('IN', 30, 3)])).toMatchObject({ callbacks: 74, workersReached: 70, grievances: 5 })
  })
})
