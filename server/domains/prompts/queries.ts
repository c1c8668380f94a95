import type { Db, Tx } from '../../platform/db/db.ts'

const columns = [
  'id',
  'languageCode',
  'name',
  'text',
  'sha256',
  'durationMs',
  'recordedByUserId',
  'recordedAt',
  'approvedByName',
  'approvedAt',
] as const

const heard = (db: Db) => db.selectFrom('promptRecording').select(columns).where('replacedAt', 'is', null)
export type RecordingRow = Awaited<ReturnType<typeof listHeard>>[number]

/** What callers hear, without the sound. */
export const listHeard = (db: Db, languageCode: string) => heard(db).where('languageCode', '=', languageCode).execute()

/** Of every language: what must lie in the sounds' folder. */
export const listHeardSums = (db: Db) =>
  db.selectFrom('promptRecording').select(['id', 'languageCode', 'name', 'sha256']).where('replacedAt', 'is', null).execute()

export const findWav = (db: Db, id: string, languageCode: string) =>
  db.selectFrom('promptRecording').select('wav').where('id', '=', id).where('languageCode', '=', languageCode).executeTakeFirst()

export const lockRecording = (tx: Tx, id: string) => heard(tx).where('id', '=', id).forUpdate().executeTakeFirst()

export const listLanguageCodes = async (db: Db): Promise<string[]> =>
  (await db.selectFrom('language').select('code').orderBy('code').execute()).map(({ code }) => code)

/** One change of a language's prompts after the other. */
export const lockLanguage = (tx: Tx, code: string) =>
  tx.selectFrom('language').select('code').where('code', '=', code).forUpdate().executeTakeFirst()

export async function replaceRecording(
  tx: Tx,
  recording: {
    languageCode: string
    name: string
    text: string
    wav: Buffer
    sha256: string
    durationMs: number
    recordedByUserId: string
    recordedAt: Date
  },
): Promise<string> {
  await tx
    .updateTable('promptRecording')
    .set({ replacedAt: recording.recordedAt })
    .where('languageCode', '=', recording.languageCode)
    .where('name', '=', recording.name)
    .where('replacedAt', 'is', null)
    .execute()
  return (await tx.insertInto('promptRecording').values(recording).returning('id').executeTakeFirstOrThrow()).id
}

export async function markApproved(tx: Tx, id: string, by: { name: string; userId: string; at: Date }): Promise<void> {
  const approved = { approvedByName: by.name, approvedByUserId: by.userId, approvedAt: by.at }
  await tx.updateTable('promptRecording').set(approved).where('id', '=', id).execute()
}
