/** The table of outcomes as a country has set it: its own settings laid over the defaults. */
import { MINUTE } from '../../../platform/time/duration.ts'
import type { OutcomeSetting, SettableOutcome } from '../contract.ts'
import { OUTCOME_RULES, type OutcomeRule, type OutcomeTable, type Retry } from './outcome-rules.ts'
import { NUMBER_GAP_MS } from '../rules.ts'
import { why } from '../why-rules.ts'

/** Those that lead to another try; the others mean what they mean everywhere. */
export const SETTABLE = [
  'partial',
  'no-answer',
  'busy',
  'rejected',
  'unreachable',
  'machine',
  'someone-else',
  'dead-number',
  'trunk-failure',
] as const satisfies readonly SettableOutcome[]

export type Setting = Omit<OutcomeSetting, 'isDefault'>

/** @param settings of one country; an outcome without one keeps its default */
export function outcomeTable(settings: readonly Setting[]): OutcomeTable {
  return { ...OUTCOME_RULES, ...Object.fromEntries(settings.map((setting) => [setting.outcome, ruleOf(setting)])) }
}

/** What is in force, in the order of `SETTABLE`, the country's own marked. */
export function listSettings(settings: readonly Setting[]): OutcomeSetting[] {
  return SETTABLE.map((outcome) => {
    const own = settings.find((setting) => setting.outcome === outcome)
    return own ? { ...own, isDefault: false } : { ...defaultSetting(outcome), isDefault: true }
  })
}

/** Why it cannot be set so, in one sentence; undefined when it can. */
export function settingProblem({ outcome, counts, delayMinutes }: Setting): string | undefined {
  if (outcome === 'trunk-failure' && counts) return 'What the carrier broke never uses up a try.'
  if (outcome === 'trunk-failure' && delayMinutes === null) return 'After a failure of the trunk a wait in minutes is needed.'
  const gapMinutes = NUMBER_GAP_MS / MINUTE
  if (OUTCOME_RULES[outcome].isRingInVain && delayMinutes !== null && delayMinutes < gapMinutes) {
    return `A number is left alone for ${gapMinutes} minutes after a ring in vain.`
  }
  return undefined
}

export function isDefaultSetting(setting: Setting): boolean {
  const { counts, delayMinutes, mostTimes } = defaultSetting(setting.outcome)
  return setting.counts === counts && setting.delayMinutes === delayMinutes && setting.mostTimes === mostTimes
}

function defaultSetting(outcome: SettableOutcome): Setting {
  const { counts } = OUTCOME_RULES[outcome]
  const { delayMs, closesAfter } = retryOf(outcome)
  return { outcome, counts, delayMinutes: delayMs === null ? null : delayMs / MINUTE, mostTimes: closesAfter?.times ?? null }
}

function ruleOf({ outcome, counts, delayMinutes, mostTimes }: Setting): OutcomeRule {
  const { closesAfter, ...then } = retryOf(outcome)
  const delayMs = delayMinutes === null ? null : delayMinutes * MINUTE
  return {
    ...OUTCOME_RULES[outcome],
    counts,
    then: { ...then, delayMs, ...(mostTimes !== null && { closesAfter: closing(outcome, mostTimes, closesAfter) }) },
  }
}

/** A dead number is counted by days, however often it is called on one. */
function closing(outcome: SettableOutcome, times: number, usual: Retry['closesAfter']): NonNullable<Retry['closesAfter']> {
  if (usual?.times === times) return usual
  const code = usual?.onDays ? 'closes-after-days' : 'closes-after-times'
  return { ...usual, times, reason: why.say(code, { outcome, times }) }
}

function retryOf(outcome: SettableOutcome): Retry {
  const { then } = OUTCOME_RULES[outcome]
  if (then.kind !== 'retry') throw new Error(`${outcome} leads to no other try`)
  return then
}
