import { type RawBuilder, sql } from 'kysely'
import type { Db, Tx } from '../../platform/db/db.ts'
import type { RetentionReport, RetentionRow } from './contract.ts'
import { CALLER_MONTHS } from './rules.ts'

/**
 * Of the row `worker` of the query around it: nothing waits for anybody, and the last thing that happened lies further back than the
 * term of their client. Whoever is on the list of an open visit, has an open callback or case, a message nobody heard, a text nobody
 * read or one that is to be sent yet, is kept, however long ago it was.
 */
const isDue = (now: Date): RawBuilder<boolean> => sql<boolean>`(
  worker.erased_at is null
  and worker.created_at < ${before(now)}
  and not exists (select from callback where worker_id = worker.id and (status not in ('done', 'closed') or closed_at >= ${before(now)}))
  and not exists (select from grievance_case where worker_id = worker.id and (status <> 'closed' or updated_at >= ${before(now)}))
  and not exists (select from voicemail where worker_id = worker.id and (heard_at is null or left_at >= ${before(now)}))
  and not exists (select from text_conversation where worker_id = worker.id and (unread_count > 0 or last_text_at >= ${before(now)}))
  and not exists (select from text_message join text_conversation on text_conversation.id = conversation_id
    where worker_id = worker.id and state = 'queued')
  and not exists (select from interview join audit on audit.id = interview.audit_id where interview.worker_id = worker.id and audit.status = 'open')
  and not exists (select from call where (call.worker_id = worker.id or call.phone_number_id = worker.phone_number_id)
    and (ended_at is null or ended_at >= ${before(now)})))`

/** The instant before which everything must lie. */
const before = (now: Date) => sql<Date>`${now}::timestamptz - make_interval(months => coalesce(
  (select client.retention_months from factory join client on client.id = factory.client_id where factory.id = worker.factory_id), ${CALLER_MONTHS}))`

/** Begins the night of a day. @returns false when another process has, or had, it and came to its end */
export async function claimNight(tx: Tx, day: string): Promise<boolean> {
  const { rows } = await sql`
    insert into retention_run (day) values (${day}::date)
    on conflict (day) do update set day = excluded.day where retention_run.finished_at is null
    returning day`.execute(tx)
  return rows.length > 0
}

/** Announces whoever has become due. @returns how many */
export async function announceDue(tx: Tx, now: Date, eraseAfter: Date): Promise<number> {
  const { numAffectedRows } = await sql`update worker set erase_after = ${eraseAfter} where erase_after is null and ${isDue(now)}`.execute(
    tx,
  )
  return Number(numAffectedRows ?? 0n)
}

/** Takes back what was announced of whoever is due no more. @returns how many */
export async function withdrawAnnounced(tx: Tx, now: Date): Promise<number> {
  const { numAffectedRows } = await sql`
    update worker set erase_after = null where erase_after is not null and erased_at is null and not ${isDue(now)}`.execute(tx)
  return Number(numAffectedRows ?? 0n)
}

/** Some of those whose notice is over, whom no other process is erasing. */
export async function listRipe(db: Db, now: Date, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from worker where erase_after <= ${now} and erased_at is null order by erase_after, id limit ${limit}`.execute(db)
  return rows.map(({ id }) => id)
}

/** Locks the worker, their conversations and their numbers, and looks again. @returns undefined when they are due no more */
export async function lockRipe(tx: Tx, id: string, now: Date): Promise<{ id: string; dataKeyId: string } | undefined> {
  await sql`select from text_conversation where worker_id = ${id} order by id for update`.execute(tx)
  await sql`select from phone_number where id in (select phone_number_id from worker where id = ${id}) for update`.execute(tx)
  const { rows } = await sql<{ id: string; dataKeyId: string }>`
    select id, data_key_id as "dataKeyId" from worker where id = ${id} and erase_after <= ${now} and ${isDue(now)} for update`.execute(tx)
  return rows[0]
}

/** Keys of all that is not under the worker's own: messages, texts, cases. */
export async function listKeysOf(tx: Tx, workerId: string): Promise<string[]> {
  const { rows } = await sql<{ keyId: string }>`
    select recording.data_key_id as "keyId" from recording join voicemail on voicemail.recording_id = recording.id where worker_id = ${workerId}
    union
    select text_message.data_key_id from text_message join text_conversation on text_conversation.id = conversation_id where worker_id = ${workerId}
    union
    select data_key_id from grievance_case where worker_id = ${workerId}`.execute(tx)
  return rows.map(({ keyId }) => keyId)
}

export type Gone = { voicemails: number; texts: number; cases: number }

/** What they said and what was said to them. Callbacks, tries and cases stay as figures, without a word in them. */
export async function deleteWordsOf(tx: Tx, workerId: string): Promise<Gone> {
  await sql`update grievance_case set voicemail_id = null where worker_id = ${workerId}`.execute(tx)
  const voicemails = await sql<{ recordingId: string }>`
    delete from voicemail where worker_id = ${workerId} returning recording_id as "recordingId"`.execute(tx)
  await sql`delete from recording where id = any(${voicemails.rows.map(({ recordingId }) => recordingId)}::uuid[])`.execute(tx)
  const texts = await sql`
    delete from text_message using text_conversation
    where text_conversation.id = text_message.conversation_id and text_conversation.worker_id = ${workerId}`.execute(tx)
  await sql`delete from text_conversation where worker_id = ${workerId}`.execute(tx)
  await sql`delete from worker_status where worker_id = ${workerId}`.execute(tx)
  await sql`delete from pin where worker_id = ${workerId}`.execute(tx)
  await sql`update answer set text_sealed = null from callback where callback.id = answer.callback_id and worker_id = ${workerId}`.execute(
    tx,
  )
  const cases = await sql`select from grievance_case where worker_id = ${workerId}`.execute(tx)
  return { voicemails: voicemails.rows.length, texts: Number(texts.numAffectedRows ?? 0n), cases: cases.rows.length }
}

/** Texts of senders nobody knows, each a conversation by itself: read, and past the term of callers. They belong to no worker. */
const isOldAndNobodys = (now: Date): RawBuilder<boolean> => sql<boolean>`(
  text_conversation.worker_id is null and unread_count = 0
  and last_text_at < ${now}::timestamptz - make_interval(months => ${CALLER_MONTHS}))`

export async function listNobodysTexts(db: Db, now: Date, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from text_conversation where ${isOldAndNobodys(now)} order by last_text_at, id limit ${limit}`.execute(db)
  return rows.map(({ id }) => id)
}

