/** Agents held for a caller who waits: each is one caller's alone. */
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../../platform/db/db.ts'

export type Wish = { callId: string; countryId: string; languageCode: string }
export type Held = { userId: string; sipUser: string }

/** Of these agents a caller in this country and language may expect help: reachable, certified, theirs. */
const mayHelp = ({ countryId, languageCode }: Wish) => sql<boolean>`
  agent.retired_at is null
  and agent.is_phone_reachable
  and ${countryId} = any(agent.country_ids)
  and ${languageCode} = any(agent.language_codes)
  and exists (select from app_user where id = agent.user_id and is_active and role = 'agent' and ${countryId} = any(country_ids))
  and exists (select from agent_certificate where agent_user_id = agent.user_id and language_code = ${languageCode})`

/**
 * Callers who rang earlier and wait for the same language: one who was rung for in vain keeps the place. One whose process died is passed over: a waiting call is saved at every
 * tick of its queue.
 */
const waitsLonger = ({ callId, countryId, languageCode }: Wish) => sql`
  from call
  where status = 'waiting' and country_id = ${countryId} and language_code = ${languageCode} and id <> ${callId}
    and started_at < coalesce((select started_at from call where id = ${callId}), 'infinity')
    and updated_at > now() - interval '15 seconds'`

/**
 * Holds the agent who has been free longest, unless somebody waits longer. However many processes ask, each agent is held once.
 * One whose row is locked this moment, as a callback is looked for that could be offered to them, is waited for; when somebody else got
 * them, it is the next who is not locked.
 */
export async function hold(db: Db, wish: Wish, times: Times): Promise<Held | undefined> {
  return (await holdFirst(db, wish, times, sql``)) ?? (await holdFirst(db, wish, times, sql`for update skip locked`))
}

type Times = { now: Date; holdMs: number }

/** NOTE: the first of them is locked by the update alone: a subquery that waited for its lock would keep those it passed over, too. */
async function holdFirst(db: Db, wish: Wish, { now, holdMs }: Times, lock: RawBuilder<unknown>): Promise<Held | undefined> {
  const { rows } = await sql<Held>`
    update agent
    set status = 'on-call', status_since = ${now}, free_before_hold = status_since, break_reason = null, held_for_call_id = ${wish.callId},
      hold_until = clock_timestamp() + ${holdMs} * interval '1 millisecond'
    where user_id = (
      select user_id from agent
      where status = 'free' and ${mayHelp(wish)} and not exists (select ${waitsLonger(wish)})
      order by status_since, user_id
      limit 1
      ${lock}
    )
      and status = 'free' and ${mayHelp(wish)}
    returning user_id, sip_user`.execute(db)
  return rows[0]
}

export type Figures = { onDuty: number; ahead: number; meanSeconds: number | null; measured: number }

/** How things stand for somebody who must wait. `meanSeconds` of the country's last twenty conversations of a month. */
export async function figures(db: Db, wish: Wish): Promise<Figures> {
  const { rows } = await sql<Figures>`
    select
      (select count(*) from agent where status in ('free', 'on-call', 'wrap-up') and ${mayHelp(wish)}) as on_duty,
      (select count(*) ${waitsLonger(wish)}) as ahead,
      talked.*
    from (
      select avg(seconds)::float8 as mean_seconds, count(*) as measured
      from (
        select extract(epoch from ended_at - answered_at) as seconds
        from call
        where country_id = ${wish.countryId} and direction = 'inbound' and answered_at is not null
          and ended_at > now() - interval '30 days'
        order by ended_at desc
        limit 20
      ) as recent
    ) as talked`.execute(db)
  return rows[0]!
}

/** Nothing came of it: whoever had been free longest is so still. */
const since = (now: Date) => sql<Date>`coalesce(free_before_hold, ${now})`

/** Ends the hold of a call, on one agent or on whoever it is. @returns whom it had held */
export async function release(
  db: Db,
  { callId, agentUserId, status, now }: { callId: string; agentUserId: string | null; status: 'free' | 'away'; now: Date },
): Promise<string[]> {
  const rows = await db
    .updateTable('agent')
    .set({ status, statusSince: status === 'free' ? since(now) : now, freeBeforeHold: null, heldForCallId: null, holdUntil: null })
    .where('heldForCallId', '=', callId)
    .$if(agentUserId !== null, (query) => query.where('userId', '=', agentUserId!))
    .returning('userId')
    .execute()
  return rows.map(({ userId }) => userId)
}

/** Holds whose time is over, ended. @returns whose */
export async function releaseExpired(db: Db, now: Date): Promise<string[]> {
  const rows = await db
    .updateTable('agent')
    .set({ status: 'free', statusSince: since(now), freeBeforeHold: null, heldForCallId: null, holdUntil: null })
    .where('holdUntil', '<=', sql<Date>`clock_timestamp()`)
    .returning('userId')
    .execute()
  return rows.map(({ userId }) => userId)
}

/** Caller and agent talk: what the agent is doing is the conversation's to say from now on. */
export async function endHold(db: Db, agentUserId: string, now: Date): Promise<void> {
  await db
    .updateTable('agent')
    .set({ status: 'on-call', statusSince: now, heldForCallId: null, holdUntil: null, breakReason: null })
    .where('userId', '=', agentUserId)
    .execute()
}
