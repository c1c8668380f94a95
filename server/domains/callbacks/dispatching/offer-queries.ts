/** What is offered to whom. Offers run on the database's clock, which is real time for every process. */
import { sql } from 'kysely'
import type { Db, Tx } from '../../../platform/db/db.ts'
import { SECOND } from '../../../platform/time/duration.ts'
import { MOST_MISSED_OFFERS } from '../../agents/service.ts'
import { type DueFilter, dueFor, mayBeOfferedTo } from './due-queries.ts'
import { callbackColumns, type CallbackRecord } from '../record-queries.ts'

/** Free, with a phone that rings, not looking at an offer already, and not gone from the screen. */
const isOfferable = sql<boolean>`
  agent.status = 'free'
  and agent.retired_at is null
  and agent.is_phone_reachable
  and agent.call_mode <> 'manual'
  and not exists (select from callback_offer where agent_user_id = agent.user_id and ended_at is null)
  and agent.missed_offers < ${MOST_MISSED_OFFERS}`

/** Whether there is anybody to offer to, or an offer to end: else no round is worth its queries. */
export async function outlook(db: Db): Promise<{ hasAgents: boolean; hasOffers: boolean }> {
  const { rows } = await sql<{ hasAgents: boolean; hasOffers: boolean }>`
    select
      exists (select from agent where ${isOfferable}) as has_agents,
      exists (select from callback_offer where ended_at is null) as has_offers`.execute(db)
  return rows[0]!
}

/** Those who can be offered something that is due in these countries, whoever has been free longest first. */
export async function listOfferable(db: Db, { countryIds, now }: { countryIds: readonly string[]; now: Date }): Promise<string[]> {
  const { rows } = await sql<{ userId: string }>`
    select agent.user_id
    from agent
    join app_user on app_user.id = agent.user_id and app_user.is_active and app_user.role = 'agent'
    where ${isOfferable}
      and (exists (
        select
        from callback
        where callback.status = 'waiting'
          and callback.held_reason is null
          and callback.assigned_agent_user_id = agent.user_id
          and callback.assigned_until > ${now}
          and callback.country_id = any(${[...countryIds]}::text[])
          and callback.due_at <= ${now}
          and ${mayBeOfferedTo(sql.ref('agent.user_id'))}
      ) or exists (
        select
        from unnest(agent.country_ids) as country (id)
        join agent_certificate as certified on certified.agent_user_id = agent.user_id
        cross join lateral (
          select
          from callback
          where callback.status = 'waiting'
            and callback.held_reason is null
            and callback.country_id = country.id
            and callback.language_code = certified.language_code
            and callback.due_at <= ${now}
            and callback.promise_until <= ${now}::timestamptz + interval '26 hours'
            and (assigned_agent_user_id is null or assigned_until <= ${now})
            and ${mayBeOfferedTo(sql.ref('agent.user_id'))}
          limit 1
        ) as due
        where country.id = any(${[...countryIds]}::text[])
          and country.id = any(app_user.country_ids)
          and certified.language_code = any(agent.language_codes)
      ))
    order by agent.status_since, agent.user_id`.execute(db)
  return rows.map(({ userId }) => userId)
}

/** Locks the agent for an offer; undefined when another process is at them, or they can be offered nothing now. */
export async function lockOfferable(tx: Tx, userId: string): Promise<{ mode: OfferMode } | undefined> {
  const { rows } = await sql<{ mode: OfferMode }>`
    select call_mode as mode from agent where user_id = ${userId} and ${isOfferable} for update skip locked`.execute(tx)
  return rows[0]
}

/** What is most urgent for this agent and nobody is looking at, locked. */
export async function lockDue(tx: Tx, filter: Omit<DueFilter, 'limit'>): Promise<CallbackRecord | undefined> {
  const row = await tx
    .with('due', () => dueFor({ ...filter, limit: 1 }, mayBeOfferedTo(filter.agentUserId)))
    .selectFrom('callback')
    .innerJoin('due', 'due.id', 'callback.id')
    .select(callbackColumns)
    .executeTakeFirst()
  return row as CallbackRecord | undefined
}

export type OfferMode = 'preview' | 'progressive'
export type OfferToInsert = { callbackId: string; agentUserId: string; mode: OfferMode; seconds: number }

/**
 * Undefined when another process was first by a moment: its offer was committed after ours had been looked for, and locking the
 * callback shows none of that.
 */
export async function insertOffer(tx: Tx, { seconds, ...offer }: OfferToInsert): Promise<string | undefined> {
  const openUntil = sql<Date>`clock_timestamp() + ${seconds} * interval '1 second'`
  const row = await tx
    .insertInto('callbackOffer')
    .values({ ...offer, openUntil })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id
}

