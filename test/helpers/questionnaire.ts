import type { LocalText, QuestionnaireBody } from '../../server/domains/questionnaires/contract.ts'

const inEnglish = (en: string): LocalText => ({ en })

/** The shortest that may be published: whether it is safe to talk (`safe`), then one question answered in words (`what`). */
export const questionnaireAsking = (what: string): QuestionnaireBody => ({
  opening: inEnglish('Hello.'),
  closing: inEnglish('Thank you.'),
  questions: [
    {
      id: 'safe',
      kind: 'choice',
      text: inEnglish('Is it safe to talk?'),
      options: [
        { id: 'yes', text: inEnglish('yes') },
        { id: 'no', text: inEnglish('no'), next: 'end', endsWith: 'not-safe-now' },
        { id: 'someone-else', text: inEnglish('someone else'), next: 'end', endsWith: 'someone-else' },
      ],
    },
    { id: 'what', kind: 'text', text: inEnglish(what), options: [] },
  ],
})
