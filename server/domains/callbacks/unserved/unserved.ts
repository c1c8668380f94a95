/** Callbacks that nobody on duty in their country may take, for want of the language: seen by a supervisor, and never left lying. */
import type { Db } from '../../../platform/db/db.ts'
import { inTransaction } from '../../../platform/db/transaction.ts'
import { Refused } from '../../../platform/errors.ts'
import type { Scope } from '../../../platform/http/policy.ts'
import { announce } from '../../../platform/live/announce.ts'
import { MINUTE } from '../../../platform/time/duration.ts'
import { record } from '../../activity-log/service.ts'
import { messages, raiseAlert, resolveAlert } from '../../alerts/service.ts'
import { loadCountryFacts } from '../../countries/service.ts'
import type { AgentStatus } from '../../agents/contract.ts'
import { assignedTo, unassigned } from './assigning-rules.ts'
import type { UnservedList } from '../contract.ts'
import { CALLBACK_CHANGED, CALLBACK_TAKEN_BACK, type CallbackDeps } from '../deps.ts'
import { CallbackNotFound } from '../errors.ts'
import { withFacts } from '../facts.ts'
import { listByIds } from '../list-queries.ts'
import { lockIdle } from '../outcomes/naming.ts'
import { updateCallback } from '../record-queries.ts'
import { mayCall } from '../rules.ts'
import * as queries from './queries.ts'
import { toRow } from '../views.ts'

/** An agent who is about to come in, or just went for a moment, is no reason for an alarm. */
const UNSERVED_AFTER_MS = 5 * MINUTE
const KIND = 'no-agent'

type UnservedDeps = Pick<CallbackDeps, 'db' | 'clock'>

/** In the supervisor's countries, longest due first, with the agents who could be given them. */
export async function listUnserved(deps: UnservedDeps, { countryIds }: Scope): Promise<UnservedList> {
  const groups = await callableGroups(deps, countryIds)
  return {
    groups: await Promise.all(
      groups.map(async ({ countryId, languageCode, isAnyoneCertified, callbacks }) => {
        const helpers = await queries.listHelpers(deps.db, { countryId, languageCode })
        const leaders = (await queries.listHelpers(deps.db, { countryId, languageCode: null })).filter(
          ({ userId }) => !helpers.some((helper) => helper.userId === userId),
        )
        return {
          ...{ countryId, languageCode, isAnyoneCertified },
          callbacks: callbacks.map((each) => toRow(each, deps.clock.now())),
          helpers: helpers.map(withStatus),
          leaders: leaders.map(withStatus),
        }
      }),
    ),
  }
}

const withStatus = (helper: queries.Helper) => ({ ...helper, status: helper.status as AgentStatus })

/**
 * A supervisor assigns a callback to an agent certified in its language, or to any agent and an interpreter who is: of its country, or of one whose agents may help it. It is
 * offered to them alone until a day after it is due. Null takes it back. @throws CallbackNotFound, NotInThisState, Refused
 */
export async function assignCallback(
  deps: UnservedDeps,
  actor: Scope,
  { callbackId, agentUserId, interpreterUserId = null }: Assigning,
): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    const callback = await lockIdle(tx, callbackId)
    if (!actor.countryIds.includes(callback.countryId)) throw new CallbackNotFound()
    if (agentUserId === null && interpreterUserId !== null)
      throw new Refused('interpreter-alone', 'An interpreter needs an agent who leads the call.')
    if (agentUserId !== null && agentUserId === interpreterUserId)
      throw new Refused('interpreter-is-agent', 'The agent and the interpreter must be two people.')
    if (agentUserId !== null) await assertMayHelp(tx, callback, { agentUserId, interpreterUserId })
    const before = callback.assignedAgentUserId
    const word = { interpreterUserId, byUserId: actor.userId }
    const isFor = agentUserId === null ? unassigned : assignedTo({ agentUserId, ...word }, callback.dueAt, deps.clock.now())
    await updateCallback(tx, callbackId, isFor)
    const detail = { agentUserId, ...(interpreterUserId !== null && { interpreterUserId }) }
    await record(tx, { actorUserId: actor.userId, action: 'callback.assigned', subjectKind: 'callback', subjectId: callbackId, detail })
    if (before !== null && before !== agentUserId) await announce(tx, CALLBACK_TAKEN_BACK, `${callbackId} ${before}`)
    await announce(tx, CALLBACK_CHANGED, callbackId)
  })
}

/** Raises an alert for each country and language that is without an agent, and resolves those that have one again. */
export async function watchUnserved(deps: UnservedDeps): Promise<void> {
  const countries = await loadCountryFacts(deps)
  const groups = await callableGroups(deps, [...countries.keys()])
  const without = new Set(groups.map(({ countryId, languageCode }) => `${countryId}-${languageCode}`))
  for (const { id: countryId, hours, languageCodes } of countries.values()) {
    for (const languageCode of languageCodes) {
      const name = { kind: KIND, subject: `${countryId}-${languageCode}` }
      const message = messages.say('alert-no-agent', { country: hours.countryName, language: languageCode })
      await inTransaction(deps.db, (tx) =>
        without.has(name.subject) ? raiseAlert(tx, { ...name, severity: 'warning', message, countryId }) : resolveAlert(tx, name),
      )
    }
  }
}

type Group = Omit<queries.Unserved, 'callbackIds'> & { callbacks: Awaited<ReturnType<typeof withFacts>> }

/** Only what may be rung now: at night nobody need be there. */
async function callableGroups({ db, clock }: UnservedDeps, countryIds: readonly string[]): Promise<Group[]> {
  const now = clock.now()
  const groups = await queries.listUnserved(db, { countryIds, since: new Date(now.getTime() - UNSERVED_AFTER_MS), now })
  const known = await withFacts(
    db,
    await listByIds(
      db,
      groups.flatMap(({ callbackIds }) => callbackIds),
    ),
    now,
  )
  const byId = new Map(known.map((each) => [each.callback.id, each]))
  return groups.flatMap(({ callbackIds, ...group }) => {
    const callbacks = callbackIds.flatMap((id) => byId.get(id) ?? []).filter(({ facts }) => mayCall(facts, now).kind === 'call')
    return callbacks.length ? [{ ...group, callbacks }] : []
  })
}

type Owed = { countryId: string; languageCode: string }
/** @property interpreterUserId certified in the language, where the agent is not */
type Assigning = { callbackId: string; agentUserId: string | null; interpreterUserId?: string | null }
type Pair = { agentUserId: string; interpreterUserId: string | null }

async function assertMayHelp(db: Db, { countryId, languageCode }: Owed, { agentUserId, interpreterUserId }: Pair): Promise<void> {
  const speakers = await queries.listHelpers(db, { countryId, languageCode })
  const leaders = interpreterUserId === null ? speakers : await queries.listHelpers(db, { countryId, languageCode: null })
  const isSpoken = speakers.some(({ userId }) => userId === (interpreterUserId ?? agentUserId))
  if (isSpoken && leaders.some(({ userId }) => userId === agentUserId)) return
  throw new Refused('agent-may-not-help', 'This agent is not certified in the language, or not of a country whose agents may help.')
}
