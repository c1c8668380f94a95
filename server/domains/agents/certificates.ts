/** Who has heard an agent speak a language well enough, and when. Only certified languages count when calls are given out. */
import type { Db, Tx } from '../../platform/db/db.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { Refused } from '../../platform/errors.ts'
import type { Scope } from '../../platform/http/policy.ts'
import { announce } from '../../platform/live/announce.ts'
import { record } from '../activity-log/service.ts'
import type { AgentView } from './contract.ts'
import { AGENT_CHANGED, type AgentDeps } from './deps.ts'
import { NoSuchAgent } from './errors.ts'
import * as queries from './queries.ts'
import { findAgentView } from './views.ts'

type CertificateOf = { agentUserId: string; languageCode: string }

/** Somebody has heard the agent speak it well enough: from now on calls in it are given to them. @throws NoSuchAgent, Refused */
export async function certify({ db, clock }: AgentDeps, actor: Scope, certificate: CertificateOf): Promise<AgentView> {
  const agent = await ownAgent(db, actor, certificate.agentUserId)
  const { languageCode } = certificate
  if (![...agent.languageCodes, ...agent.uncertifiedLanguageCodes].includes(languageCode)) {
    throw new Refused('language-not-spoken', 'This agent’s phone was not made for that language.')
  }
  await inTransaction(db, async (tx) => {
    await queries.certify(tx, { ...certificate, certifiedByUserId: actor.userId, certifiedAt: clock.now() })
    await noteCertificate(tx, actor, certificate, 'agent.certified')
  })
  return (await findAgentView({ db }, certificate.agentUserId))!
}

/** No more calls in it; one that is going on goes on. Revoking what is not there is no error. @throws NoSuchAgent */
export async function revokeCertificate({ db }: AgentDeps, actor: Scope, certificate: CertificateOf): Promise<AgentView> {
  await ownAgent(db, actor, certificate.agentUserId)
  await inTransaction(db, async (tx) => {
    if (await queries.revoke(tx, certificate)) await noteCertificate(tx, actor, certificate, 'agent.certificate-revoked')
  })
  return (await findAgentView({ db }, certificate.agentUserId))!
}

/** One of the actor's countries. */
async function ownAgent(db: Db, { countryIds }: Scope, agentUserId: string): Promise<AgentView> {
  const agent = await findAgentView({ db }, agentUserId)
  if (!agent?.countryIds.some((id) => countryIds.includes(id))) throw new NoSuchAgent()
  return agent
}

async function noteCertificate(
  tx: Tx,
  { userId }: Scope,
  { agentUserId, languageCode }: CertificateOf,
  action: `agent.${string}`,
): Promise<void> {
  await record(tx, { actorUserId: userId, action, subjectKind: 'user', subjectId: agentUserId, detail: { languageCode } })
  await announce(tx, AGENT_CHANGED, agentUserId)
}