/** @returns the keys of what was deleted; none when somebody wrote meanwhile, or another process was first */
export async function deleteNobodysTexts(tx: Tx, conversationId: string, now: Date): Promise<string[]> {
  const locked = await sql`select from text_conversation where id = ${conversationId} and ${isOldAndNobodys(now)} for update`.execute(tx)
  if (!locked.rows.length) return []
  const { rows } = await sql<{ keyId: string }>`
    delete from text_message where conversation_id = ${conversationId} returning data_key_id as "keyId"`.execute(tx)
  await sql`delete from text_conversation where id = ${conversationId}`.execute(tx)
  return rows.map(({ keyId }) => keyId)
}

/** The numbers of a worker that nobody else who is kept has, locked. */
export async function listNumbersOf(tx: Tx, workerId: string): Promise<{ id: string; dataKeyId: string }[]> {
  const { rows } = await sql<{ id: string; dataKeyId: string }>`
    select id, data_key_id as "dataKeyId" from phone_number
    where erased_at is null
      and id in (
        select phone_number_id from worker where id = ${workerId}
        union select phone_number_id from callback where worker_id = ${workerId}
        union select attempt.phone_number_id from attempt join callback on callback.id = attempt.callback_id where worker_id = ${workerId}
        union select contact_number_id from call where worker_id = ${workerId})
      and not exists (select from worker as other where other.phone_number_id = phone_number.id and other.id <> ${workerId} and other.erased_at is null)
      and not exists (select from callback join worker as other on other.id = callback.worker_id
        where callback.phone_number_id = phone_number.id and other.id <> ${workerId} and other.erased_at is null)
      and not exists (select from text_conversation where text_conversation.phone_number_id = phone_number.id)
    order by id for update`.execute(tx)
  return rows
}

/** What is left of a worker: that there was one, of this factory, in this language. */
export async function markErased(tx: Tx, workerId: string, now: Date): Promise<void> {
  await sql`
    update worker set erased_at = ${now}, erase_after = null, alias_sealed = null, code_word_sealed = null, phone_number_id = null
    where id = ${workerId}`.execute(tx)
}

/** Nobody finds the number again, unless it asked for silence: that must go on being known. @param index takes the place of its own */
export async function markNumberErased(tx: Tx, id: string, { now, index }: { now: Date; index: Buffer }): Promise<void> {
  await sql`
    update phone_number set erased_at = ${now},
      blind_index = case when never_call_since is null and never_text_since is null then ${index} else blind_index end
    where id = ${id}`.execute(tx)
}

export async function addToNight(tx: Tx, day: string, counts: { announced?: number; withdrawn?: number; erased?: number }): Promise<void> {
  const { announced = 0, withdrawn = 0, erased = 0 } = counts
  await sql`
    update retention_run set announced = announced + ${announced}, withdrawn = withdrawn + ${withdrawn}, erased = erased + ${erased}
    where day = ${day}::date`.execute(tx)
}

export async function finishNight(db: Db, day: string, now: Date): Promise<void> {
  await sql`update retention_run set finished_at = ${now} where day = ${day}::date`.execute(db)
}

/** Announced and not erased yet, by client. @param countryIds of the workers; undefined: all */
export async function listAnnounced(
  db: Db,
  countryIds: readonly string[] | undefined,
): Promise<(Omit<RetentionRow, 'eraseAfter'> & { eraseAfter: Date })[]> {
  const { rows } = await sql<Omit<RetentionRow, 'eraseAfter'> & { eraseAfter: Date }>`
    select client.id as "clientId", client.name as "clientName", coalesce(client.retention_months, ${CALLER_MONTHS}) as "retentionMonths",
      count(*)::int as workers, min(worker.erase_after) as "eraseAfter",
      sum((select count(*) from voicemail where worker_id = worker.id))::int as voicemails,
      sum((select count(*) from text_message join text_conversation on text_conversation.id = conversation_id where worker_id = worker.id))::int as texts,
      sum((select count(*) from grievance_case where worker_id = worker.id))::int as cases
    from worker
      left join factory on factory.id = worker.factory_id
      left join client on client.id = factory.client_id
    where worker.erase_after is not null and worker.erased_at is null
      and (${countryIds === undefined} or worker.country_id = any(${[...(countryIds ?? [])]}::text[]))
    group by client.id
    order by client.name nulls last`.execute(db)
  return rows
}

export async function listNights(db: Db, limit: number): Promise<RetentionReport['nights']> {
  const { rows } = await sql<RetentionReport['nights'][number]>`
    select day::text as day, announced, withdrawn, erased, finished_at is null as "isUnfinished"
    from retention_run order by day desc limit ${limit}`.execute(db)
  return rows
}
