import { randomUUID } from 'node:crypto'
import type { FieldCipher, SealContext } from '../../platform/crypto/field-cipher.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { NotFound, Refused, Unprocessable } from '../../platform/errors.ts'
import type { Scope } from '../../platform/http/policy.ts'
import type { Clock } from '../../platform/time/clock.ts'
import { record } from '../activity-log/service.ts'
import type {
  AnswerView,
  CopyQuestionnaire,
  PublishQuestionnaire,
  QuestionnaireBody,
  QuestionnaireVersionView,
  QuestionnaireView,
  SaveAnswer,
} from './contract.ts'
import * as queries from './queries.ts'
import { questionnaireProblems } from './problem-rules.ts'
import { answerProblem, completeLanguages } from './rules.ts'

export { currentQuestion, meaningOf } from './rules.ts'

export type QuestionnaireDeps = { db: Db; cipher: FieldCipher; clock: Clock }

/** @throws NotFound */
export async function getVersion(deps: Pick<QuestionnaireDeps, 'db'>, versionId: string): Promise<QuestionnaireVersionView> {
  const version = await queries.findVersion(deps.db, versionId)
  if (!version) throw new NotFound('questionnaire-not-found', 'This questionnaire version does not exist.')
  return version
}

/**
 * The version that a callback called first now is asked with; undefined while none is published.
 * @param questionnaireId null: the standard one
 */
export function findCurrentVersion(
  deps: Pick<QuestionnaireDeps, 'db'>,
  questionnaireId: string | null,
): Promise<QuestionnaireVersionView | undefined> {
  return queries.findNewestPublished(deps.db, questionnaireId)
}

/** What a client can choose from: each questionnaire by its newest published version, the standard one first, then by name. */
export async function listQuestionnaires(deps: Pick<QuestionnaireDeps, 'db'>): Promise<QuestionnaireView[]> {
  const rows = await queries.listPublished(deps.db)
  return rows.map(({ body, publishedAt, ...row }) => ({
    ...row,
    publishedAt: publishedAt.toISOString(),
    languages: completeLanguages(body),
  }))
}

/**
 * Publishes a questionnaire at once: under a new name a new one, under a known name its next version. Callbacks that were called
 * already stay with the version they began with. The first of an installation is its standard one.
 * @throws Unprocessable naming everything that is wrong with it
 */
export function publishQuestionnaire(
  { db, clock }: Pick<QuestionnaireDeps, 'db' | 'clock'>,
  actor: Scope,
  { name: written, body }: PublishQuestionnaire,
): Promise<QuestionnaireView> {
  const name = written.trim()
  assertFit(body)
  return inTransaction(db, async (tx) => {
    await queries.lockPublishing(tx)
    const { id, isStandard } = (await queries.findByName(tx, name)) ?? (await queries.insertQuestionnaire(tx, name))
    return addVersion({ clock }, tx, actor, { id, name, isStandard }, body)
  })
}

/**
 * Begins a new questionnaire as a copy of another's newest version. Nobody is asked with it before a client is given it.
 * @throws NotFound, Refused when there is one of this name
 */
export function copyQuestionnaire(
  { db, clock }: Pick<QuestionnaireDeps, 'db' | 'clock'>,
  actor: Scope,
  id: string,
  { name: written }: CopyQuestionnaire,
): Promise<QuestionnaireView> {
  const name = written.trim()
  return inTransaction(db, async (tx) => {
    await queries.lockPublishing(tx)
    const newest = await queries.findNewestPublished(tx, id)
    if (!newest) throw new NotFound('questionnaire-not-found', 'This questionnaire does not exist.')
    if (await queries.findByName(tx, name))
      throw new Refused('questionnaire-name-taken', 'There is a questionnaire of this name: give the new one another.')
    return addVersion({ clock }, tx, actor, { ...(await queries.insertQuestionnaire(tx, name)), name }, newest.body)
  })
}

