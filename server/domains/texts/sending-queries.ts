/** The texts that are to go out. Leases and due times run on the database's clock, which is real time for every process. */
import { type ExpressionBuilder, sql } from 'kysely'
import type { Database, Db, Tx } from '../../platform/db/db.ts'
import { SECOND } from '../../platform/time/duration.ts'
import type { TextTrouble } from './contract.ts'

/** Longer than any gateway is waited for. */
const LEASE_MS = 60 * SECOND
const inMs = (ms: number) => sql<Date>`clock_timestamp() + ${ms} * interval '1 millisecond'`
const unclaimed = { claimToken: null, leaseUntil: null } as const

export type Claimed = {
  id: string
  conversationId: string
  dataKeyId: string
  bodySealed: Buffer
  gatewayId: string | null
  sentence: string | null
  tries: number
  partsSent: number
  claimToken: string
}

/**
 * Claims what is due longest, for one process only. A gateway that speaks HTTP knows a text by its id, so one whose sender died is
 * sent again; SIP does not, see `giveUpUncertain`.
 * @param busyGatewayIds those that have enough to do: theirs wait
 */
export async function claimDue(db: Db, busyGatewayIds: readonly string[]): Promise<Claimed | undefined> {
  const due = db
    .selectFrom('textMessage')
    .select('id')
    .where('state', '=', 'queued')
    .where('dueAt', '<=', sql<Date>`clock_timestamp()`)
    .where(isForAnyBut(busyGatewayIds))
    .where((eb) =>
      eb.or([
        eb('claimToken', 'is', null),
        eb.and([eb('leaseUntil', '<=', sql<Date>`clock_timestamp()`), eb('gatewayId', 'is not', null)]),
      ]),
    )
    .orderBy('dueAt')
    .orderBy('id')
    .limit(1)
    .forUpdate()
    .skipLocked()
  const row = await db
    .with('due', () => due)
    .updateTable('textMessage')
    .from('due')
    .set({ claimToken: sql<string>`gen_random_uuid()`, leaseUntil: inMs(LEASE_MS), tries: sql<number>`tries + 1` })
    .whereRef('textMessage.id', '=', 'due.id')
    .returning(['textMessage.id', 'conversationId', 'dataKeyId', 'bodySealed', 'gatewayId', 'sentence', 'tries', 'partsSent', 'claimToken'])
    .executeTakeFirst()
  return row as Claimed | undefined
}

/** Whose sender died over SIP: it may have gone, and a second one would be one too many. @returns their conversations */
export async function giveUpUncertain(db: Db): Promise<string[]> {
  const rows = await db
    .updateTable('textMessage')
    .set({ ...unclaimed, dueAt: null, state: 'failed', trouble: 'uncertain' })
    .where('state', '=', 'queued')
    .where('gatewayId', 'is', null)
    .where('leaseUntil', '<=', sql<Date>`clock_timestamp()`)
    .returning('conversationId')
    .execute()
  return rows.map(({ conversationId }) => conversationId)
}

/** Milliseconds until something is due for another gateway than the busy ones, 0 when it is; undefined when nothing waits. */
export async function msUntilDue(db: Db, busyGatewayIds: readonly string[]): Promise<number | undefined> {
  const row = await db
    .selectFrom('textMessage')
    .select(sql<number>`greatest(0, extract(epoch from greatest(due_at, lease_until) - clock_timestamp()) * 1000)::float8`.as('ms'))
    .where('state', '=', 'queued')
    .where(isForAnyBut(busyGatewayIds))
    .orderBy('ms')
    .limit(1)
    .executeTakeFirst()
  return row?.ms
}

/** Texts without a gateway go by SIP, which is never busy. */
const isForAnyBut = (gatewayIds: readonly string[]) => (eb: ExpressionBuilder<Database, 'textMessage'>) =>
  gatewayIds.length ? eb.or([eb('gatewayId', 'is', null), eb('gatewayId', 'not in', gatewayIds)]) : eb.lit(true)

type Claim = { textId: string; claimToken: string }

/** Each returns the conversation, or undefined when the claim has moved or a report was faster. */
export async function setHandedOver(tx: Tx, claim: Claim, gatewayMessageId: string | null): Promise<string | undefined> {
  return moved(tx, claim, { state: 'handed-over', dueAt: null, gatewayMessageId })
}

export async function setFailed(tx: Tx, claim: Claim, trouble: TextTrouble, partsSent?: number): Promise<string | undefined> {
  return moved(tx, claim, { state: 'failed', dueAt: null, trouble, ...(partsSent !== undefined && { partsSent }) })
}

export async function setDueLater(tx: Tx, claim: Claim, { ms, partsSent }: { ms: number; partsSent: number }): Promise<string | undefined> {
  return moved(tx, claim, { dueAt: inMs(ms), partsSent })
}

async function moved(tx: Tx, { textId, claimToken }: Claim, change: Record<string, unknown>): Promise<string | undefined> {
  const row = await tx
    .updateTable('textMessage')
    .set({ ...change, ...unclaimed })
    .where('id', '=', textId)
    .where('claimToken', '=', claimToken)
    .returning('conversationId')
    .executeTakeFirst()
  return row?.conversationId
}

export async function setReported(tx: Tx, id: string, state: 'delivered' | 'failed'): Promise<void> {
  await tx
    .updateTable('textMessage')
    .set({ ...unclaimed, state, dueAt: null, trouble: state === 'failed' ? 'not-delivered' : null })
    .where('id', '=', id)
    .execute()
}

export function getConversationOf(db: Db, id: string) {
  return db
    .selectFrom('textConversation')
    .innerJoin('phoneNumber', 'phoneNumber.id', 'textConversation.phoneNumberId')
    .select(['textConversation.countryId', 'phoneNumberId', 'lineDid', 'neverCallSince', 'neverTextSince'])
    .where('textConversation.id', '=', id)
    .executeTakeFirstOrThrow()
}
