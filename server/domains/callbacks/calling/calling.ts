/** How a country's workers are called: how long it rings, how often, and what follows from each outcome. */
import type { Db } from '../../../platform/db/db.ts'
import { inTransaction } from '../../../platform/db/transaction.ts'
import { Unprocessable } from '../../../platform/errors.ts'
import type { Scope } from '../../../platform/http/policy.ts'
import { record } from '../../activity-log/service.ts'
import { CountryNotFound, getCountryFacts, setCalling } from '../../countries/service.ts'
import type { CallRules, SaveCallRules } from '../contract.ts'
import type { CallbackDeps } from '../deps.ts'
import type { OutcomeTable } from '../outcomes/outcome-rules.ts'
import { listSettings, replaceSettings } from '../outcomes/outcome-setting-queries.ts'
import * as rules from '../outcomes/outcome-table-rules.ts'

type RulesDeps = Pick<CallbackDeps, 'db'>

/** The table in force in a country. */
export async function loadOutcomeTable(db: Db, countryId: string): Promise<OutcomeTable> {
  return rules.outcomeTable(await listSettings(db, countryId))
}

/** @throws CountryNotFound also when it is not the actor's */
export async function getCallRules({ db }: RulesDeps, actor: Scope, countryId: string): Promise<CallRules> {
  assertTheirs(actor, countryId)
  const { ringTimeoutSeconds, offerSeconds, maxAttempts, detectsMachines } = await getCountryFacts({ db }, countryId)
  return { ringTimeoutSeconds, offerSeconds, maxAttempts, detectsMachines, outcomes: rules.listSettings(await listSettings(db, countryId)) }
}

/**
 * Replaces the whole; tries that are planned already stay where they are. @throws CountryNotFound, Unprocessable with the sentence
 * that says what cannot be
 */
export async function saveCallRules(
  { db }: RulesDeps,
  actor: Scope,
  { countryId, outcomes, ...calling }: SaveCallRules & { countryId: string },
): Promise<CallRules> {
  assertTheirs(actor, countryId)
  const problem = outcomes.map(rules.settingProblem).find((sentence) => sentence !== undefined)
  if (problem) throw new Unprocessable('call-rules-impossible', problem)
  if (new Set(outcomes.map(({ outcome }) => outcome)).size < outcomes.length) {
    throw new Unprocessable('call-rules-impossible', 'Each outcome is set once.')
  }
  await inTransaction(db, async (tx) => {
    await setCalling(tx, countryId, calling)
    const settings = outcomes.filter((setting) => !rules.isDefaultSetting(setting))
    await replaceSettings(tx, { countryId, settings, actorUserId: actor.userId })
    const detail = { ...calling, outcomes: settings.map(describe).join(', ') }
    await record(tx, { actorUserId: actor.userId, action: 'country.call-rules-set', subjectKind: 'country', subjectId: countryId, detail })
  })
  return getCallRules({ db }, actor, countryId)
}

/** For the log: "busy 180 min, at most 5, not counted". */
function describe({ outcome, counts, delayMinutes, mostTimes }: rules.Setting): string {
  const wait = delayMinutes === null ? 'next occurrence' : `${delayMinutes} min`
  return `${outcome} ${wait}${mostTimes === null ? '' : `, at most ${mostTimes}`}${counts ? '' : ', not counted'}`
}

/** An administrator sets every country up. */
function assertTheirs({ role, countryIds }: Scope, countryId: string): void {
  if (role !== 'administrator' && !countryIds.includes(countryId)) throw new CountryNotFound()
}
