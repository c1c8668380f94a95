import type { Db, Tx } from '../../platform/db/db.ts'

const columns = [
  'id',
  'languageCode',
  'name',
  'text',
  'sha256',
  'durationMs',
  'levelDb',
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

export const findWavBySum = (db: Db, { languageCode, name, sha256 }: { languageCode: string; name: string; sha256: string }) =>
  db
    .selectFrom('promptRecording')
    .select('wav')
    .where('languageCode', '=', languageCode)
    .where('name', '=', name)
    .where('sha256', '=', sha256)
    .limit(1)
    .executeTakeFirst()

/** What callers hear of one prompt, with the sound. */
export const findHeardWav = (db: Db, languageCode: string, name: string) =>
  db
    .selectFrom('promptRecording')
    .select('wav')
    .where('languageCode', '=', languageCode)
    .where('name', '=', name)
    .where('replacedAt', 'is', null)
    .executeTakeFirst()

export const lockRecording = (tx: Tx, id: string) => heard(tx).where('id', '=', id).forUpdate().executeTakeFirst()

export const listLanguageCodes = async (db: Db): Promise<string[]> =>
  (await db.selectFrom('language').select('code').orderBy('code').execute()).map(({ code }) => code)

const languageColumns = ['code', 'ownName', 'direction', 'isTallScript'] as const
export type LanguageRow = NonNullable<Awaited<ReturnType<typeof findLanguage>>>
export const findLanguage = (db: Db, code: string) =>
  db.selectFrom('language').select(languageColumns).where('code', '=', code).executeTakeFirst()
export const listLanguages = (db: Db) => db.selectFrom('language').select(languageColumns).orderBy('code').execute()

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
    levelDb: number
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
