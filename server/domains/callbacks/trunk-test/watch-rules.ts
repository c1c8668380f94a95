import { MINUTE } from '../../../platform/time/duration.ts'
import type { Outcome } from '../contract.ts'
import { why } from '../why-rules.ts'

const FAILURES_IN_A_ROW = 3
const TRIED_AGAIN_AFTER_MS = 5 * MINUTE
const DEAD_SHARE = 0.1
/** One wrong digit among few calls is a wrong digit. */
const ENOUGH_CALLS = 20

export type TrunkVerdict = { kind: 'healthy' } | { kind: 'ill'; reason: string; resumesAt: Date | null }

/**
 * What the last hour's outcomes say about a trunk: one that fails three times in a row rests for five minutes and is tried
 * again by itself; one that calls more than a tenth of its numbers dead waits for a person.
 * @param outcomes of the last hour, newest first
 */
export function trunkVerdict(outcomes: readonly Outcome[], now: Date): TrunkVerdict {
  const dead = outcomes.filter((outcome) => outcome === 'dead-number').length
  if (outcomes.length >= ENOUGH_CALLS && dead > outcomes.length * DEAD_SHARE) {
    const reason = why.say('trunk-dead-numbers', { dead, all: outcomes.length })
    return { kind: 'ill', reason, resumesAt: null }
  }
  const newest = outcomes.slice(0, FAILURES_IN_A_ROW)
  if (newest.length === FAILURES_IN_A_ROW && newest.every((outcome) => outcome === 'trunk-failure')) {
    return { kind: 'ill', reason: why.say('trunk-failed'), resumesAt: new Date(now.getTime() + TRIED_AGAIN_AFTER_MS) }
  }
  return { kind: 'healthy' }
}
