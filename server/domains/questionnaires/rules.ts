import type { AnswerView, LocalText, Question, QuestionnaireBody, SaveAnswer } from './contract.ts'

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

/** The languages in which everything that a worker is told is there (hints are for the agent), in the order of the opening's. */
export function completeLanguages({ opening, questions, closing }: QuestionnaireBody): string[] {
  const asked = questions.flatMap(({ text, options }) => [text, ...options.map((option) => option.text)])
  const texts = [opening, ...asked, closing]
  return Object.keys(opening).filter((language) => !texts.some((text) => isMissing(text, language)))
}

/** Without translations that hold no word: what is not there is read out in English instead. The English stays, even empty. */
export function withoutBlanks({ opening, questions, closing }: QuestionnaireBody): QuestionnaireBody {
  const kept = (text: LocalText) =>
    Object.fromEntries(Object.entries(text).filter(([language, words]) => language === 'en' || words.trim()))
  return {
    opening: kept(opening),
    questions: questions.map(({ hint, ...question }) => ({
      ...question,
      text: kept(question.text),
      ...(hint?.['en']?.trim() && { hint: kept(hint) }),
      options: question.options.map((option) => ({ ...option, text: kept(option.text) })),
    })),
    closing: kept(closing),
  }
}

export const isMissing = (text: LocalText, language: string) => !text[language]?.trim()
