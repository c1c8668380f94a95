import { sql } from 'kysely'
import { anyOf } from '../../platform/db/any-of.ts'
import type { Db } from '../../platform/db/db.ts'
import type { AgentStatus } from './contract.ts'

/** Countries of the phone that are the user's still: taking one from the user takes the calls too. */
const ownCountries = sql<string[]>`array(select unnest(agent.country_ids) intersect select unnest(app_user.country_ids) order by 1)`.as(
  'countryIds',
)

const agents = (db: Db) =>
  db
    .selectFrom('agent')
    .innerJoin('appUser', 'appUser.id', 'agent.userId')
    .select([
      'agent.userId',
      'appUser.displayName',
      'agent.sipUser',
      ownCountries,
      'agent.languageCodes',
      'agent.status',
      'agent.statusSince',
      'agent.isPhoneReachable',
    ])
    .where('agent.retiredAt', 'is', null)
    .where('appUser.isActive', '=', true)
    .$narrowType<{ status: AgentStatus }>()

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
    .select(['agent.userId', 'agent.sipUser', 'agent.status', 'agent.isPhoneReachable', ownCountries, 'agent.languageCodes'])
    .where('agent.userId', '=', userId)
    .where('agent.retiredAt', 'is', null)
    .where('appUser.isActive', '=', true)
    .forUpdate('agent')
    .$narrowType<{ status: AgentStatus }>()
    .executeTakeFirst()
}

export async function setStatus(db: Db, userId: string, status: AgentStatus, at: Date): Promise<void> {
  await db.updateTable('agent').set({ status, statusSince: at }).where('userId', '=', userId).execute()
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
    .set({ retiredAt: at, status: 'away', statusSince: at, isPhoneReachable: false })
    .where('userId', '=', userId)
    .where('retiredAt', 'is', null)
    .returning('sipUser')
    .executeTakeFirst()
  return row?.sipUser
}
