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
  callerNumber: 'kept' | 'withheld' | 'unusable' | 'ours'
  phoneNumberId: string | null
  agentUserId: string | null
  callbackId: string | null
  languageCode: string | null
  startedAt: Date
}

/** @returns false when the call is there already */
export async function insertCall(tx: Tx, call: CallToInsert): Promise<boolean> {
  const result = await tx
    .insertInto('call')
    .values({ ...call, status: 'ringing', statusSince: call.startedAt })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

export function findLine(db: Db, did: string) {
  return db.selectFrom('countryLine').select(['countryId', 'fixedLanguageCode']).where('did', '=', did).executeTakeFirst()
}

export type StepToInsert = { callId: string; sequence: number; name: string; at: Date }

/** @returns false when it is there already */
export async function insertStep(tx: Tx, step: StepToInsert): Promise<boolean> {
  const result = await tx
    .insertInto('callStep')
    .values(step)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

export type Progress = {
  callId: string
  sequence: number
  status?: CallStatus | undefined
  languageCode?: string | undefined
  agentUserId?: string | null | undefined
  at: Date
}

/** Moves a call that has not ended, unless a later step has moved it already. @returns whether it did */
export async function moveCall(tx: Tx, { callId, sequence, status, languageCode, agentUserId, at }: Progress): Promise<boolean> {
  const result = await tx
    .updateTable('call')
    .set({
      ...(status !== undefined && { status, statusSince: at }),
      ...(status === 'talking' && { answeredAt: sql<Date>`coalesce(answered_at, ${at})` }),
      ...(languageCode !== undefined && { languageCode }),
      ...(agentUserId !== undefined && { agentUserId }),
      updatedAt: sql<Date>`now()`,
    })
    .where('id', '=', callId)
    .where('status', '!=', 'ended')
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('callStep').select('sequence').where('callId', '=', callId).where('sequence', '>', sequence))),
    )
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
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

export function listOpenCalls(db: Db, instance?: string) {
  return db
    .selectFrom('call')
    .select(['id as callId', 'channelId', 'lineDid as did', 'flow', 'flowState', 'startedAt', 'callbackId', 'instance'])
    .where('status', '!=', 'ended')
    .$if(instance !== undefined, (query) => query.where('instance', '=', instance!))
    .orderBy('startedAt')
    .execute()
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
    .select(['id', 'countryId', 'languageCode', 'phoneNumberId', 'callbackId', 'contactChoice', 'contactNumberId', 'workerId'])
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
