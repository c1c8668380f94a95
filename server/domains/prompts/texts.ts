/** The sentences of a language, and who can speak them. */
import { LANGUAGES, type LanguageCode, promptsOf } from '../../../asterisk-config/sounds/catalogue.ts'

/** `speech`: as espeak-ng has to be given it. */
export type Sentence = { name: string; text: string; speech: string; voice: string }

/** The catalogue's; empty for a language that it does not have. */
export function sentencesOf(language: string): ReadonlyMap<string, Sentence> {
  return new Map(isInCatalogue(language) ? promptsOf(language).map((prompt) => [prompt.name, prompt]) : [])
}

export const findSentence = (language: string, name: string): Sentence | undefined => sentencesOf(language).get(name)

const isInCatalogue = (code: string): code is LanguageCode => (LANGUAGES as string[]).includes(code)
