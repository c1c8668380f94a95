import { Type, type Static } from 'typebox'
import { Instant, LanguageCode, Nullable, Uuid } from '../../platform/http/schema.ts'

/** A text in several languages; `en` is always there, for the agent. */
export const LocalText = Type.Record(LanguageCode, Type.String())
export type LocalText = Static<typeof LocalText>

export const QuestionOption = Type.Object({
  id: Type.String({ pattern: '^[a-z0-9-]{1,40}$' }),
  text: LocalText,
  /** Question to go to next; absent: the following one; 'end': the last word. */
  next: Type.Optional(Type.String()),
  /** Choosing it suggests a case of this category. */
  suggestsCategory: Type.Optional(Type.String()),
  /** Choosing it ends the conversation with this outcome, for example not-safe-now. */
  endsWith: Type.Optional(Type.String()),
})
export type QuestionOption = Static<typeof QuestionOption>

export const Question = Type.Object({
  id: Type.String({ pattern: '^[a-z0-9-]{1,40}$' }),
  kind: Type.Union([Type.Literal('choice'), Type.Literal('text')]),
  text: LocalText,
  hint: Type.Optional(LocalText),
  options: Type.Array(QuestionOption),
})
export type Question = Static<typeof Question>

export const QuestionnaireBody = Type.Object({
  /** What the agent says first, before anything about the hotline is named. */
  opening: LocalText,
  questions: Type.Array(Question, { minItems: 1 }),
  closing: LocalText,
})
export type QuestionnaireBody = Static<typeof QuestionnaireBody>

export const AnswerView = Type.Object({
  questionId: Type.String(),
  choice: Nullable(Type.String()),
  text: Nullable(Type.String()),
  answeredAt: Instant,
})
export type AnswerView = Static<typeof AnswerView>

/** PUT /api/callbacks/:id/answers/:questionId: exactly one of choice and text. */
export const SaveAnswer = Type.Object({
  choice: Type.Optional(Type.String({ maxLength: 40 })),
  text: Type.Optional(Type.String({ minLength: 1, maxLength: 4000 })),
})
export type SaveAnswer = Static<typeof SaveAnswer>

export const QuestionnaireVersionView = Type.Object({ id: Uuid, name: Type.String(), version: Type.Integer(), body: QuestionnaireBody })
export type QuestionnaireVersionView = Static<typeof QuestionnaireVersionView>

/** `version`: the newest published. `languages`: those in which all that a worker is told is there. */
export const QuestionnaireView = Type.Object({
  id: Uuid,
  name: Type.String(),
  version: Type.Integer(),
  publishedAt: Instant,
  /** Asked of workers of clients that have none of their own, and of callers. */
  isStandard: Type.Boolean(),
  languages: Type.Array(LanguageCode),
})
export type QuestionnaireView = Static<typeof QuestionnaireView>
export const QuestionnaireList = Type.Object({ questionnaires: Type.Array(QuestionnaireView) })

/** POST /api/questionnaires: a new name is a new questionnaire, a known one its next version; published at once. */
export const PublishQuestionnaire = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' }),
  body: QuestionnaireBody,
})
export type PublishQuestionnaire = Static<typeof PublishQuestionnaire>
/** POST /api/questionnaires/:id/copies: a new questionnaire that begins with the newest version of that one. */
export const CopyQuestionnaire = Type.Pick(PublishQuestionnaire, ['name'])
export type CopyQuestionnaire = Static<typeof CopyQuestionnaire>

const PARTS = ['opening', 'questions', 'question', 'option', 'closing'] as const
const PROBLEMS = [
  'no-english',
  'same-id',
  'not-safe-first',
  'few-choices',
  'choices-of-text',
  'no-outcome',
  'no-category',
  'leads-nowhere',
  'leads-back',
] as const

/** What keeps a questionnaire from being published, and where it is mended. `questions`: the questions as a whole. */
export const QuestionnaireProblem = Type.Object({
  part: Type.Enum([...PARTS]),
  questionId: Nullable(Type.String()),
  optionId: Nullable(Type.String()),
  code: Type.Enum([...PROBLEMS]),
  message: Type.String(),
})
export type QuestionnaireProblem = Static<typeof QuestionnaireProblem>

/**
 * GET /api/questionnaires/:id: its published versions, newest first, each with the languages in which all that a worker is told is
 * there; and the revision of the draft of the next one.
 */
export const QuestionnaireHistory = Type.Object({
  id: Uuid,
  name: Type.String(),
  isStandard: Type.Boolean(),
  versions: Type.Array(Type.Object({ version: Type.Integer(), publishedAt: Instant, languages: Type.Array(LanguageCode) })),
  draft: Nullable(Type.Object({ revision: Type.Integer(), changedAt: Instant, changedBy: Nullable(Type.String()) })),
})
export type QuestionnaireHistory = Static<typeof QuestionnaireHistory>

/** GET /api/questionnaires/:id/draft: what the next version would be; `problems` keep it from being published. */
export const QuestionnaireDraft = Type.Object({
  revision: Type.Integer(),
  basedOnVersion: Type.Integer(),
  changedAt: Instant,
  body: QuestionnaireBody,
  languages: Type.Array(LanguageCode),
  problems: Type.Array(QuestionnaireProblem),
})
export type QuestionnaireDraft = Static<typeof QuestionnaireDraft>

/** PUT /api/questionnaires/:id/draft: it may be unfinished. `revision`: of the draft that was read; 0 begins one. */
export const SaveDraft = Type.Object({ revision: Type.Integer({ minimum: 0 }), body: QuestionnaireBody })
export type SaveDraft = Static<typeof SaveDraft>
/** POST /api/questionnaires/:id/draft/publish: that revision and no other. */
export const PublishDraft = Type.Object({ revision: Type.Integer({ minimum: 1 }) })
