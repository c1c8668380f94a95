import { sql } from 'kysely'
import { anyOf } from '../../platform/db/any-of.ts'
import type { Db } from '../../platform/db/db.ts'
import type { AgentStatus, AgentView, BreakReason, CallMode } from './contract.ts'

/** Countries of the phone that are the user's still: taking one from the user takes the calls too. */
const ownCountries = sql<string[]>`array(select unnest(agent.country_ids) intersect select unnest(app_user.country_ids) order by 1)`.as(
  'countryIds',
)

/** Spoken and certified; the others do not count. */
export const certifiedLanguages = sql<string[]>`array(
  select unnest(agent.language_codes)
  intersect select language_code from agent_certificate where agent_user_id = agent.user_id
  order by 1
)`.as('languageCodes')
const uncertifiedLanguages = sql<string[]>`array(
  select unnest(agent.language_codes)
  except select language_code from agent_certificate where agent_user_id = agent.user_id
  order by 1
)`.as('uncertifiedLanguageCodes')
const certificates = sql<AgentView['certificates']>`coalesce(
  (
    select jsonb_agg(
      jsonb_build_object(
        'languageCode', language_code,
        'certifiedBy', certifier.display_name,
        'certifiedAt', to_char(certified_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
      ) order by language_code
    )
    from agent_certificate
    left join app_user as certifier on certifier.id = certified_by_user_id
    where agent_user_id = agent.user_id
  ),
  '[]'
)`.as('certificates')

const agents = (db: Db) =>
  db
    .selectFrom('agent')
    .innerJoin('appUser', 'appUser.id', 'agent.userId')
    .select([
      'agent.userId',
      'appUser.displayName',
      'agent.sipUser',
      ownCountries,
      'appUser.countryIds as accountCountryIds',
      certifiedLanguages,
      uncertifiedLanguages,
      certificates,
      'agent.status',
      'agent.breakReason',
      'agent.statusSince',
      'agent.isPhoneReachable',
      'agent.callMode',
      'agent.missedOffers',
    ])
    .where('agent.retiredAt', 'is', null)
    .where('appUser.isActive', '=', true)
    .$narrowType<{ status: AgentStatus; breakReason: BreakReason | null; callMode: CallMode }>()

export type AgentRow = Awaited<ReturnType<typeof listAgents>>[number]

/** Agents who work for any of the countries, by name. */
export function listAgents(db: Db, countryIds: readonly string[]) {
  return agents(db)
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('country')
          .select('country.id')
          .where('country.id', '=', anyOf(countryIds))
          .whereRef('country.id', '=', eb.fn.any('agent.countryIds')),
      ),
    )
    .orderBy('appUser.displayName')
    .execute()
}

export function findAgent(db: Db, userId: string): Promise<AgentRow | undefined> {
  return agents(db).where('agent.userId', '=', userId).executeTakeFirst()
}

/** Locks the agent until the transaction ends; undefined when there is none, or the phone was taken away. */
export async function lockAgent(db: Db, userId: string) {
  return db
    .selectFrom('agent')
    .innerJoin('appUser', 'appUser.id', 'agent.userId')
    .select(['agent.userId', 'agent.sipUser', 'agent.status', 'agent.isPhoneReachable', ownCountries, certifiedLanguages])
    .where('agent.userId', '=', userId)
    .where('agent.retiredAt', 'is', null)
    .where('appUser.isActive', '=', true)
    .forUpdate('agent')
    .$narrowType<{ status: AgentStatus }>()
    .executeTakeFirst()
}

export type StatusChange = { status: AgentStatus; at: Date; breakReason?: BreakReason | undefined }

/** Whatever held the agent for a call holds them no more. */
export async function setStatus(db: Db, userId: string, { status, at, breakReason = undefined }: StatusChange): Promise<void> {
  const change = { status, statusSince: at, breakReason: breakReason ?? null, heldForCallId: null, holdUntil: null, missedOffers: 0 }
  await db.updateTable('agent').set(change).where('userId', '=', userId).execute()
}

