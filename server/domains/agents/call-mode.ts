/** How callbacks come to an agent: from the list, shown one by one, or by the phone ringing at once. */
import type { Tx } from '../../platform/db/db.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import type { Scope } from '../../platform/http/policy.ts'
import { announce } from '../../platform/live/announce.ts'
import { record } from '../activity-log/service.ts'
import type { AgentView, CallMode } from './contract.ts'
import { AGENT_CHANGED, type AgentDeps } from './deps.ts'
import { NoSuchAgent } from './errors.ts'
import * as queries from './queries.ts'
import { findAgentView } from './views.ts'

type Choice = { agentUserId: string; callMode: CallMode }

/** The agent's own choice, or a supervisor's for an agent of their countries. @throws NoSuchAgent */
export async function setCallMode({ db }: Pick<AgentDeps, 'db'>, actor: Scope, { agentUserId, callMode }: Choice): Promise<AgentView> {
  const agent = await findAgentView({ db }, agentUserId)
  const isTheirs = actor.userId === agentUserId || agent?.countryIds.some((id) => actor.countryIds.includes(id))
  if (!agent || !isTheirs) throw new NoSuchAgent()
  await inTransaction(db, async (tx) => {
    if (!(await queries.setCallMode(tx, agentUserId, callMode))) throw new NoSuchAgent()
    const detail = { callMode }
    await record(tx, { actorUserId: actor.userId, action: 'agent.call-mode-set', subjectKind: 'user', subjectId: agentUserId, detail })
    await announce(tx, AGENT_CHANGED, agentUserId)
  })
  return (await findAgentView({ db }, agentUserId))!
}

/** An offer went by unanswered; joins its transaction. */
export async function noteMissedOffer(tx: Tx, agentUserId: string): Promise<void> {
  await queries.addMissedOffer(tx, agentUserId)
  await announce(tx, AGENT_CHANGED, agentUserId)
}

/** They are at the screen: they answered one. */
export async function noteAnsweredOffer(tx: Tx, agentUserId: string): Promise<void> {
  await queries.forgetMissedOffers(tx, agentUserId)
  await announce(tx, AGENT_CHANGED, agentUserId)
}
