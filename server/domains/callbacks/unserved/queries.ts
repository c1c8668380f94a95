import { sql } from 'kysely'
import type { Db } from '../../../platform/db/db.ts'

export type Unserved = { countryId: string; languageCode: string; isAnyoneCertified: boolean; callbackIds: string[] }

/** So many of a group are shown; the rest follows as these are served. */
const MOST_OF_A_GROUP = 20

const isOnDuty = sql`agent.is_phone_reachable and agent.status in ('free', 'on-call', 'wrap-up')`

/**
 * What has been due since before `since` and nobody on duty may take, by country and language, longest due first: in its country
 * nobody is certified for it, or the agent it is assigned to, or their interpreter, is not there.
 */
export async function listUnserved(
  db: Db,
  { countryIds, since, now }: { countryIds: readonly string[]; since: Date; now: Date },
): Promise<Unserved[]> {
  const certifiedAgents = sql`agent_certificate as certified
    join agent on agent.user_id = certified.agent_user_id
      and agent.retired_at is null
      and certified.language_code = any(agent.language_codes)
      and owed.country_id = any(agent.country_ids)
    join app_user on app_user.id = agent.user_id
      and app_user.is_active
      and app_user.role = 'agent'
      and owed.country_id = any(app_user.country_ids)
    where certified.language_code = owed.language_code`
  const { rows } = await sql<Unserved>`
    with unserved as (
      select country_id, language_code, (array_agg(id order by due_at, id))[1:${sql.lit(MOST_OF_A_GROUP)}] as callback_ids, min(due_at) as since
      from callback as owed
      where status = 'waiting' and held_reason is null
        and due_at <= ${since} and country_id = any(${[...countryIds]}::text[])
        and case
          when assigned_until is null or assigned_until <= ${now} then not exists (select from ${certifiedAgents} and ${isOnDuty})
          else exists (
            select
            from unnest(array_remove(array[assigned_agent_user_id, interpreter_user_id], null)) as person (user_id)
            where not exists (select from agent where agent.user_id = person.user_id and retired_at is null and ${isOnDuty})
          )
        end
      group by country_id, language_code
    )
    select country_id, language_code, callback_ids, exists (select from ${certifiedAgents}) as is_anyone_certified
    from unserved as owed
    order by since, country_id, language_code`.execute(db)
  return rows
}

export type Helper = { userId: string; displayName: string; countryIds: string[]; status: string; isPhoneReachable: boolean }

/**
 * Agents of the country itself, or of those whose agents may help it, on duty first.
 * @param languageCode certified in it; null: whoever they are, to lead a call with an interpreter
 */
export async function listHelpers(
  db: Db,
  { countryId, languageCode }: { countryId: string; languageCode: string | null },
): Promise<Helper[]> {
  const isCertified = sql`(
    ${languageCode}::text = any(agent.language_codes)
    and exists (select from agent_certificate where agent_user_id = agent.user_id and language_code = ${languageCode})
  )`
  const { rows } = await sql<Helper>`
    select agent.user_id, app_user.display_name, own.ids as country_ids, agent.status, agent.is_phone_reachable
    from country
    join agent on agent.retired_at is null
    join app_user on app_user.id = agent.user_id and app_user.is_active and app_user.role = 'agent'
    cross join lateral (select array(select unnest(agent.country_ids) intersect select unnest(app_user.country_ids) order by 1) as ids) as own
    where country.id = ${countryId}
      and own.ids && (country.helper_country_ids || country.id)
      and ${languageCode === null ? sql`true` : isCertified}
    order by (${isOnDuty}) desc, app_user.display_name, agent.user_id`.execute(db)
  return rows
}