/** @throws Unprocessable naming everything that is wrong with it, each with its place */
export function assertFit(body: QuestionnaireBody): void {
  const places = questionnaireProblems(body)
  const problems = places.map(({ message }) => message)
  if (problems.length)
    throw new Unprocessable('questionnaire-not-fit', `This questionnaire cannot be published. ${problems.join(' ')}`, { problems, places })
}

/** Publishes the next version of a questionnaire and writes that down. Publishing must be locked, and the body fit. */
export async function addVersion(
  { clock }: Pick<QuestionnaireDeps, 'clock'>,
  tx: Tx,
  actor: Scope,
  { id, name, isStandard }: { id: string; name: string; isStandard: boolean },
  body: QuestionnaireBody,
): Promise<QuestionnaireView> {
  const publishedAt = clock.now()
  const version = await queries.insertVersion(tx, { questionnaireId: id, body, publishedAt })
  const of = { subjectKind: 'questionnaire', subjectId: id }
  await record(tx, { actorUserId: actor.userId, action: 'questionnaire.published', ...of, detail: { version } })
  return { id, name, version, publishedAt: publishedAt.toISOString(), isStandard, languages: completeLanguages(body) }
}

/**
 * Makes sure the standard questionnaire is there; an installation starts with one. Does nothing when it is.
 * @throws Error when the body is not fit to be published: a fault of ours, not of the user
 */
export async function installQuestionnaire(
  deps: Pick<QuestionnaireDeps, 'db' | 'clock'>,
  name: string,
  body: QuestionnaireBody,
): Promise<void> {
  const problems = questionnaireProblems(body)
  if (problems.length) throw new Error(`questionnaire "${name}": ${problems.map(({ message }) => message).join(' ')}`)
  await inTransaction(deps.db, async (tx) => {
    await queries.lockPublishing(tx)
    if (await queries.findByName(tx, name)) return
    const { id: questionnaireId } = await queries.insertQuestionnaire(tx, name)
    await queries.insertVersion(tx, { questionnaireId, body, publishedAt: deps.clock.now() })
  })
}

export type AnswerToKeep = {
  callbackId: string
  versionId: string
  /** Data key of the worker whose words these are. */
  workerDataKeyId: string
  attemptId: string | null
  questionId: string
  answer: SaveAnswer
}

/**
 * Keeps one answer as it is given; giving it again corrects it. Free text is sealed under the worker's key.
 * @throws Unprocessable with a sentence when the answer does not fit its question
 */
export async function saveAnswer(deps: QuestionnaireDeps, tx: Tx, input: AnswerToKeep): Promise<AnswerView> {
  const version = await getVersion({ db: tx }, input.versionId)
  const problem = answerProblem(version.body, input.questionId, input.answer)
  if (problem) throw new Unprocessable('answer-does-not-fit', problem)
  const id = (await queries.findAnswerId(tx, input.callbackId, input.questionId)) ?? randomUUID()
  const answeredAt = deps.clock.now()
  const text = input.answer.text ?? null
  const choice = text === null ? (input.answer.choice ?? null) : null
  await queries.upsertAnswer(tx, {
    id,
    callbackId: input.callbackId,
    questionnaireVersionId: input.versionId,
    questionId: input.questionId,
    attemptId: input.attemptId,
    choice,
    textSealed: text === null ? null : await deps.cipher.seal(tx, input.workerDataKeyId, sealContext(id), text),
    answeredAt,
  })
  return { questionId: input.questionId, choice, text, answeredAt: answeredAt.toISOString() }
}

/** The answers of one callback in the order they were given, opened. The caller has checked who reads them. */
export async function listAnswers(
  deps: Omit<QuestionnaireDeps, 'clock'>,
  callbackId: string,
  workerDataKeyId: string,
): Promise<AnswerView[]> {
  const rows = await queries.listAnswers(deps.db, callbackId)
  return Promise.all(
    rows.map(async (row) => ({
      questionId: row.questionId,
      choice: row.choice,
      text: row.textSealed && (await deps.cipher.openText(deps.db, workerDataKeyId, sealContext(row.id), row.textSealed)),
      answeredAt: row.answeredAt.toISOString(),
    })),
  )
}

const sealContext = (answerId: string): SealContext => `answer:text:${answerId}`
