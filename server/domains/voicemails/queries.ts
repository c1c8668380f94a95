import { anyOf } from '../../platform/db/any-of.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import type { ContactChoice } from '../calls/contract.ts'
import { beyond, exactly, type Position } from '../../platform/db/page.ts'

export type RecordingToInsert = {
  id: string
  dataKeyId: string
  mediaType: 'audio/wav'
  byteLength: number
  chunkBytes: number
  durationMs: number
  spoolName: string
}

/** @returns false when a recording of that spool name is there already */
export async function insertRecording(db: Db, recording: RecordingToInsert): Promise<boolean> {
  const row = await db
    .insertInto('recording')
    .values(recording)
    .onConflict((conflict) => conflict.column('spoolName').doNothing())
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

export async function insertChunk(db: Db, chunk: { recordingId: string; sequence: number; sealed: Buffer }): Promise<void> {
  await db.insertInto('recordingChunk').values(chunk).execute()
}

export async function readChunk(db: Db, recordingId: string, sequence: number): Promise<Buffer | undefined> {
  const row = await db
    .selectFrom('recordingChunk')
    .select('sealed')
    .where('recordingId', '=', recordingId)
    .where('sequence', '=', sequence)
    .executeTakeFirst()
  return row?.sealed
}

export type VoicemailToInsert = {
  id: string
  callId: string
  recordingId: string
  workerId: string
  callbackId: string | null
  countryId: string
  languageCode: string
  isCutOff: boolean
  isQuiet: boolean
  leftAt: Date
}

export async function insertVoicemail(db: Db, voicemail: VoicemailToInsert): Promise<void> {
  await db.insertInto('voicemail').values(voicemail).execute()
}

/** What a call left, locked. */
export function lockOfCall(tx: Tx, callId: string) {
  return tx
    .selectFrom('voicemail')
    .innerJoin('recording', 'recording.id', 'voicemail.recordingId')
    .select([
      'voicemail.id',
      'voicemail.workerId',
      'voicemail.callbackId',
      'voicemail.languageCode',
      'voicemail.leftAt',
      'recording.id as recordingId',
      'recording.byteLength',
      'recording.dataKeyId',
    ])
    .where('voicemail.callId', '=', callId)
    .forUpdate('voicemail')
    .execute()
}

export async function setOwner(tx: Tx, id: string, owner: { workerId: string; callbackId: string | null }): Promise<void> {
  const { workerId, callbackId } = owner
  await tx.updateTable('voicemail').set({ workerId, callbackId }).where('id', '=', id).execute()
}

/** The sealed pieces are replaced by those under another key. */
export async function setRecordingKey(tx: Tx, recordingId: string, dataKeyId: string): Promise<void> {
  await tx.updateTable('recording').set({ dataKeyId }).where('id', '=', recordingId).execute()
}

export async function replaceChunk(tx: Tx, { recordingId, sequence, sealed }: { recordingId: string; sequence: number; sealed: Buffer }) {
  await tx.updateTable('recordingChunk').set({ sealed }).where('recordingId', '=', recordingId).where('sequence', '=', sequence).execute()
}

/** The voicemail made from a file of the PBX's spool, if it was brought in already. */
export async function findBySpoolName(db: Db, spoolName: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('voicemail')
    .innerJoin('recording', 'recording.id', 'voicemail.recordingId')
    .select('voicemail.id')
    .where('recording.spoolName', '=', spoolName)
    .executeTakeFirst()
  return row?.id
}

const voicemails = (db: Db) =>
  db
    .selectFrom('voicemail')
    .innerJoin('recording', 'recording.id', 'voicemail.recordingId')
    .innerJoin('call', 'call.id', 'voicemail.callId')
    .leftJoin('callback', 'callback.id', 'voicemail.callbackId')
    .leftJoinLateral(
      (eb) =>
        eb
          .selectFrom('grievanceCase')
          .select(['grievanceCase.id', 'grievanceCase.reference'])
          .whereRef('grievanceCase.workerId', '=', 'voicemail.workerId')
          .orderBy('grievanceCase.createdAt', 'desc')
          .limit(1)
          .as('grievance'),
      (join) => join.onTrue(),
    )
    .select([
      'voicemail.id',
      'voicemail.countryId',
      'voicemail.languageCode',
      'voicemail.leftAt',
      exactly('voicemail.leftAt').as('exactLeftAt'),
      'voicemail.isCutOff',
      'voicemail.isQuiet',
      'voicemail.callbackId',
      'voicemail.heardAt',
      'callback.reference as callbackReference',
      'call.contactChoice',
      'grievance.id as caseId',
      'grievance.reference as caseReference',
      'recording.id as recordingId',
      'recording.durationMs',
      'recording.byteLength',
      'recording.dataKeyId',
    ])
    .$narrowType<{ contactChoice: ContactChoice | null }>()

export type VoicemailRow = Awaited<ReturnType<typeof listVoicemails>>[number]

export type VoicemailFilter = {
  countryIds: readonly string[]
  /** Agents hear only the languages they speak. */
  languageCodes?: readonly string[] | undefined
  callbackId?: string | undefined
  languageCode?: string | undefined
  heard?: 'yes' | 'no' | undefined
  number?: 'with' | 'without' | undefined
  after?: Position | undefined
  limit: number
}

/** Newest first; reads one row more than `limit`. */
export function listVoicemails(
  db: Db,
  { countryIds, languageCodes, callbackId, languageCode, heard, number, after, limit }: VoicemailFilter,
) {
  return voicemails(db)
    .where('voicemail.countryId', '=', anyOf(countryIds))
    .$if(languageCodes !== undefined, (query) => query.where('voicemail.languageCode', '=', anyOf(languageCodes!)))
    .$if(callbackId !== undefined, (query) => query.where('voicemail.callbackId', '=', callbackId!))
    .$if(languageCode !== undefined, (query) => query.where('voicemail.languageCode', '=', languageCode!))
    .$if(heard !== undefined, (query) => query.where('voicemail.heardAt', heard === 'yes' ? 'is not' : 'is', null))
    .$if(number !== undefined, (query) => query.where('voicemail.callbackId', number === 'with' ? 'is not' : 'is', null))
    .$if(after !== undefined, (query) => query.where(beyond('voicemail.leftAt', 'voicemail.id', after!, 'desc')))
    .orderBy('voicemail.leftAt', 'desc')
    .orderBy('voicemail.id', 'desc')
    .limit(limit + 1)
    .execute()
}

export function findVoicemail(db: Db, id: string): Promise<VoicemailRow | undefined> {
  return voicemails(db).where('voicemail.id', '=', id).executeTakeFirst()
}

/** Who played it, newest first. */
export function listHearers(db: Db, id: string) {
  return db
    .selectFrom('activity')
    .innerJoin('appUser', 'appUser.id', 'activity.actorUserId')
    .select(['appUser.id as userId', 'appUser.displayName', 'activity.happenedAt as heardAt'])
    .where('activity.subjectKind', '=', 'voicemail')
    .where('activity.subjectId', '=', id)
    .where('activity.action', '=', 'voicemail.heard')
    .orderBy('activity.happenedAt', 'desc')
    .limit(200)
    .execute()
}

/** @returns whether this was the first time */
export async function markHeard(db: Db, id: string, heard: { at: Date; byUserId: string }): Promise<boolean> {
  const row = await db
    .updateTable('voicemail')
    .set({ heardAt: heard.at, heardByUserId: heard.byUserId })
    .where('id', '=', id)
    .where('heardAt', 'is', null)
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}
