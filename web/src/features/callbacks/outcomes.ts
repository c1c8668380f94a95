import type { AgentOutcome, NameOutcome } from '../../../../server/domains/callbacks/contract.ts'

/** What an agent can name, in the order and with the keys of the screen. */
export const outcomeKeys = [
  { outcome: 'complete', key: 'c' },
  { outcome: 'partial', key: 'p' },
  { outcome: 'not-safe-now', key: 'n' },
  { outcome: 'someone-else', key: 's' },
  { outcome: 'reschedule', key: 't' },
  { outcome: 'language-mismatch', key: 'l' },
  { outcome: 'machine', key: 'm' },
  { outcome: 'refused', key: 'r' },
] as const satisfies readonly { outcome: AgentOutcome; key: string }[]

/** Named while both still talk, which ends the call: what cannot go on, and not what may be named by a slip of the finger. */
export const mayEndCall = (outcome: AgentOutcome) => outcome !== 'complete' && outcome !== 'partial'

export type OutcomeDetails = Omit<NameOutcome, 'outcome'>

/** What must be said besides the outcome. A refusal is final, so it is asked for twice. */
export function detailOf(outcome: AgentOutcome): 'time' | 'language' | 'certainty' | undefined {
  if (outcome === 'not-safe-now' || outcome === 'reschedule') return 'time'
  if (outcome === 'language-mismatch') return 'language'
  return outcome === 'refused' ? 'certainty' : undefined
}
