import { createHash, randomBytes } from 'node:crypto'
import type { Static } from 'typebox'
import type { Tx } from '../../platform/db/db.ts'
import { afterCommit, inTransaction } from '../../platform/db/transaction.ts'
import { Refused } from '../../platform/errors.ts'
import { announce } from '../../platform/live/announce.ts'
import { record } from '../activity-log/service.ts'
import { getUser } from '../users/service.ts'
import type { AgentPhone, AgentStatus, AgentView, BreakReason, SaveAgent } from './contract.ts'
import { keepCertified } from './certificates.ts'
import { AGENT_CHANGED, type AgentDeps, announceMoved } from './deps.ts'
import { NoSuchAgent } from './errors.ts'
import type { AgentPhoneFacts, AgentTelephony } from './ports.ts'
import * as queries from './queries.ts'
import { findAgentView, toView } from './views.ts'
import { assertKnownLanguages } from './work.ts'

export { NoSuchAgent } from './errors.ts'
export { findAgentView } from './views.ts'
export { MOST_MISSED_OFFERS } from './offer-rules.ts'
export { noteAnsweredOffer, noteMissedOffer, setCallMode } from './call-mode.ts'
export { certify, revokeCertificate } from './certificates.ts'
export { changeAgent } from './work.ts'
export { listAgentShifts, listRostered, type Rostered, saveShifts } from './shifts.ts'
export { AGENT_CHANGED, AGENT_MOVED, type AgentDeps } from './deps.ts'
export { endHold, holdForCall, recoverHolds, releaseFromCall } from './holding.ts'
/** SIP digest's realm; the same is rendered into Asterisk's configuration. */
export const SIP_REALM = 'ringback'

/** Agents of any of the countries, by name. */
export async function listAgents({ db }: Pick<AgentDeps, 'db'>, countryIds: readonly string[]): Promise<AgentView[]> {
  return (await queries.listAgents(db, countryIds)).map(toView)
}

/** All phones that Asterisk must know, for pushing them after each connect. */
export function listPhones({ db }: Pick<AgentDeps, 'db'>): Promise<AgentPhoneFacts[]> {
  return queries.listPhones(db)
}

/** Where an agent can be rung, and whether they are busy. @throws NoSuchAgent */
export async function getPhone({ db }: Pick<AgentDeps, 'db'>, userId: string) {
  const agent = await queries.findAgent(db, userId)
  if (!agent) throw new NoSuchAgent()
  return agent
}

/** A phone registered, went away or came back; unknown ones are ignored. */
export async function phoneReachable(
  { db }: Pick<AgentDeps, 'db'>,
  { sipUser, isReachable }: { sipUser: string; isReachable: boolean },
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const userId = await queries.setReachable(tx, sipUser, isReachable)
    if (userId) await announce(tx, AGENT_CHANGED, userId)
  })
}

/** What an agent sets by hand. On a call or in wrap-up the call decides, not the hand. @throws NoSuchAgent, Refused */
export async function setOwnStatus(
  deps: AgentDeps,
  userId: string,
  { status, breakReason }: { status: AgentStatus; breakReason?: BreakReason | undefined },
): Promise<AgentView> {
  if (breakReason !== undefined && status !== 'break') throw new Refused('no-break', 'A reason belongs to a break.')
  await inTransaction(deps.db, async (tx) => {
    const agent = await queries.lockAgent(tx, userId)
    if (!agent) throw new NoSuchAgent()
    if (agent.status === 'on-call') throw new Refused('on-call', 'You are on a call; end it first.')
    if (agent.status === 'wrap-up') throw new Refused('in-wrap-up', 'Name the outcome of your last call first.')
    // Said again it costs nobody their place among those who are free.
    if (status === 'free' && agent.status === 'free') await queries.forgetMissedOffers(tx, userId)
    else await queries.setStatus(tx, userId, { status, breakReason, at: deps.clock.now() })
    await announce(tx, AGENT_CHANGED, userId)
    const detail = { status, ...(breakReason !== undefined && { breakReason }) }
    await record(tx, { actorUserId: userId, action: 'agent.status-set', subjectKind: 'user', subjectId: userId, detail })
  })
  return (await findAgentView(deps, userId))!
}

/** Part of a call's own course (taken, wrap-up, over); joins its transaction. */
export async function changeStatus({ clock }: Pick<AgentDeps, 'clock'>, tx: Tx, userId: string, status: AgentStatus): Promise<void> {
  await queries.setStatus(tx, userId, { status, at: clock.now() })
  await announce(tx, AGENT_CHANGED, userId)
}

export type LockedAgent = NonNullable<Awaited<ReturnType<typeof queries.lockAgent>>>

/** The agent, locked until the transaction ends, so that two calls cannot take them at once. @throws NoSuchAgent */
export async function lockAgent(tx: Tx, userId: string): Promise<LockedAgent> {
  const agent = await queries.lockAgent(tx, userId)
  if (!agent) throw new NoSuchAgent()
  return agent
}

/**
 * Gives an agent a phone of their own, or a new password for it. The password is made here and shown in this reply only.
 * @throws NoSuchUser, Refused for somebody who is no agent, Unprocessable for a language that is not set up
 */
export async function savePhone(
  deps: AgentDeps & AgentTelephony,
  actorUserId: string,
  input: Static<typeof SaveAgent>,
): Promise<Static<typeof AgentPhone>> {
  const user = await getUser(deps.db, input.userId)
  if (user.role !== 'agent') throw new Refused('not-an-agent', 'Only a user with the role agent has a phone.')
  await assertKnownLanguages(deps.db, input.languageCodes)
  const sipUser = `agent-${randomBytes(5).toString('hex')}`
  const sipPassword = randomBytes(18).toString('base64url')
  const sipPasswordDigest = createHash('md5').update(`${sipUser}:${SIP_REALM}:${sipPassword}`).digest('hex')
  await inTransaction(deps.db, async (tx) => {
    const before = (await queries.lockWork(tx, input.userId))?.languageCodes ?? []
    const replaced = await queries.upsertPhone(tx, { ...input, sipUser, sipPasswordDigest })
    await keepCertified(tx, { userId: actorUserId }, { agentUserId: input.userId, before, after: input.languageCodes })
    await record(tx, { actorUserId, action: 'agent.phone-made', subjectKind: 'user', subjectId: input.userId })
    await announceMoved(tx, input.userId)
    afterCommit(tx, async () => {
      if (replaced) await deps.removePhone(replaced)
      await deps.pushPhone({ sipUser, sipPasswordDigest })
    })
  })
  return { sipUser, sipPassword }
}

/** Takes an agent's phone away; calls they had keep naming them. @throws NoSuchAgent */
export async function retireAgent(deps: AgentDeps & AgentTelephony, actorUserId: string, userId: string): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    const sipUser = await queries.retire(tx, userId, deps.clock.now())
    if (!sipUser) throw new NoSuchAgent()
    await record(tx, { actorUserId, action: 'agent.retired', subjectKind: 'user', subjectId: userId })
    await announceMoved(tx, userId)
    afterCommit(tx, () => deps.removePhone(sipUser))
  })
}
