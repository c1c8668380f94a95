import type { Db, Tx } from '../../platform/db/db.ts'
import type { StatusSentence } from './contract.ts'

const columns = [
  'id',
  'caseId',
  'workerId',
  'kind',
  'sentence',
  'languageCode',
  'textSealed',
  'durationMs',
  'createdByUserId',
  'createdAt',
  'publishedAt',
  'withdrawnAt',
] as const

export type StatusRecord = {
  id: string
  caseId: string
  workerId: string
  kind: 'speech' | 'recording'
  sentence: StatusSentence
  languageCode: string
  textSealed: Buffer | null
  durationMs: number
  createdByUserId: string
  createdAt: Date
  publishedAt: Date | null
  withdrawnAt: Date | null
}

export type StatusToInsert = Omit<StatusRecord, 'publishedAt' | 'withdrawnAt'> & { audioSealed: Buffer }

export async function insertStatus(tx: Tx, status: StatusToInsert): Promise<void> {
  await tx.insertInto('workerStatus').values(status).execute()
}

/** Newest first. */
export async function listStatuses(db: Db, caseId: string): Promise<StatusRecord[]> {
  const rows = await db.selectFrom('workerStatus').select(columns).where('caseId', '=', caseId).orderBy('createdAt', 'desc').execute()
  return rows as StatusRecord[]
}

export async function lockStatus(tx: Tx, caseId: string, id: string): Promise<StatusRecord | undefined> {
  const row = await tx
    .selectFrom('workerStatus')
    .select(columns)
    .where('id', '=', id)
    .where('caseId', '=', caseId)
    .forUpdate()
    .executeTakeFirst()
  return row as StatusRecord | undefined
}

export function findAudio(db: Db, caseId: string, id: string) {
  return db
    .selectFrom('workerStatus')
    .innerJoin('worker', 'worker.id', 'workerStatus.workerId')
    .select(['workerStatus.id', 'workerStatus.audioSealed', 'worker.dataKeyId'])
    .where('workerStatus.id', '=', id)
    .where('workerStatus.caseId', '=', caseId)
    .executeTakeFirst()
}

/** The one a worker hears. */
export function findPublished(db: Db, workerId: string) {
  return db
    .selectFrom('workerStatus')
    .innerJoin('worker', 'worker.id', 'workerStatus.workerId')
    .select(['workerStatus.id', 'workerStatus.audioSealed', 'workerStatus.sentence', 'worker.dataKeyId'])
    .where('workerStatus.workerId', '=', workerId)
    .where('publishedAt', 'is not', null)
    .where('withdrawnAt', 'is', null)
    .executeTakeFirst()
}

/** Nothing is heard any more. @returns how many were */
export async function withdrawOf(tx: Tx, workerId: string, at: Date): Promise<number> {
  const result = await tx
    .updateTable('workerStatus')
    .set({ withdrawnAt: at })
    .where('workerId', '=', workerId)
    .where('publishedAt', 'is not', null)
    .where('withdrawnAt', 'is', null)
    .executeTakeFirst()
  return Number(result.numUpdatedRows)
}

export async function markPublished(tx: Tx, id: string, { at, byUserId }: { at: Date; byUserId: string }): Promise<void> {
  await tx
    .updateTable('workerStatus')
    .set({ publishedAt: at, publishedByUserId: byUserId, withdrawnAt: null })
    .where('id', '=', id)
    .execute()
}
