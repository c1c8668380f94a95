/** What workers leave: brought in once, sealed in pieces, played to those who may hear it. */
import { randomUUID } from 'node:crypto'
import { CHUNK_BYTES, openRecording, sealRecording } from '../../platform/crypto/recording-cipher.ts'
import type { Tx } from '../../platform/db/db.ts'
import { readCursor, toPage } from '../../platform/db/page.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { NotFound } from '../../platform/errors.ts'
import type { Scope } from '../../platform/http/policy.ts'
import { announce } from '../../platform/live/announce.ts'
import { record } from '../activity-log/service.ts'
import { findAgentView } from '../agents/service.ts'
import { lockCaller } from '../calls/service.ts'
import type { HeardList, VoicemailPage, VoicemailQuery, VoicemailView } from './contract.ts'
import { ownerOf } from './contact.ts'
import { VOICEMAIL_CHANGED, type VoicemailDeps } from './deps.ts'
import { hearings } from './heard-rules.ts'
import * as queries from './queries.ts'

export { recordContact, recordPinEntered } from './contact.ts'
export { VOICEMAIL_CHANGED, type VoicemailDeps } from './deps.ts'

class VoicemailNotFound extends NotFound {
  constructor() {
    super('voicemail-not-found', 'This message does not exist, or is not yours to hear.')
  }
}

export type ArrivedVoicemail = {
  /** The PBX's name for the file; the same name again changes nothing. */
  spoolName: string
  /** The call's row must be there. */
  callId: string
  /** A whole wav file. */
  wav: Buffer
  languageCode: string
  leftAt: Date
  durationMs: number
  isCutOff: boolean
  /** Nothing in it is as loud as a voice usually is; whispered, or perhaps nothing was said. Absent: nobody has looked. */
  isQuiet?: boolean
}

/**
 * Keeps a message: recording, voicemail and the promise to call back, in one transaction. Once it has returned, the PBX's file may be deleted.
 * @throws CallNotFound
 */
export function ingestVoicemail(deps: VoicemailDeps, arrived: ArrivedVoicemail): Promise<{ voicemailId: string; isNew: boolean }> {
  return inTransaction(deps.db, async (tx) => {
    const known = await queries.findBySpoolName(tx, arrived.spoolName)
    if (known) return { voicemailId: known, isNew: false }
    const { callId, languageCode, leftAt, isCutOff, isQuiet = false } = arrived
    const caller = await lockCaller(tx, callId)
    const { countryId } = caller
    const { workerId, workerDataKeyId, callbackId } = await ownerOf(deps, tx, caller, { languageCode, at: leftAt })
    // A worker's messages are under the worker's key, so that erasing the worker erases them.
    const recordingId = await keepRecording(deps, tx, arrived, workerDataKeyId)
    const id = randomUUID()
    const about = { callId, recordingId, workerId, callbackId, countryId, languageCode, isCutOff, isQuiet, leftAt }
    await queries.insertVoicemail(tx, { id, ...about })
    await record(tx, { actorUserId: null, action: 'voicemail.received', subjectKind: 'voicemail', subjectId: id, detail: { callId } })
    await announce(tx, VOICEMAIL_CHANGED, id)
    return { voicemailId: id, isNew: true }
  })
}

async function keepRecording(
  { cipher }: VoicemailDeps,
  tx: Tx,
  { wav, durationMs, spoolName }: ArrivedVoicemail,
  keyId: string,
): Promise<string> {
  const id = randomUUID()
  const facts = {
    id,
    dataKeyId: keyId,
    mediaType: 'audio/wav',
    byteLength: wav.length,
    chunkBytes: CHUNK_BYTES,
    durationMs,
    spoolName,
  } as const
  if (!(await queries.insertRecording(tx, facts))) throw new Error(`recording ${spoolName} is being brought in by somebody else`)
  for await (const { sequence, sealed } of sealRecording(cipher, { db: tx, keyId, recordingId: id }, once(wav))) {
    await queries.insertChunk(tx, { recordingId: id, sequence, sealed })
  }
  return id
}

async function* once(wav: Buffer): AsyncGenerator<Buffer> {
  yield await Promise.resolve(wav)
}

