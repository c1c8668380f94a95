import ar from './refusals/ar.json'
import { type Said, speak } from './said.ts'
import { type ConsoleLanguage, consoleLanguage, isolated } from './text.svelte.ts'
import { calendarDay, regionName, weekdayName } from './time.svelte.ts'

/**
 * What the service says when it refuses, by its English, in each other language of the console; `{name}` stands for what the
 * service fills in. test/house/console-texts.test.ts compares them with the service's own.
 */
const sentences: Record<Exclude<ConsoleLanguage, 'en'>, Record<string, string>> = { ar }
type Sentence = { pattern: RegExp; words: string }
const patterns = new Map<string, Sentence[]>()

/**
 * A refusal in the language of the console. What has no translation stays English, set apart so that a line written the
 * other way keeps its order.
 * @param message one or more English sentences
 * @param detail `said` in it: the same sentences as data
 */
export function refusalText(message: string, detail?: unknown): string {
  const language = consoleLanguage()
  const said = (detail as { said?: Said[] } | undefined)?.said
  if (said)
    return speak(said)
      .map(({ text }) => text)
      .join(' ')
  if (language === 'en' || message === '') return message
  const found = sentencesOf(language).find(({ pattern }) => pattern.test(message))
  const match = found?.pattern.exec(message)
  if (!found || !match) return isolated(message)
  const spoken = found.words.replace(/\{(\w+)\}/g, (_, name: string) => shown(name, match.groups?.[name] ?? ''))
  const rest = message.slice(match[0].length).trim()
  return rest ? `${spoken} ${refusalText(rest)}` : spoken
}

/** Longest first: a sentence that another one begins with must not be taken for it. */
function sentencesOf(language: Exclude<ConsoleLanguage, 'en'>): Sentence[] {
  let known = patterns.get(language)
  if (!known) {
    known = Object.entries(sentences[language])
      .toSorted(([one], [other]) => other.length - one.length)
      .map(([english, words]) => ({ pattern: patternOf(english), words }))
    patterns.set(language, known)
  }
  return known
}

function patternOf(english: string): RegExp {
  const literal = english.replace(/[.*+?^$()|[\]\\]/g, '\\$&')
  return new RegExp(`^${literal.replace(/\{(\w+)\}/g, '(?<$1>.+?)')}(?= |$)`, 's')
}

/** What a value is, its name tells. */
function shown(name: string, value: string): string {
  switch (name) {
    case 'day':
      return weekdayName(1 + ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'].indexOf(value))
    case 'date':
      return calendarDay(value)
    case 'region':
      return regionName(value)
    default:
      return isolated(value)
  }
}
