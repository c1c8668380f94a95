import type { QuestionnaireBody, SpokenLanguages } from '../../api/questionnaires.ts'
import { listed } from '../../text/text.svelte.ts'
import { languageName } from '../../text/time.svelte.ts'

/** What workers asked with a questionnaire speak, most factories first. */
export const spokenOf = (all: SpokenLanguages | null, questionnaireId: string): string[] =>
  all?.spoken.filter((one) => one.questionnaireId === questionnaireId).map(({ languageCode }) => languageCode) ?? []

/** Of the languages spoken, those in which words are missing, by name. */
export const lacking = (spoken: readonly string[], complete: readonly string[]): string =>
  listed(spoken.filter((code) => !complete.includes(code)).map(languageName))

/** Languages to read a questionnaire in beside English: those spoken first, then all others it, or the hotline, has. */
export const readableIn = (spoken: readonly string[], { opening }: QuestionnaireBody, served: readonly string[]): string[] =>
  [...new Set([...spoken, ...Object.keys(opening), ...served])].filter((code) => code !== 'en')