/** The messages this person may hear, newest first. */
export async function listVoicemails(deps: Pick<VoicemailDeps, 'db'>, reader: Scope, query: VoicemailQuery): Promise<VoicemailPage> {
  const limit = query.limit ?? 50
  const countryIds = query.countryId === undefined ? reader.countryIds : reader.countryIds.filter((id) => id === query.countryId)
  const rows = await queries.listVoicemails(deps.db, {
    countryIds,
    languageCodes: await languagesOf(deps, reader),
    ...{ callbackId: query.callbackId, languageCode: query.languageCode, heard: query.heard, number: query.number },
    after: query.after === undefined ? undefined : readCursor(query.after),
    limit,
  })
  return toPage(rows, limit, toView, (row) => ({ at: row.exactLeftAt, id: row.id }))
}

/** For the board: the newest of these countries. */
export async function listNewestVoicemails(
  { db }: Pick<VoicemailDeps, 'db'>,
  countryIds: readonly string[],
  limit: number,
): Promise<VoicemailView[]> {
  return (await queries.listVoicemails(db, { countryIds, limit: limit - 1 })).map(toView)
}

/** For the board; undefined when it is gone. */
export async function findVoicemailView({ db }: Pick<VoicemailDeps, 'db'>, id: string): Promise<VoicemailView | undefined> {
  const row = await queries.findVoicemail(db, id)
  return row && toView(row)
}

/** Who listened to it, and when. @throws NotFound */
export async function listHearers(deps: Pick<VoicemailDeps, 'db'>, reader: Scope, id: string): Promise<HeardList> {
  await findOwn(deps, reader, id)
  const rows = await queries.listHearers(deps.db, id)
  return { items: hearings(rows).map(({ heardAt, ...who }) => ({ ...who, heardAt: heardAt.toISOString() })) }
}

/** @throws NotFound also when it is not the reader's */
export async function getVoicemail(deps: Pick<VoicemailDeps, 'db'>, reader: Scope, id: string): Promise<VoicemailView> {
  return toView(await findOwn(deps, reader, id))
}

export type OpenedAudio = { byteLength: number; read: (start: number, end: number) => AsyncGenerator<Buffer> }

/**
 * A message for playing: who heard it is written down before the first byte leaves.
 * @throws NotFound; reading throws SealBroken, KeyDestroyed
 */
export async function openAudio(deps: VoicemailDeps, reader: Scope, id: string): Promise<OpenedAudio> {
  const voicemail = await findOwn(deps, reader, id)
  await inTransaction(deps.db, async (tx) => {
    await record(tx, { actorUserId: reader.userId, action: 'voicemail.heard', subjectKind: 'voicemail', subjectId: id })
    const isFirst = await queries.markHeard(tx, id, { at: deps.clock.now(), byUserId: reader.userId })
    if (isFirst) await announce(tx, VOICEMAIL_CHANGED, id)
  })
  const { recordingId, byteLength, dataKeyId } = voicemail
  const recording = { id: recordingId, byteLength, readChunk: (sequence: number) => queries.readChunk(deps.db, recordingId, sequence) }
  const read = (start: number, end: number) => openRecording(deps.cipher, { db: deps.db, keyId: dataKeyId, recording }, { start, end })
  return { byteLength, read }
}

async function findOwn(deps: Pick<VoicemailDeps, 'db'>, reader: Scope, id: string): Promise<queries.VoicemailRow> {
  const row = await queries.findVoicemail(deps.db, id)
  const languages = await languagesOf(deps, reader)
  if (!row || !reader.countryIds.includes(row.countryId) || (languages && !languages.includes(row.languageCode)))
    throw new VoicemailNotFound()
  return row
}

/** Agents hear what they understand; undefined: every language. */
async function languagesOf(deps: Pick<VoicemailDeps, 'db'>, reader: Scope): Promise<readonly string[] | undefined> {
  if (reader.role !== 'agent') return undefined
  return (await findAgentView(deps, reader.userId))?.languageCodes ?? []
}

function toView({
  leftAt,
  heardAt,
  id,
  countryId,
  languageCode,
  durationMs,
  isCutOff,
  isQuiet,
  callbackId,
  callbackReference,
  contactChoice,
  caseId,
  caseReference,
}: queries.VoicemailRow): VoicemailView {
  return {
    id,
    countryId,
    languageCode,
    leftAt: leftAt.toISOString(),
    durationMs,
    isCutOff,
    isQuiet,
    callbackId,
    callbackReference,
    contactChoice,
    caseId,
    caseReference,
    heardAt: heardAt?.toISOString() ?? null,
  }
}
