import { HOUR, MINUTE, SECOND } from '../../platform/time/duration.ts'
import type { TextState } from './contract.ts'

/** What a gateway may report of a text it took. */
export type Report = 'delivered' | 'failed'

/**
 * The state after a gateway's report, or null when it changes nothing. Reports come late, twice and in any order: delivered is
 * final, for a phone cannot give a text back; a text we gave up on may still arrive.
 */
export function afterReport(state: TextState, report: Report): TextState | null {
  if (state === 'received' || state === 'delivered' || state === report) return null
  return report
}

const DELAYS_MS = [5 * SECOND, 15 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR] as const

/** How long to wait before the next try, or null when it was the last. @param tries made so far, 1 or more */
export function nextTryMs(tries: number): number | null {
  return DELAYS_MS[tries - 1] ?? null
}
