/** What an agent speaks and where they work: changed by people, and never by the way a change of their phone. */
import type { Db } from '../../platform/db/db.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { Forbidden, Refused, Unprocessable } from '../../platform/errors.ts'
import type { Scope } from '../../platform/http/policy.ts'
import { record } from '../activity-log/service.ts'
import { listLanguages } from '../countries/service.ts'
import { keepCertified } from './certificates.ts'
import type { AgentView, ChangeAgent } from './contract.ts'
import { type AgentDeps, announceMoved } from './deps.ts'
import { NoSuchAgent } from './errors.ts'
import * as queries from './queries.ts'
import { findAgentView } from './views.ts'

/**
 * Gives an agent other languages or countries; a call that goes on does. A new language counts once it is certified, and one that is
 * taken away loses its certificate. A supervisor gives and takes the countries that are theirs, an administrator any of the account.
 * @throws NoSuchAgent, Forbidden for another's country, Refused for one that the account is not for, Unprocessable for an unknown language
 */
export async function changeAgent({ db }: Pick<AgentDeps, 'db'>, actor: Scope, userId: string, change: ChangeAgent): Promise<AgentView> {
  return inTransaction(db, async (tx) => {
    const locked = await queries.lockAgent(tx, userId)
    if (!locked || !isTheirs(actor, locked.countryIds)) throw new NoSuchAgent()
    const agent = (await findAgentView({ db: tx }, userId))!
    const before = (await queries.lockWork(tx, userId))!
    const { countryIds = before.countryIds, languageCodes = before.languageCodes } = change
    if (change.languageCodes) await assertKnownLanguages(tx, languageCodes)
    if (change.countryIds) assertOwnCountries(actor, agent, change.countryIds)
    if (isSame(before.countryIds, countryIds) && isSame(before.languageCodes, languageCodes)) return agent
    await queries.setWork(tx, userId, { countryIds, languageCodes })
    await keepCertified(tx, actor, { agentUserId: userId, before: before.languageCodes, after: languageCodes })
    const detail = { countries: countryIds.join(' '), languages: languageCodes.join(' ') }
    await record(tx, { actorUserId: actor.userId, action: 'agent.changed', subjectKind: 'user', subjectId: userId, detail })
    await announceMoved(tx, userId)
    return (await findAgentView({ db: tx }, userId))!
  })
}

/** @throws Unprocessable when one of them is not set up: nobody could be certified in it */
export async function assertKnownLanguages(db: Db, languageCodes: readonly string[]): Promise<void> {
  const known = new Set((await listLanguages(db)).map(({ code }) => code))
  if (languageCodes.every((code) => known.has(code))) return
  throw new Unprocessable('unknown-language', 'One of these languages is not set up. Import it on the page of the prompts first.')
}

function assertOwnCountries(
  { role, countryIds: own }: Scope,
  { countryIds, accountCountryIds }: AgentView,
  wanted: readonly string[],
): void {
  const changed = [...wanted.filter((id) => !countryIds.includes(id)), ...countryIds.filter((id) => !wanted.includes(id))]
  if (role !== 'administrator' && !changed.every((id) => own.includes(id))) {
    throw new Forbidden('not-your-country', 'This country is not yours to plan.')
  }
  if (wanted.every((id) => accountCountryIds.includes(id))) return
  throw new Refused(
    'country-not-of-account',
    'This agent’s account is not for one of these countries; an administrator adds it there first.',
  )
}

const isTheirs = ({ role, countryIds }: Scope, of: readonly string[]) =>
  role === 'administrator' || of.some((id) => countryIds.includes(id))
const isSame = (one: readonly string[], other: readonly string[]) => one.toSorted().join() === other.toSorted().join()
