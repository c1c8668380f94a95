/** Which waiting callbacks are due, in the order in which they are rung. */
import { sql } from 'kysely'
import { MINUTE } from '../../../platform/time/duration.ts'

/** A callback that passed an agent by goes to the others first. Real time. */
export const PASSED_BY_MS = 5 * MINUTE

/** @property givenCountryIds whose workers may be called now: what is assigned to the agent may be of another country than theirs */
export type DueFilter = {
  agentUserId: string
  countryIds: readonly string[]
  givenCountryIds: readonly string[]
  languageCodes: readonly string[]
  now: Date
  limit: number
}

const isWaiting = sql`callback.status = 'waiting' and callback.held_reason is null`

/** Whoever takes one by hand gets none that another agent is looking at. */
export const notOfferedToOthers = (agentUserId: string) => sql`not exists (
  select from callback_offer
  where callback_id = callback.id and ended_at is null and agent_user_id <> ${agentUserId}
)`

/**
 * Nobody is looking at it, and it did not pass this agent by a moment ago: declined, let pass, or their phone rung and not picked up.
 * One whose worker was tried since may come to them again, however soon.
 */
export const mayBeOfferedTo = (agentUserId: unknown) => sql`not exists (
  select from callback_offer
  where callback_id = callback.id
    and (
      ended_at is null
      or (
        agent_user_id = ${agentUserId}
        and (ended_as in ('declined', 'lapsed') or (ended_as = 'rung' and coalesce(callback.last_outcome, 'agent-failure') = 'agent-failure'))
        and ended_at > clock_timestamp() - ${PASSED_BY_MS} * interval '1 millisecond'
      )
    )
)`

/**
 * The ids of what is due for an agent, each locked, and what another transaction locks passed over: first what is assigned to them,
 * then the promise that ends first. The window of a promise is at most a day long, so that what falls due later is not read.
 * NOTE: one look into the index for each country and language; with `any(…)` Postgres would sort all that is due each time.
 */
export function dueFor(
  { agentUserId, countryIds, givenCountryIds, languageCodes, now, limit }: DueFilter,
  isOpen: ReturnType<typeof notOfferedToOthers>,
) {
  return sql<{ id: string }>`(
    select given.id
    from (
      select id
      from callback
      where ${isWaiting}
        and assigned_agent_user_id = ${agentUserId}
        and assigned_until > ${now}
        and country_id = any(${[...givenCountryIds]}::text[])
        and due_at <= ${now}
        and ${isOpen}
      order by due_at, id
      limit ${limit}
      for update skip locked
    ) as given
    union all
    select owed.id
    from (
      select candidate.id
      from unnest(${[...countryIds]}::text[]) as country (id)
      cross join unnest(${[...languageCodes]}::text[]) as language (code)
      cross join lateral (
        select id, promise_until, due_at
        from callback
        where ${isWaiting}
          and country_id = country.id
          and language_code = language.code
          and due_at <= ${now}
          and promise_until <= ${now}::timestamptz + interval '26 hours'
          and (assigned_agent_user_id is null or assigned_until <= ${now})
          and ${isOpen}
        order by promise_until, due_at, id
        limit ${limit}
        for update skip locked
      ) as candidate
      order by candidate.promise_until, candidate.due_at, candidate.id
      limit ${limit}
    ) as owed
    limit ${limit}
  )`
}
