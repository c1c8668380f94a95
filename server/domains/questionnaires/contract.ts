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
