import { sql } from 'kysely'
import type { Db, Tx } from '../../platform/db/db.ts'
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

/** The newest published version of a questionnaire. @param questionnaireId null: of the standard one */
export async function findNewestPublished(db: Db, questionnaireId: string | null): Promise<VersionRow | undefined> {
  const row = await versions(db)
    .where('version.publishedAt', 'is not', null)
    .$if(questionnaireId === null, (query) => query.where('questionnaire.isStandard', '=', true))
    .$if(questionnaireId !== null, (query) => query.where('questionnaire.id', '=', questionnaireId))
    .orderBy('version.version', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && { ...row, body: row.body as unknown as QuestionnaireBody }
}

export type PublishedRow = {
  id: string
  name: string
  version: number
  publishedAt: Date
  isStandard: boolean
  body: QuestionnaireBody
}

/** Each questionnaire with its newest published version; the standard one first, then by name. */
export async function listPublished(db: Db): Promise<PublishedRow[]> {
  const rows = await db
    .selectFrom('questionnaire')
    .innerJoinLateral(
      (eb) =>
        eb
          .selectFrom('questionnaireVersion')
          .select(['version', 'publishedAt', 'body'])
          .whereRef('questionnaireVersion.questionnaireId', '=', 'questionnaire.id')
          .where('publishedAt', 'is not', null)
          .orderBy('version', 'desc')
          .limit(1)
          .as('newest'),
      (join) => join.onTrue(),
    )
    .select(['questionnaire.id', 'questionnaire.name', 'newest.version', 'newest.publishedAt', 'questionnaire.isStandard', 'newest.body'])
    .orderBy('questionnaire.isStandard', 'desc')
    .orderBy('questionnaire.name')
    .execute()
  return rows as unknown as PublishedRow[]
}

/** Who publishes waits for who publishes already, until the transaction ends; nobody who reads waits. */
export async function lockPublishing(tx: Tx): Promise<void> {
  await sql`lock table questionnaire in share row exclusive mode`.execute(tx)
}

export async function findByName(db: Db, name: string): Promise<{ id: string; isStandard: boolean } | undefined> {
  return db.selectFrom('questionnaire').select(['id', 'isStandard']).where('name', '=', name).executeTakeFirst()
}

/** The first one of an installation is its standard. Publishing must be locked. */
export function insertQuestionnaire(tx: Tx, name: string): Promise<{ id: string; isStandard: boolean }> {
  return tx
    .insertInto('questionnaire')
    .values({ name, isStandard: sql<boolean>`not exists (select from questionnaire where is_standard)` })
    .returning(['id', 'isStandard'])
    .executeTakeFirstOrThrow()
}

/** Adds a version, published, after those there are. Publishing must be locked. @returns its number, from 1 */
export async function insertVersion(
  tx: Tx,
  { questionnaireId, body, publishedAt }: { questionnaireId: string; body: QuestionnaireBody; publishedAt: Date },
): Promise<number> {
  const { version } = await tx
    .insertInto('questionnaireVersion')
    .values({
      questionnaireId,
      version: sql<number>`(select coalesce(max(version), 0) + 1 from questionnaire_version where questionnaire_id = ${questionnaireId})`,
      body: JSON.stringify(body),
      publishedAt,
    })
    .returning('version')
    .executeTakeFirstOrThrow()
  return version
}

export function findQuestionnaire(db: Db, id: string): Promise<{ id: string; name: string; isStandard: boolean } | undefined> {
  return db.selectFrom('questionnaire').select(['id', 'name', 'isStandard']).where('id', '=', id).executeTakeFirst()
}

/** Published versions of one questionnaire, newest first. */
export async function listVersions(db: Db, questionnaireId: string): Promise<(VersionRow & { publishedAt: Date })[]> {
  const rows = await versions(db)
    .select('version.publishedAt')
    .where('questionnaire.id', '=', questionnaireId)
    .where('version.publishedAt', 'is not', null)
    .orderBy('version.version', 'desc')
    .execute()
  return rows as unknown as (VersionRow & { publishedAt: Date })[]
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
