import type { Db } from '../../platform/db/db.ts'
import type { QuestionnaireBody } from './contract.ts'

export type VersionRow = { id: string; name: string; version: number; body: QuestionnaireBody }

const versions = (db: Db) =>
  db
    .selectFrom('questionnaireVersion as version')
    .innerJoin('questionnaire', 'questionnaire.id', 'version.questionnaireId')
    .select(['version.id', 'questionnaire.name', 'version.version', 'version.body'])

export async function findVersion(db: Db, versionId: string): Promise<VersionRow | undefined> {
  const row = await versions(db).where('version.id', '=', versionId).executeTakeFirst()
  return row && { ...row, body: row.body as unknown as QuestionnaireBody }
}

/** The newest published version of any questionnaire; one questionnaire is in use per installation for now. */
export async function findNewestPublished(db: Db): Promise<VersionRow | undefined> {
  const row = await versions(db)
    .where('version.publishedAt', 'is not', null)
    .orderBy('version.publishedAt', 'desc')
    .orderBy('version.version', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && { ...row, body: row.body as unknown as QuestionnaireBody }
}

/** Adds version 1 of a questionnaire, published; does nothing when one of that name exists. */
export async function insertFirstVersion(db: Db, input: { name: string; body: QuestionnaireBody; publishedAt: Date }): Promise<void> {
  const made = await db
    .insertInto('questionnaire')
    .values({ name: input.name })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .returning('id')
    .executeTakeFirst()
  if (!made) return
  await db
    .insertInto('questionnaireVersion')
    .values({ questionnaireId: made.id, version: 1, body: JSON.stringify(input.body), publishedAt: input.publishedAt })
    .execute()
}

export type AnswerRow = { questionId: string; choice: string | null; textSealed: Buffer | null; answeredAt: Date; id: string }

export function listAnswers(db: Db, callbackId: string): Promise<AnswerRow[]> {
  return db
    .selectFrom('answer')
    .select(['id', 'questionId', 'choice', 'textSealed', 'answeredAt'])
    .where('callbackId', '=', callbackId)
    .orderBy('answeredAt')
    .execute()
}

/** The id an answer has, or will have: sealing needs it before the row is written. */
export async function findAnswerId(db: Db, callbackId: string, questionId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('answer')
    .select('id')
    .where('callbackId', '=', callbackId)
    .where('questionId', '=', questionId)
    .executeTakeFirst()
  return row?.id
}

export type AnswerToSave = {
  id: string
  callbackId: string
  questionnaireVersionId: string
  questionId: string
  attemptId: string | null
  choice: string | null
  textSealed: Buffer | null
  answeredAt: Date
}

/** Writes an answer, or overwrites it: a correction replaces what was said before. */
export async function upsertAnswer(db: Db, answer: AnswerToSave): Promise<void> {
  const { choice, textSealed, answeredAt, attemptId } = answer
  await db
    .insertInto('answer')
    .values(answer)
    .onConflict((conflict) => conflict.columns(['callbackId', 'questionId']).doUpdateSet({ choice, textSealed, answeredAt, attemptId }))
    .execute()
}
