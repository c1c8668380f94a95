import type { Question, QuestionnaireBody, QuestionnaireProblem, QuestionOption } from './contract.ts'
import { CATEGORIES, ENDINGS } from './meaning-rules.ts'
import { END, isMissing } from './rules.ts'

/**
 * Everything wrong with a questionnaire, each with its place; empty when it may be published.
 * A branch may only lead forward, so that no conversation can go round in circles. Whether it is safe to talk comes first, so that
 * nothing is asked of who cannot, or told to somebody else.
 */
export function questionnaireProblems(body: QuestionnaireBody): QuestionnaireProblem[] {
  const position = new Map(body.questions.map((question, index) => [question.id, index]))
  const whole = { part: 'questions', questionId: null, optionId: null } as const
  const problems: QuestionnaireProblem[] = []
  if (position.size !== body.questions.length) problems.push({ ...whole, code: 'same-id', message: 'Two questions have the same id.' })
  if (!asksWhetherSafe(body.questions[0])) problems.push({ ...whole, code: 'not-safe-first', message: SAFE_FIRST })
  for (const [index, question] of body.questions.entries()) problems.push(...questionProblems(question, index, position))
  for (const part of ['opening', 'closing'] as const)
    if (isMissing(body[part], 'en'))
      problems.push({ ...whole, part, code: 'no-english', message: `The ${part} has no English text for the agent.` })
  return problems
}

const SAFE_FIRST =
  'The first question must be whether it is safe to talk: one of its choices ends with "not-safe-now" and one with "someone-else", both without another question.'

function asksWhetherSafe(question: Question | undefined): boolean {
  const ends = (outcome: string) => question?.options.some(({ endsWith, next }) => endsWith === outcome && next === END)
  return question?.kind === 'choice' && ['not-safe-now', 'someone-else'].every(ends)
}

type Position = ReadonlyMap<string, number>

function questionProblems(question: Question, index: number, position: Position): QuestionnaireProblem[] {
  const { id, kind, options } = question
  const problems: QuestionnaireProblem[] = []
  const say = (code: QuestionnaireProblem['code'], message: string) =>
    problems.push({ part: 'question', questionId: id, optionId: null, code, message })
  if (isMissing(question.text, 'en')) say('no-english', `Question "${id}" has no English text for the agent.`)
  if (kind === 'choice' && options.length < 2) say('few-choices', `Question "${id}" needs at least two choices.`)
  if (kind === 'text' && options.length > 0) say('choices-of-text', `Question "${id}" is answered in words and cannot have choices.`)
  if (new Set(options.map((option) => option.id)).size !== options.length) say('same-id', `Two choices of "${id}" have the same id.`)
  return [...problems, ...options.flatMap((option) => optionProblems(id, option, index, position))]
}

function optionProblems(questionId: string, option: QuestionOption, index: number, position: Position): QuestionnaireProblem[] {
  const { id, text, next, endsWith, suggestsCategory } = option
  const choice = `Choice "${id}" of "${questionId}"`
  const problems: QuestionnaireProblem[] = []
  const say = (code: QuestionnaireProblem['code'], message: string) =>
    problems.push({ part: 'option', questionId, optionId: id, code, message })
  if (isMissing(text, 'en')) say('no-english', `${choice} has no English text.`)
  if (endsWith !== undefined && !ENDINGS.includes(endsWith))
    say('no-outcome', `${choice} ends with "${endsWith}", which is no outcome: ${ENDINGS.join(', ')}.`)
  if (suggestsCategory !== undefined && !CATEGORIES.includes(suggestsCategory))
    say('no-category', `${choice} suggests "${suggestsCategory}", which is no category: ${CATEGORIES.join(', ')}.`)
  if (next === undefined || next === END) return problems
  const target = position.get(next)
  if (target === undefined) say('leads-nowhere', `${choice} leads to "${next}", which does not exist.`)
  else if (target <= index) say('leads-back', `${choice} leads back to "${next}": branches lead forward only.`)
  return problems
}
