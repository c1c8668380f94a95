import type { LanguageReadiness, PromptState } from '../../api/prompts.ts'

type Tone = 'live' | 'risk' | 'broken' | 'neutral' | 'accent'
/** Missing is what a caller would not hear at all. */
export const toneOf: Record<PromptState, Tone> = { missing: 'broken', draft: 'risk', stale: 'risk', recorded: 'accent', approved: 'live' }

/** What stands between a language and its callers, as words to be counted. */
export function countsOf({ gaps, total }: Pick<LanguageReadiness, 'gaps' | 'total'>): { state: PromptState; count: number }[] {
  const states: PromptState[] = ['missing', 'draft', 'stale', 'recorded']
  const counts = states.map((state) => ({ state, count: gaps.filter((gap) => gap.state === state).length }))
  return [...counts, { state: 'approved' as const, count: total - gaps.length }].filter(({ count }) => count > 0)
}

/** "0:03" of milliseconds, and seconds to a tenth below ten. */
export const lengthOf = (ms: number) => `${(ms / 1000).toFixed(1)} s`
