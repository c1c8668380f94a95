/** Claims: who may ring a callback next. Every statement here either gets the row alone or gets nothing. */
import { sql } from 'kysely'
import type { Db, Tx } from '../../../platform/db/db.ts'
import { allHaveTold } from '../../../platform/db/instances.ts'
import { SECOND } from '../../../platform/time/duration.ts'
import { type DueFilter, dueFor, notOfferedToOthers } from './due-queries.ts'
import { callbackColumns, type CallbackRecord } from '../record-queries.ts'

/** How long a claim may go without an attempt. Leases run on the database's clock, which is real time for every process. */
export const CLAIM_LEASE_MS = 60 * SECOND

export const leaseEnd = (ms: number) => sql<Date>`clock_timestamp() + ${ms} * interval '1 millisecond'`

/** Claims what is due in these countries and languages, most urgent first (due-queries.ts), each row for one claimer only. One statement. */
export async function claimDue(db: Db, filter: DueFilter): Promise<CallbackRecord[]> {
  const rows = await db
    .with('due', () => dueFor(filter, notOfferedToOthers(filter.agentUserId)))
    .updateTable('callback')
    .from('due')
    .set(claimedBy(filter.agentUserId))
    .whereRef('callback.id', '=', 'due.id')
    .returning(callbackColumns)
    .execute()
  return rows as CallbackRecord[]
}

/** Claims this one, due or not: who takes it by hand is told why it may not ring. Undefined when it is not to be had. */
export async function claimOne(db: Db, id: string, agentUserId: string): Promise<CallbackRecord | undefined> {
  const free = db
    .selectFrom('callback')
    .select('id')
    .where('id', '=', id)
    .where('status', '=', 'waiting')
    .where('heldReason', 'is', null)
    .forUpdate()
    .skipLocked()
  const row = await db
    .with('free', () => free)
    .updateTable('callback')
    .from('free')
    .set(claimedBy(agentUserId))
    .whereRef('callback.id', '=', 'free.id')
    .returning(callbackColumns)
    .executeTakeFirst()
  return row as CallbackRecord | undefined
}

/** The claimed callback, locked; undefined when the claim has moved. */
export async function lockClaim(tx: Tx, claim: { id: string; claimToken: string }): Promise<CallbackRecord | undefined> {
  const row = await tx
    .selectFrom('callback')
    .select(callbackColumns)
    .where('id', '=', claim.id)
    .where('claimToken', '=', claim.claimToken)
    .where('status', '=', 'claimed')
    .forUpdate()
    .executeTakeFirst()
  return row as CallbackRecord | undefined
}

/** Gives a claim back unused. @param dueAt when it is to be looked at again; absent: as before */
export async function releaseClaim(tx: Tx, claim: { id: string; claimToken: string }, dueAt?: Date): Promise<void> {
  await tx
    .updateTable('callback')
    .set({ ...unclaimed, status: 'waiting', ...(dueAt && { dueAt }), updatedAt: sql<Date>`now()` })
    .where('id', '=', claim.id)
    .where('claimToken', '=', claim.claimToken)
    .execute()
}

export async function extendLease(
  tx: Tx,
  id: string,
  status: 'claimed' | 'ringing' | 'talking' | 'wrap-up',
  leaseMs: number,
): Promise<void> {
  await tx
    .updateTable('callback')
    .set({ status, leaseUntil: leaseEnd(leaseMs), updatedAt: sql<Date>`now()` })
    .where('id', '=', id)
    .execute()
}

/** Told of within a second by a process that lives. */
const UNTOLD_AFTER = sql`interval '1 minute'`

/**
 * A try was begun, and no process ever told of its call: killed in that very moment. Its lease is as long as a conversation may be, and
 * nobody has one.
 */
const isUntold = sql<boolean>`(
  callback.status in ('claimed', 'ringing') and callback.updated_at < clock_timestamp() - ${UNTOLD_AFTER}
  and exists (
    select from attempt
    where attempt.claim_token = callback.claim_token and attempt.ended_at is null and not attempt.is_inbound
      and not exists (select from call where call.id = attempt.id)))`

/**
 * A claim whose lease ran out, or whose call nobody knows, locked; those another process is working on are left to it. None while a
 * process may still have on its disk how the call went.
 */
export async function lockExpired(tx: Tx): Promise<CallbackRecord | undefined> {
  const row = await tx
    .selectFrom('callback')
    .select(callbackColumns)
    .where('claimToken', 'is not', null)
    .where((eb) =>
      eb.or([
        eb.and([eb('leaseUntil', '<=', sql<Date>`clock_timestamp()`), eb(allHaveTold('callback.leaseUntil'), '=', true)]),
        eb.and([eb(isUntold, '=', true), eb(allHaveTold('callback.updatedAt'), '=', true)]),
      ]),
    )
    .orderBy('leaseUntil')
    .limit(1)
    .forUpdate()
    .skipLocked()
    .executeTakeFirst()
  return row as CallbackRecord | undefined
}

export const unclaimed = { claimToken: null, claimedByUserId: null, leaseUntil: null } as const

function claimedBy(agentUserId: string) {
  return {
    status: 'claimed',
    claimToken: sql<string>`gen_random_uuid()`,
    claimedByUserId: agentUserId,
    leaseUntil: leaseEnd(CLAIM_LEASE_MS),
    updatedAt: sql<Date>`now()`,
  }
}
