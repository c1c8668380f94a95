/** What is played in place of a prompt whose file is missing. Pure. */
import type { Prompt } from '../flow/types.ts'

/** Played when nothing else is left; beside the languages' folders. */
export const TONE = 'beep'
/** Understood by some where a country's own languages are missing. */
const LAST_LANGUAGE = 'en'

/**
 * Sounds under the sounds' folder, without `.wav`, the first that is there is played: the prompt itself, the same in the country's
 * other languages, in English, the tone. "For this language press 2" is another sentence in another language, so there only the
 * digit is said.
 * @param languages the country's, in the order of its menu
 */
export function chainOf({ name, language }: Prompt, languages: readonly string[]): string[] {
  const own = `${language}/${name}`
  const key = /^menu-(\d)$/.exec(name)?.[1]
  if (key !== undefined) return [own, `${language}/digit-${key}`, TONE]
  const others = [...languages, LAST_LANGUAGE].filter((each) => each !== language)
  return [own, ...[...new Set(others)].map((each) => `${each}/${name}`), TONE]
}