export type OfferRecord = {
  id: string
  callbackId: string
  agentUserId: string
  mode: OfferMode
  /** Real seconds it is still open; 0 when its time is over. */
  secondsLeft: number
  isListening: boolean
}

const openOffers = (db: Db) =>
  db
    .selectFrom('callbackOffer')
    .select(['id', 'callbackId', 'agentUserId', 'mode'])
    .select(sql<number>`greatest(0, extract(epoch from open_until - clock_timestamp()))::float8`.as('secondsLeft'))
    .select((eb) => eb('listeningSince', 'is not', null).as('isListening'))
    .where('endedAt', 'is', null)
    .$narrowType<{ mode: OfferMode; isListening: boolean }>()

/** The one in front of an agent. */
export function findOpenOffer(db: Db, agentUserId: string): Promise<OfferRecord | undefined> {
  return openOffers(db).where('agentUserId', '=', agentUserId).executeTakeFirst()
}

/** More time for one that is open, once. @returns its callback; undefined when it is over, another agent's, or had it already */
export async function giveTimeToListen(tx: Tx, { id, agentUserId, seconds }: { id: string; agentUserId: string; seconds: number }) {
  return tx
    .updateTable('callbackOffer')
    .set({ openUntil: sql<Date>`clock_timestamp() + ${seconds} * interval '1 second'`, listeningSince: sql<Date>`clock_timestamp()` })
    .where('id', '=', id)
    .where('agentUserId', '=', agentUserId)
    .where('endedAt', 'is', null)
    .where('openUntil', '>', sql<Date>`clock_timestamp()`)
    .where('listeningSince', 'is', null)
    .returning('callbackId')
    .executeTakeFirst()
}

export type OfferEnd = 'accepted' | 'rung' | 'declined' | 'withdrawn'

/** Ends one in its time. @returns its callback; undefined when it was over, or is another agent's */
export async function endOffer(tx: Tx, { id, agentUserId, as }: { id: string; agentUserId: string; as: OfferEnd }) {
  return tx
    .updateTable('callbackOffer')
    .set({ endedAt: sql<Date>`clock_timestamp()`, endedAs: as })
    .where('id', '=', id)
    .where('agentUserId', '=', agentUserId)
    .where('endedAt', 'is', null)
    .where('openUntil', '>', sql<Date>`clock_timestamp()`)
    .returning('callbackId')
    .executeTakeFirst()
}

/** One that was over for longer when it was noticed fell into a time when no process was there: nobody could have answered it. */
const NOTICED_WITHIN_MS = 10 * SECOND

export type OfferOver = { callbackId: string; agentUserId: string; endedAs: 'lapsed' | 'withdrawn' }

/** Those whose time is over, and those whose agent or callback was needed elsewhere, ended. @returns whose they were */
export async function endOver(db: Db): Promise<OfferOver[]> {
  const { rows } = await sql<OfferOver>`
    update callback_offer
    set ended_at = clock_timestamp(), ended_as = case
      when open_until between clock_timestamp() - ${NOTICED_WITHIN_MS} * interval '1 millisecond' and clock_timestamp() then 'lapsed'
      else 'withdrawn'
    end
    where ended_at is null
      and (
        open_until <= clock_timestamp()
        or not exists (
          select from agent
          where user_id = agent_user_id and status = 'free' and is_phone_reachable and call_mode <> 'manual' and retired_at is null
        )
        or not exists (select from callback where id = callback_id and status = 'waiting' and held_reason is null)
      )
    returning callback_id, agent_user_id, ended_as`.execute(db)
  return rows
}

export async function countOpenOffers(db: Db, countryId: string): Promise<number> {
  const { count } = await db
    .selectFrom('callbackOffer')
    .innerJoin('callback', 'callback.id', 'callbackOffer.callbackId')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('callbackOffer.endedAt', 'is', null)
    .where('callback.countryId', '=', countryId)
    .executeTakeFirstOrThrow()
  return Number(count)
}

/**
 * Real milliseconds until an offer's time is over, and until the next callback falls due after `now`; undefined: none.
 */
export async function msUntilNext(db: Db, now: Date): Promise<number | undefined> {
  const { rows } = await sql<{ ms: number | null }>`
    select least(
      (select extract(epoch from min(open_until) - clock_timestamp()) * 1000 from callback_offer where ended_at is null),
      (select extract(epoch from min(due_at) - ${now}::timestamptz) * 1000 from callback
        where status = 'waiting' and held_reason is null and due_at > ${now})
    )::float8 as ms`.execute(db)
  return rows[0]?.ms ?? undefined
}

/** Forgets what was offered more than a month ago. */
export async function forgetOldOffers(db: Db): Promise<void> {
  await sql`delete from callback_offer where ended_at < now() - interval '30 days'`.execute(db)
}