/** @returns false when there is no such agent */
export async function setCallMode(db: Db, userId: string, callMode: CallMode): Promise<boolean> {
  const result = await db
    .updateTable('agent')
    .set({ callMode, missedOffers: 0 })
    .where('userId', '=', userId)
    .where('retiredAt', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

export async function addMissedOffer(db: Db, userId: string): Promise<void> {
  await db
    .updateTable('agent')
    .set(({ eb }) => ({ missedOffers: eb('missedOffers', '+', 1) }))
    .where('userId', '=', userId)
    .execute()
}

export async function forgetMissedOffers(db: Db, userId: string): Promise<void> {
  await db.updateTable('agent').set({ missedOffers: 0 }).where('userId', '=', userId).execute()
}

/** Written again it is the newer certificate. */
export async function certify(
  db: Db,
  certificate: { agentUserId: string; languageCode: string; certifiedByUserId: string; certifiedAt: Date },
): Promise<void> {
  const { agentUserId: _, languageCode: __, ...rest } = certificate
  await db
    .insertInto('agentCertificate')
    .values(certificate)
    .onConflict((conflict) => conflict.columns(['agentUserId', 'languageCode']).doUpdateSet(rest))
    .execute()
}

/** @returns false when there was none */
export async function revoke(db: Db, { agentUserId, languageCode }: { agentUserId: string; languageCode: string }): Promise<boolean> {
  const result = await db
    .deleteFrom('agentCertificate')
    .where('agentUserId', '=', agentUserId)
    .where('languageCode', '=', languageCode)
    .executeTakeFirst()
  return result.numDeletedRows === 1n
}

/** Takes away the certificates of all but these languages. @returns the languages they were for */
export async function revokeOthers(db: Db, agentUserId: string, languageCodes: readonly string[]): Promise<string[]> {
  const rows = await db
    .deleteFrom('agentCertificate')
    .where('agentUserId', '=', agentUserId)
    .where(sql<boolean>`language_code <> all(${languageCodes})`)
    .returning('languageCode')
    .execute()
  return rows.map(({ languageCode }) => languageCode).toSorted()
}

/** What an agent speaks and where they work as it was written down, countries that their account lost included; locked. */
export function lockWork(db: Db, userId: string) {
  return db.selectFrom('agent').select(['countryIds', 'languageCodes']).where('userId', '=', userId).forUpdate().executeTakeFirst()
}

export async function setWork(db: Db, userId: string, work: { countryIds: string[]; languageCodes: string[] }): Promise<void> {
  await db.updateTable('agent').set(work).where('userId', '=', userId).execute()
}

/** @returns the agent whose phone it is, when that changed anything */
export async function setReachable(db: Db, sipUser: string, isReachable: boolean): Promise<string | undefined> {
  const row = await db
    .updateTable('agent')
    .set({ isPhoneReachable: isReachable })
    .where('sipUser', '=', sipUser)
    .where('isPhoneReachable', '!=', isReachable)
    .returning('userId')
    .executeTakeFirst()
  return row?.userId
}

/** Phones of those who are agents now: a user who was deactivated or given another role has none. */
export function listPhones(db: Db) {
  return db
    .selectFrom('agent')
    .innerJoin('appUser', 'appUser.id', 'agent.userId')
    .select(['agent.sipUser', 'agent.sipPasswordDigest'])
    .where('agent.retiredAt', 'is', null)
    .where('appUser.isActive', '=', true)
    .where('appUser.role', '=', 'agent')
    .execute()
}

export type PhoneToSave = { userId: string; sipUser: string; sipPasswordDigest: string; countryIds: string[]; languageCodes: string[] }

/** Gives an agent a phone, or a new one in place of the old. @returns the SIP user it had before, when that changed */
export async function upsertPhone(db: Db, phone: PhoneToSave): Promise<string | undefined> {
  const before = await db.selectFrom('agent').select('sipUser').where('userId', '=', phone.userId).forUpdate().executeTakeFirst()
  const { userId: _, ...rest } = phone
  await db
    .insertInto('agent')
    .values(phone)
    .onConflict((conflict) => conflict.column('userId').doUpdateSet({ ...rest, retiredAt: null, isPhoneReachable: false }))
    .execute()
  return before?.sipUser === phone.sipUser ? undefined : before?.sipUser
}

/** @returns the SIP user that is gone now; undefined when there was none */
export async function retire(db: Db, userId: string, at: Date): Promise<string | undefined> {
  const row = await db
    .updateTable('agent')
    .set({ ...none, retiredAt: at, status: 'away', statusSince: at, isPhoneReachable: false })
    .where('userId', '=', userId)
    .where('retiredAt', 'is', null)
    .returning('sipUser')
    .executeTakeFirst()
  return row?.sipUser
}

const none = { breakReason: null, heldForCallId: null, holdUntil: null }
