import type { Db, Tx } from '../../platform/db/db.ts'
import type { WrittenWords } from './written-rules.ts'

/** Sentences as they are now, without their drafts' sound. */
export const listTexts = (db: Db, languageCode: string) =>
  db
    .selectFrom('promptText')
    .select(['id', 'name', 'text', 'speech', 'draftSha256', 'draftDurationMs', 'writtenByUserId'])
    .where('languageCode', '=', languageCode)
    .where('replacedAt', 'is', null)
    .execute()

/** Drafts of sentences that no person has recorded: what must lie in the sounds' folder. */
export const listDraftSums = (db: Db) =>
  db
    .selectFrom('promptText')
    .select(['id', 'languageCode', 'name', 'draftSha256 as sha256'])
    .where('replacedAt', 'is', null)
    .where('draftSha256', 'is not', null)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('promptRecording')
            .select('promptRecording.id')
            .whereRef('promptRecording.languageCode', '=', 'promptText.languageCode')
            .whereRef('promptRecording.name', '=', 'promptText.name')
            .where('promptRecording.replacedAt', 'is', null),
        ),
      ),
    )
    .execute()

export const findDraftWav = (db: Db, id: string) => db.selectFrom('promptText').select('draftWav').where('id', '=', id).executeTakeFirst()

export type NewText = {
  languageCode: string
  name: string
  text: string
  speech: string | null
  draft: { wav: Buffer; sha256: string; durationMs: number } | null
  writtenByUserId: string
  writtenAt: Date
}

export async function replaceText(tx: Tx, { draft, ...text }: NewText): Promise<string> {
  await tx
    .updateTable('promptText')
    .set({ replacedAt: text.writtenAt })
    .where('languageCode', '=', text.languageCode)
    .where('name', '=', text.name)
    .where('replacedAt', 'is', null)
    .execute()
  const sound = { draftWav: draft?.wav ?? null, draftSha256: draft?.sha256 ?? null, draftDurationMs: draft?.durationMs ?? null }
  return (
    await tx
      .insertInto('promptText')
      .values({ ...text, ...sound })
      .returning('id')
      .executeTakeFirstOrThrow()
  ).id
}

const importedColumns = ['languageCode', 'script', 'voice', 'importedByUserId', 'importedAt', 'reviewedByName', 'reviewedAt'] as const
const writtenColumns = ['texts', 'stopWords', 'startWords', 'consentText'] as const
export type ImportedRow = NonNullable<Awaited<ReturnType<typeof findImported>>>

/** @returns `written`: its written words; null while it waits for them */
export async function findImported(db: Db, code: string) {
  const imported = db.selectFrom('importedLanguage').where('languageCode', '=', code)
  const row = await imported.select(importedColumns).select(writtenColumns).executeTakeFirst()
  if (!row) return undefined
  const { texts, stopWords, startWords, consentText, ...rest } = row
  return { ...rest, written: texts === null ? null : ({ texts, stopWords, startWords, consentText } as unknown as WrittenWords) }
}

/** Whoever imports it again has changed it: it is read anew. A file without the written words leaves those that are there: STOP stays understood. */
export async function saveImported(
  tx: Tx,
  {
    written,
    ...imported
  }: { languageCode: string; script: string; voice: string | null; importedByUserId: string; importedAt: Date } & {
    written: WrittenWords | null
  },
): Promise<void> {
  const language = { ...imported, ...(written && { ...written, texts: JSON.stringify(written.texts) }) }
  const { languageCode: _, ...rest } = language
  await tx
    .insertInto('importedLanguage')
    .values(language)
    .onConflict((conflict) => conflict.column('languageCode').doUpdateSet({ ...rest, ...NOT_REVIEWED }))
    .execute()
}

/** The written words of imported languages, by code; without those that wait for them. */
export async function listWritten(db: Db): Promise<Map<string, WrittenWords>> {
  const rows = await db
    .selectFrom('importedLanguage')
    .select(['languageCode', ...writtenColumns])
    .where('texts', 'is not', null)
    .execute()
  return new Map(rows.map(({ languageCode, ...words }) => [languageCode, words as unknown as WrittenWords]))
}

const NOT_REVIEWED = { reviewedAt: null, reviewedByName: null, reviewedByUserId: null }

export async function setReview(tx: Tx, code: string, review: { name: string; userId: string; at: Date } | null): Promise<void> {
  const values = review ? { reviewedAt: review.at, reviewedByName: review.name, reviewedByUserId: review.userId } : NOT_REVIEWED
  await tx.updateTable('importedLanguage').set(values).where('languageCode', '=', code).execute()
}
