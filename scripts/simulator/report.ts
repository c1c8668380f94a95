import type { Kept } from './product.ts'
import type { GroupResult, Scenario } from './workers.ts'

/** What the workers left that the product has to keep, and where it must show: null in the voicemails, else this reason's callbacks. */
export function expectation(scenario: Scenario, results: GroupResult[]): { expected: number; reason: string | null } {
  const sum = (name: 'answered' | 'left'): number => results.reduce((total, result) => total + result[name], 0)
  // Who did not get to an agent is called back: that shows as a missed call.
  if (scenario === 'missed' || scenario === 'silent' || scenario === 'live') return { expected: sum('answered'), reason: 'missed-call' }
  return { expected: sum('left'), reason: scenario === 'texts' ? 'text' : null }
}

/** One line a country and language, then the line with everything. */
export function tell(results: GroupResult[], kept: Kept | undefined): string {
  const rows = results.map(
    ({ countryId, language, offered, answered, left }) =>
      `  ${countryId} ${language.padEnd(4)} offered ${offered}, answered ${answered}, left ${left}`,
  )
  const sum = (name: 'offered' | 'answered' | 'left'): number => results.reduce((total, result) => total + result[name], 0)
  const ends = kept ? `recorded ${kept.recorded}, lost ${kept.lost}, doubled ${kept.doubled}` : 'recorded: not asked'
  return [...rows, `offered ${sum('offered')}, answered ${sum('answered')}, left ${sum('left')}, ${ends}`].join('\n')
}

/** Whether every call was answered and everything left was kept once. */
export function isClean(results: GroupResult[], kept: Kept | undefined): boolean {
  return results.every(({ offered, answered }) => offered === answered) && kept?.lost === 0 && kept.doubled === 0
}
