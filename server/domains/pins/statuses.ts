/** What the case-handler lets a worker hear: drafted, listened to, published, replaced. One is heard at a time. */
import { randomUUID } from 'node:crypto'
import type { FieldCipher, SealContext } from '../../platform/crypto/field-cipher.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import { NotFound } from '../../platform/errors.ts'
import type { Clock } from '../../platform/time/clock.ts'
import { record } from '../activity-log/service.ts'
import { getWorker } from '../workers/service.ts'
import type { StatusSentence, WorkerStatusView } from './contract.ts'
import * as pins from './queries.ts'
import * as queries from './status-queries.ts'

type StatusDeps = { db: Db; cipher: FieldCipher; clock: Clock }

export class StatusNotFound extends NotFound {
  constructor() {
    super('status-not-found', 'This message to the worker does not exist.')
  }
}

export type StatusDraft = {
  caseId: string
  workerId: string
  actorUserId: string
  languageCode: string
  sentence: StatusSentence
  /** What was read out; absent for a recording. */
  text?: string
  /** 16-bit 8 kHz mono wav. */
  wav: Buffer
  durationMs: number
}

/** Keeps a draft; nobody hears it yet. */
export async function draftStatus(deps: StatusDeps, tx: Tx, draft: StatusDraft): Promise<string> {
  const { caseId, workerId, actorUserId: createdByUserId, languageCode, sentence, text, wav, durationMs } = draft
  const id = randomUUID()
  const { dataKeyId } = await getWorker(tx, workerId)
  const kind = text === undefined ? 'recording' : 'speech'
  await queries.insertStatus(tx, {
    ...{ id, caseId, workerId, kind, sentence, languageCode, durationMs, createdByUserId },
    textSealed: text === undefined ? null : await deps.cipher.seal(tx, dataKeyId, textContext(id), text),
    audioSealed: await deps.cipher.seal(tx, dataKeyId, audioContext(id), wav),
    createdAt: deps.clock.now(),
  })
  await note(tx, 'status.drafted', createdByUserId, { caseId, statusId: id, kind })
  return id
}

/** All of one case, newest first. */
export async function listStatuses(
  { db, cipher }: StatusDeps,
  { caseId, workerId }: { caseId: string; workerId: string },
): Promise<{ pins: number; items: WorkerStatusView[] }> {
  const { dataKeyId } = await getWorker(db, workerId)
  const items: WorkerStatusView[] = []
  for (const { workerId: _, textSealed, withdrawnAt, createdAt, publishedAt, caseId: __, ...row } of await queries.listStatuses(
    db,
    caseId,
  )) {
    const text = textSealed && (await cipher.openText(db, dataKeyId, textContext(row.id), textSealed))
    const state = withdrawnAt ? 'withdrawn' : publishedAt ? 'published' : 'draft'
    items.push({ ...row, text, state, createdAt: createdAt.toISOString(), publishedAt: publishedAt?.toISOString() ?? null })
  }
  return { pins: await pins.countOf(db, workerId), items }
}

type OneStatus = { caseId: string; statusId: string; actorUserId: string }

/** From now on this is what the worker hears, instead of what they heard before. @throws StatusNotFound */
export async function publishStatus(deps: StatusDeps, tx: Tx, { caseId, statusId, actorUserId }: OneStatus): Promise<void> {
  const found = await queries.lockStatus(tx, caseId, statusId)
  if (!found) throw new StatusNotFound()
  const at = deps.clock.now()
  await queries.withdrawOf(tx, found.workerId, at)
  await queries.markPublished(tx, statusId, { at, byUserId: actorUserId })
  await note(tx, 'status.published', actorUserId, { caseId, statusId })
}

/** The worker hears the neutral sentence again. @throws StatusNotFound */
export async function withdrawStatus(deps: StatusDeps, tx: Tx, { caseId, statusId, actorUserId }: OneStatus): Promise<void> {
  const found = await queries.lockStatus(tx, caseId, statusId)
  if (!found?.publishedAt || found.withdrawnAt) throw new StatusNotFound()
  await queries.withdrawOf(tx, found.workerId, deps.clock.now())
  await note(tx, 'status.withdrawn', actorUserId, { caseId, statusId })
}

/** The sound of one, for whoever wrote the case's. @throws StatusNotFound */
export async function findStatusAudio(deps: StatusDeps, tx: Tx, { caseId, statusId, actorUserId }: OneStatus): Promise<Buffer> {
  const found = await queries.findAudio(tx, caseId, statusId)
  if (!found) throw new StatusNotFound()
  await note(tx, 'status.heard', actorUserId, { caseId, statusId })
  return deps.cipher.openBytes(tx, found.dataKeyId, audioContext(found.id), found.audioSealed)
}

/** What this worker is to hear now; null when nothing was published. */
export async function openPublishedAudio({ db, cipher }: StatusDeps, workerId: string): Promise<Buffer | null> {
  const found = await queries.findPublished(db, workerId)
  return found ? cipher.openBytes(db, found.dataKeyId, audioContext(found.id), found.audioSealed) : null
}

export async function publishedSentence(db: Db, workerId: string): Promise<StatusSentence | null> {
  return ((await queries.findPublished(db, workerId))?.sentence as StatusSentence | undefined) ?? null
}

async function note(
  tx: Tx,
  action: `status.${string}`,
  actorUserId: string,
  { caseId, ...detail }: { caseId: string; statusId: string; kind?: string },
): Promise<void> {
  await record(tx, { actorUserId, action, subjectKind: 'case', subjectId: caseId, detail })
}

const textContext = (id: string): SealContext => `worker_status:text:${id}`
const audioContext = (id: string): SealContext => `worker_status:audio:${id}`
