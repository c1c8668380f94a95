import type { AnswerView, LocalText, Question, QuestionnaireBody, SaveAnswer } from './contract.ts'
import { meaningProblems } from './meaning-rules.ts'

export const END = 'end'

/** The outcome an answer ends the conversation with, or the category of case it points to. */
export type AnswerMeaning = { endsWith?: string; suggestsCategory?: string }

/**
 * The question to ask now: follows the answers from the first question, so that a conversation cut off goes on where it stopped.
 * @returns null when the last word has been said.
 */
export function currentQuestion(body: QuestionnaireBody, answers: readonly Pick<AnswerView, 'questionId' | 'choice'>[]): Question | null {
  const answered = new Map(answers.map((answer) => [answer.questionId, answer]))
  let question: Question | undefined = body.questions[0]
  while (question) {
    const answer = answered.get(question.id)
    if (!answer) return question
    question = following(body, question, answer.choice)
  }
  return null
}

/** The question after this one when that option (null for free text) was chosen; undefined at the end. */
export function following(body: QuestionnaireBody, question: Question, choice: string | null): Question | undefined {
  const next = question.options.find((option) => option.id === choice)?.next
  if (next === END) return undefined
  const index = body.questions.findIndex((candidate) => candidate.id === (next ?? question.id))
  return body.questions[next === undefined ? index + 1 : index]
}

/** What a choice means beyond the next question. */
export function meaningOf(body: QuestionnaireBody, questionId: string, choice: string | null): AnswerMeaning {
  const option = body.questions.find((question) => question.id === questionId)?.options.find((candidate) => candidate.id === choice)
  return {
    ...(option?.endsWith !== undefined && { endsWith: option.endsWith }),
    ...(option?.suggestsCategory !== undefined && { suggestsCategory: option.suggestsCategory }),
  }
}

/**
 * Why this answer cannot be kept, as one sentence; null when it can.
 * A choice question takes one of its options, a text question takes text.
 */
export function answerProblem(body: QuestionnaireBody, questionId: string, answer: SaveAnswer): string | null {
  const question = body.questions.find((candidate) => candidate.id === questionId)
  if (!question) return `This questionnaire has no question "${questionId}".`
  if (question.kind === 'text') return answer.text === undefined ? 'This question is answered in words: send "text".' : null
  if (answer.choice === undefined) return 'This question is answered by choosing: send "choice".'
  return question.options.some((option) => option.id === answer.choice) ? null : `"${answer.choice}" is not among this question's choices.`
}

/**
 * Everything wrong with a questionnaire, as sentences; empty when it may be published.
 * A branch may only lead forward, so that no conversation can go round in circles. Whether it is safe to talk comes first, so that
 * nothing is asked of who cannot, or told to somebody else.
 */
export function questionnaireProblems(body: QuestionnaireBody): string[] {
  const position = new Map(body.questions.map((question, index) => [question.id, index]))
  const problems: string[] = []
  if (position.size !== body.questions.length) problems.push('Two questions have the same id.')
  if (!asksWhetherSafe(body.questions[0])) problems.push(SAFE_FIRST)
  for (const [index, question] of body.questions.entries()) problems.push(...questionProblems(question, index, position))
  for (const part of ['opening', 'closing'] as const)
    if (isMissing(body[part], 'en')) problems.push(`The ${part} has no English text for the agent.`)
  return problems
}

/** The languages in which everything that a worker is told is there (hints are for the agent), in the order of the opening's. */
export function completeLanguages({ opening, questions, closing }: QuestionnaireBody): string[] {
  const asked = questions.flatMap(({ text, options }) => [text, ...options.map((option) => option.text)])
  const texts = [opening, ...asked, closing]
  return Object.keys(opening).filter((language) => !texts.some((text) => isMissing(text, language)))
}

const isMissing = (text: LocalText, language: string) => !text[language]?.trim()

const SAFE_FIRST =
  'The first question must be whether it is safe to talk: one of its choices ends with "not-safe-now" and one with "someone-else", both without another question.'

function asksWhetherSafe(question: Question | undefined): boolean {
  const ends = (outcome: string) => question?.options.some(({ endsWith, next }) => endsWith === outcome && next === END)
  return question?.kind === 'choice' && ['not-safe-now', 'someone-else'].every(ends)
}

function questionProblems(question: Question, index: number, position: ReadonlyMap<string, number>): string[] {
  const problems: string[] = []
  if (isMissing(question.text, 'en')) problems.push(`Question "${question.id}" has no English text for the agent.`)
  if (question.kind === 'choice' && question.options.length < 2) problems.push(`Question "${question.id}" needs at least two choices.`)
  if (question.kind === 'text' && question.options.length > 0)
    problems.push(`Question "${question.id}" is answered in words and cannot have choices.`)
  if (new Set(question.options.map(({ id }) => id)).size !== question.options.length)
    problems.push(`Two choices of "${question.id}" have the same id.`)
  for (const option of question.options) {
    if (isMissing(option.text, 'en')) problems.push(`Choice "${option.id}" of "${question.id}" has no English text.`)
    problems.push(...meaningProblems(question.id, option))
    if (option.next === undefined || option.next === END) continue
    const target = position.get(option.next)
    if (target === undefined) problems.push(`Choice "${option.id}" of "${question.id}" leads to "${option.next}", which does not exist.`)
    else if (target <= index)
      problems.push(`Choice "${option.id}" of "${question.id}" leads back to "${option.next}": branches lead forward only.`)
  }
  return problems
}
