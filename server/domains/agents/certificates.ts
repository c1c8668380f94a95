/** Who has heard an agent speak a language well enough, and when. Only certified languages count when calls are given out. */
import type { Db, Tx } from '../../platform/db/db.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { Refused } from '../../platform/errors.ts'
import type { Scope } from '../../platform/http/policy.ts'
import { record } from '../activity-log/service.ts'
import type { AgentView } from './contract.ts'
import { type AgentDeps, announceMoved } from './deps.ts'
import { NoSuchAgent } from './errors.ts'
import * as queries from './queries.ts'
import { findAgentView } from './views.ts'

type CertificateOf = { agentUserId: string; languageCode: string }

/** Somebody has heard the agent speak it well enough: from now on calls in it are given to them. @throws NoSuchAgent, Refused */
export async function certify({ db, clock }: AgentDeps, actor: Scope, certificate: CertificateOf): Promise<AgentView> {
  const { languageCode } = certificate
  await inTransaction(db, async (tx) => {
    // So that a language that is being taken from them keeps no certificate.
    await queries.lockAgent(tx, certificate.agentUserId)
    const agent = await ownAgent(tx, actor, certificate.agentUserId)
    if (![...agent.languageCodes, ...agent.uncertifiedLanguageCodes].includes(languageCode)) {
      throw new Refused('language-not-spoken', 'This agent does not speak that language; add it to their languages first.')
    }
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

/**
 * Only languages that an agent spoke before and speaks still stay certified: a certificate that came back with its language, years
 * later perhaps, would count without anybody having heard it. Joins the transaction of the change.
 */
export async function keepCertified(
  tx: Tx,
  actor: Pick<Scope, 'userId'>,
  { agentUserId, before, after }: { agentUserId: string; before: readonly string[]; after: readonly string[] },
): Promise<void> {
  const still = after.filter((code) => before.includes(code))
  for (const languageCode of await queries.revokeOthers(tx, agentUserId, still)) {
    await noteCertificate(tx, actor, { agentUserId, languageCode }, 'agent.certificate-revoked')
  }
}

/** One of the actor's countries. */
async function ownAgent(db: Db, { countryIds }: Scope, agentUserId: string): Promise<AgentView> {
  const agent = await findAgentView({ db }, agentUserId)
  if (!agent?.countryIds.some((id) => countryIds.includes(id))) throw new NoSuchAgent()
  return agent
}

async function noteCertificate(
  tx: Tx,
  { userId }: Pick<Scope, 'userId'>,
  { agentUserId, languageCode }: CertificateOf,
  action: `agent.${string}`,
): Promise<void> {
  await record(tx, { actorUserId: userId, action, subjectKind: 'user', subjectId: agentUserId, detail: { languageCode } })
  await announceMoved(tx, agentUserId)
}
