import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { QuestionnaireBody } from '../../server/domains/questionnaires/contract.ts'
import { AgentOutcome } from '../../server/domains/callbacks/contract.ts'
import { CASE_CATEGORIES } from '../../server/domains/cases/contract.ts'
import { CATEGORIES, ENDINGS } from '../../server/domains/questionnaires/meaning-rules.ts'
import { questionnaireProblems as problemsOf } from '../../server/domains/questionnaires/problem-rules.ts'
import {
  answerProblem,
  completeLanguages,
  currentQuestion,
  following,
  meaningOf,
  withoutBlanks,
} from '../../server/domains/questionnaires/rules.ts'

const questionnaireProblems = (body: QuestionnaireBody) => problemsOf(body).map(({ message }) => message)
const standard = JSON.parse(
  readFileSync(new URL('../../sql/seed/default-questionnaire.json', import.meta.url), 'utf8'),
) as QuestionnaireBody
const languages = ['en', 'bn', 'vi', 'zh', 'hi', 'ta', 'tr', 'ar']

describe('the default questionnaire', () => {
  it('has nothing wrong with it', () => {
    expect(questionnaireProblems(standard)).toEqual([])
  })

  it('is worded in every language of the demo, down to each choice', () => {
    const texts = [
      standard.opening,
      standard.closing,
      ...standard.questions.flatMap((q) => [q.text, ...q.options.map((option) => option.text)]),
    ]
    for (const text of texts) expect(Object.keys(text)).toEqual(expect.arrayContaining(languages))
  })

  it('asks whether it is safe to talk before anything else', () => {
    expect(currentQuestion(standard, [])?.id).toBe('safe-to-talk')
  })

  it('ends at once when someone else answered', () => {
    expect(currentQuestion(standard, [{ questionId: 'safe-to-talk', choice: 'someone-else' }])).toBeNull()
    expect(meaningOf(standard, 'safe-to-talk', 'someone-else')).toEqual({ endsWith: 'someone-else' })
  })

  it('goes on where a cut-off conversation stopped', () => {
    const answers = [
      { questionId: 'safe-to-talk', choice: 'yes' },
      { questionId: 'retaliation', choice: 'yes' },
    ]
    expect(currentQuestion(standard, answers)?.id).toBe('retaliation-detail')
    expect(meaningOf(standard, 'retaliation', 'yes')).toEqual({ suggestsCategory: 'retaliation' })
  })

  it('comes to an end whatever is answered', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat(20)), (picks) => {
        let question: (typeof standard.questions)[number] | undefined = standard.questions[0]
        let asked = 0
        while (question) {
          asked += 1
          const option = question.options[(picks.next().value as number) % Math.max(1, question.options.length)]
          question = following(standard, question, option?.id ?? null)
        }
        expect(asked).toBeLessThanOrEqual(standard.questions.length)
      }),
    )
  })
})

describe('an answer', () => {
  it('must be one of the choices of a choice question', () => {
    expect(answerProblem(standard, 'retaliation', { choice: 'no' })).toBeNull()
    expect(answerProblem(standard, 'retaliation', { choice: 'maybe' })).toBe('"maybe" is not among this question\'s choices.')
    expect(answerProblem(standard, 'retaliation', { text: 'no' })).toBe('This question is answered by choosing: send "choice".')
  })

  it('must be words for a question asked in words', () => {
    expect(answerProblem(standard, 'grievance-detail', { text: 'since May' })).toBeNull()
    expect(answerProblem(standard, 'grievance-detail', { choice: 'no' })).toBe('This question is answered in words: send "text".')
  })

  it('must belong to a question of the version', () => {
    expect(answerProblem(standard, 'shoe-size', { text: '42' })).toBe('This questionnaire has no question "shoe-size".')
  })
})

describe('a questionnaire', () => {
  it.each(['not-safe-now', 'someone-else'])('asks first whether it is safe to talk: %s ends it', (outcome) => {
    const broken: QuestionnaireBody = structuredClone(standard)
    delete broken.questions[0]!.options.find(({ endsWith }) => endsWith === outcome)!.next
    expect(questionnaireProblems(broken)).toEqual([expect.stringMatching(/^The first question must be whether it is safe to talk/)])
    expect(questionnaireProblems({ ...standard, questions: standard.questions.slice(1) })).toContainEqual(
      expect.stringMatching(/^The first question must be/),
    )
  })

  it('has each choice once, with an outcome and a category that there are', () => {
    const broken: QuestionnaireBody = structuredClone(standard)
    const { options } = broken.questions[1]!
    options[0] = { ...options[0]!, id: options[1]!.id, endsWith: 'no-answer', suggestsCategory: 'weather' }
    expect(questionnaireProblems(broken)).toEqual([
      'Two choices of "retaliation" have the same id.',
      expect.stringMatching(/^Choice "yes" of "retaliation" ends with "no-answer", which is no outcome: complete, /),
      expect.stringMatching(/^Choice "yes" of "retaliation" suggests "weather", which is no category: forced-labour, /),
    ])
  })

  it('knows the outcomes that agents name, and the categories of cases', () => {
    expect(ENDINGS).toEqual(AgentOutcome.anyOf.map((outcome) => outcome.const))
    expect(CATEGORIES).toEqual(CASE_CATEGORIES)
  })

  it('is complete in a language only when nothing that a worker is told is missing or blank', () => {
    expect(completeLanguages(standard)).toEqual(expect.arrayContaining(languages))
    const partly: QuestionnaireBody = structuredClone(standard)
    partly.closing['bn'] = ' '
    delete partly.questions[0]!.options[0]!.text['ta']
    expect(completeLanguages(partly)).toEqual(languages.filter((code) => code !== 'bn' && code !== 'ta'))
  })

  it('is told where each thing is that keeps it from being published', () => {
    const broken: QuestionnaireBody = structuredClone(standard)
    broken.closing['en'] = ' '
    broken.questions[1]!.text['en'] = ''
    broken.questions[1]!.options[0]!.next = 'nowhere'
    expect(problemsOf(broken)).toMatchObject([
      { part: 'question', questionId: 'retaliation', optionId: null, code: 'no-english' },
      { part: 'option', questionId: 'retaliation', optionId: 'no', code: 'leads-nowhere' },
      { part: 'closing', questionId: null, optionId: null, code: 'no-english' },
    ])
  })

  it('is kept without translations that hold no word, so that the agent reads the English instead', () => {
    const partly: QuestionnaireBody = structuredClone(standard)
    partly.opening = { en: '', bn: ' ', vi: 'Xin chào.' }
    partly.questions[0]!.hint = { en: ' ' }
    partly.questions[0]!.options[0]!.text = { en: 'Yes', ta: '' }
    const kept = withoutBlanks(partly)
    expect(kept.opening).toEqual({ en: '', vi: 'Xin chào.' })
    expect(kept.questions[0]).not.toHaveProperty('hint')
    expect(kept.questions[0]!.options[0]!.text).toEqual({ en: 'Yes' })
    expect(withoutBlanks(standard)).toEqual(standard)
  })

  it('may not lead back or nowhere', () => {
    const broken: QuestionnaireBody = structuredClone(standard)
    broken.questions[1]!.options[0]!.next = 'safe-to-talk'
    broken.questions[1]!.options[1]!.next = 'nowhere'
    expect(questionnaireProblems(broken)).toEqual([
      'Choice "no" of "retaliation" leads back to "safe-to-talk": branches lead forward only.',
      'Choice "yes" of "retaliation" leads to "nowhere", which does not exist.',
    ])
  })
})
