import { sql } from 'kysely'
import type { Db, Tx } from '../../platform/db/db.ts'
import type { CallStatus, CallView, ContactChoice } from './contract.ts'

export type CallToInsert = {
  id: string
  direction: 'inbound' | 'outbound'
  flow: 'inbound' | 'callback' | 'fallback'
  countryId: string
  lineDid: string
  channelId: string
  instance: string
  /** Not noted when there is none of this name. */
  trunkId: string | null
  callerNumber: 'kept' | 'withheld' | 'unusable' | 'ours'
  phoneNumberId: string | null
  agentUserId: string | null
  callbackId: string | null
  languageCode: string | null
  startedAt: Date
}

/** @returns false when the call is there already */
export async function insertCall(tx: Tx, { trunkId, ...call }: CallToInsert): Promise<boolean> {
  const trunk = sql<string | null>`(select id from trunk where id = ${trunkId})`
  const result = await tx
    .insertInto('call')
    .values({ ...call, trunkId: trunk, status: 'ringing', statusSince: call.startedAt })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

export function findLine(db: Db, did: string) {
  return db.selectFrom('countryLine').select(['countryId', 'fixedLanguageCode']).where('did', '=', did).executeTakeFirst()
}

export type Progress = {
  callId: string
  sequence: number
  name: string
  status?: CallStatus | undefined
  languageCode?: string | undefined
  agentUserId?: string | null | undefined
  at: Date
}

/**
 * Notes a step, and moves its call unless it is noted already, the call has ended, or a later step has moved it. One statement, as
 * every call has many.
 * @returns what there was: the call, and whether it moved
 */
export async function insertStep(tx: Tx, { callId, sequence, name, status, languageCode, agentUserId, at }: Progress) {
  const isChange = status !== undefined || languageCode !== undefined || agentUserId !== undefined
  const { rows } = await sql<{ isKnown: boolean; hasMoved: boolean }>`
    with known as (select id from call where id = ${callId}),
    noted as (
      insert into call_step (call_id, sequence, name, at)
      select id, ${sequence}::int, ${name}, ${at}::timestamptz from known
      on conflict do nothing
      returning call_id
    ),
    moved as (
      update call
      set status = coalesce(${status ?? null}, status),
        status_since = case when ${status ?? null}::text is null then status_since else ${at}::timestamptz end,
        answered_at = case when ${status ?? null}::text = 'talking' then coalesce(answered_at, ${at}::timestamptz) else answered_at end,
        language_code = coalesce(${languageCode ?? null}, language_code),
        agent_user_id = case when ${agentUserId !== undefined}::bool then ${agentUserId ?? null}::uuid else agent_user_id end,
        updated_at = now()
      where ${isChange}::bool and id in (select call_id from noted) and status <> 'ended'
        and not exists (select from call_step where call_id = ${callId} and sequence > ${sequence}::int)
      returning id
    )
    select exists (select from known) as is_known, exists (select from moved) as has_moved`.execute(tx)
  return rows[0]!
}

export async function saveFlowState(db: Db, callId: string, state: object): Promise<void> {
  await db
    .updateTable('call')
    .set({ flowState: JSON.stringify(state), updatedAt: sql<Date>`now()` })
    .where('id', '=', callId)
    .execute()
}

/** @returns false when it had ended before, or is not known */
export async function endCall(tx: Tx, { callId, at, reason }: { callId: string; at: Date; reason: string }): Promise<boolean> {
  const result = await tx
    .updateTable('call')
    .set({ status: 'ended', statusSince: at, endedAt: at, endReason: reason, updatedAt: sql<Date>`now()` })
    .where('id', '=', callId)
    .where('status', '!=', 'ended')
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

const openColumns = ['id as callId', 'channelId', 'lineDid as did', 'flow', 'flowState', 'startedAt', 'callbackId', 'instance'] as const

/** @returns those that were open, oldest first */
export async function moveOpenCalls(tx: Tx, { from, to, at }: { from: string; to: string; at: Date }) {
  const moved = await tx
    .updateTable('call')
    .set({ instance: to, takenOverAt: at })
    .where('instance', '=', from)
    .where('status', '!=', 'ended')
    .returning(openColumns)
    .execute()
  return moved.toSorted((one, other) => one.startedAt.getTime() - other.startedAt.getTime())
}

/** Those of the ids that a process other than this one has. */
export async function listTaken(db: Db, instance: string, ids: readonly string[]) {
  return db
    .selectFrom('call')
    .select(['id', 'takenOverAt'])
    .where('id', 'in', [...ids])
    .where('instance', '!=', instance)
    .where('takenOverAt', 'is not', null)
    .execute()
}

export function listOpenCalls(db: Db, instance?: string) {
  return db
    .selectFrom('call')
    .select(openColumns)
    .where('status', '!=', 'ended')
    .$if(instance !== undefined, (query) => query.where('instance', '=', instance!))
    .orderBy('startedAt')
    .execute()
}

/** Whether somebody who rang in by that trunk is still on the line. */
export async function hasOpenCall(db: Db, trunkId: string): Promise<boolean> {
  const open = db.selectFrom('call').select('id').where('trunkId', '=', trunkId).where('endedAt', 'is', null)
  return (await open.limit(1).executeTakeFirst()) !== undefined
}

export function findCalls(db: Db, ids: readonly string[]) {
  return db
    .selectFrom('call')
    .select(['id', 'flow', 'lineDid as did', 'languageCode', 'startedAt', 'endedAt'])
    .where('id', 'in', [...ids])
    .execute()
}

const callers = (db: Db, callId: string) =>
  db
    .selectFrom('call')
    .select(['id', 'countryId', 'languageCode', 'phoneNumberId', 'callbackId', 'trunkId', 'contactChoice', 'contactNumberId', 'workerId'])
    .where('id', '=', callId)
    .$narrowType<{ contactChoice: ContactChoice | null }>()

/** What other domains need of a call to ring its caller back. */
export function findCaller(db: Db, callId: string) {
  return callers(db, callId).executeTakeFirst()
}

/** Locks the call until the transaction ends: what was left and what was chosen are settled one after the other. */
export function lockCaller(tx: Tx, callId: string) {
  return callers(tx, callId).forUpdate().executeTakeFirst()
}

export async function setContact(tx: Tx, callId: string, contact: { choice: ContactChoice; numberId: string | null }): Promise<void> {
  const { choice: contactChoice, numberId: contactNumberId } = contact
  await tx.updateTable('call').set({ contactChoice, contactNumberId }).where('id', '=', callId).execute()
}

export async function setWorker(tx: Tx, callId: string, workerId: string): Promise<void> {
  await tx.updateTable('call').set({ workerId }).where('id', '=', callId).execute()
}

export async function setCallback(tx: Tx, callId: string, callbackId: string | null): Promise<void> {
  await tx.updateTable('call').set({ callbackId }).where('id', '=', callId).execute()
}

const views = (db: Db) =>
  db
    .selectFrom('call')
    .leftJoin('callback', 'callback.id', 'call.callbackId')
    .select([
      'call.id',
      'call.direction',
      'call.status',
      'call.countryId',
      'call.languageCode',
      'call.agentUserId',
      'callback.reference as callbackReference',
      'call.startedAt',
      'call.statusSince',
      'call.endedAt',
      'call.endReason',
    ])
    .$narrowType<Pick<CallView, 'direction' | 'status'>>()

export type CallViewRow = Awaited<ReturnType<typeof listLiveCalls>>[number]

export function findCallView(db: Db, id: string): Promise<CallViewRow | undefined> {
  return views(db).where('call.id', '=', id).executeTakeFirst()
}

/** What goes on now, oldest first. */
export function listLiveCalls(db: Db) {
  return views(db).where('call.status', '!=', 'ended').orderBy('call.startedAt').execute()
}
