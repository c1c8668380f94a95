/** The written words of an imported language: what goes out as a text, what STOP and START are, what a worker agrees to. */
import { SENTENCES, type SentenceName } from './sentence-rules.ts'

export type WrittenWords = { texts: Record<SentenceName, string>; stopWords: string[]; startWords: string[]; consentText: string }
type Wrong = (name: string | null, field: string, message: string) => void

/** One SMS in any script. */
const LONGEST_TEXT = 160
const LONGEST_WORD = 30
const LONGEST_CONSENT = 600
const MOST_WORDS = 12
/** What a file must have of them, all or none: without them it waits. */
const WRITTEN_FIELDS = ['texts', 'stopWords', 'startWords', 'consentText'] as const

type Given = Record<string, unknown>

/** Null when the file has none of it, as the template has before it is filled in. @param isWritten whether every letter is of the language's script @param wrong told of all that is */
export function readWritten(given: Given, isWritten: (text: string) => boolean, wrong: Wrong): WrittenWords | null {
  if (WRITTEN_FIELDS.every((field) => isBlank(given[field]))) return null
  const sentence = (name: string | null, field: string, value: unknown, longest: number): string => {
    const text = typeof value === 'string' ? value.normalize('NFC').trim() : ''
    if (!/\p{L}/u.test(text)) wrong(name, field, 'The sentence is missing.')
    else if (text.length > longest) wrong(name, field, `It is longer than ${longest} characters.`)
    else if (!isWritten(text)) wrong(name, field, 'It has letters of another script.')
    return text
  }
  const words = (field: 'stopWords' | 'startWords'): string[] => {
    const list = Array.isArray(given[field]) ? (given[field] as unknown[]) : []
    if (list.length < 1 || list.length > MOST_WORDS) wrong(null, field, `Give one word at least, and ${MOST_WORDS} at most.`)
    return list.slice(0, MOST_WORDS).map((word) => sentence(null, field, word, LONGEST_WORD))
  }
  const rows = new Map(
    (Array.isArray(given.texts) ? (given.texts as unknown[]) : []).flatMap((row): [unknown, unknown][] =>
      typeof row === 'object' && row !== null ? [[(row as Given).name, (row as Given).text]] : [],
    ),
  )
  const texts = Object.fromEntries(SENTENCES.map((name) => [name, sentence(name, 'texts', rows.get(name), LONGEST_TEXT)]))
  const [stopWords, startWords] = [words('stopWords'), words('startWords')]
  if (stopWords.some((word) => startWords.includes(word))) wrong(null, 'startWords', 'A word cannot mean both.')
  if (!startWords.some((word) => (texts['stopped'] ?? '').includes(word)))
    wrong('stopped', 'texts', 'It must say which word begins again: one of startWords.')
  return {
    texts: texts as WrittenWords['texts'],
    stopWords,
    startWords,
    consentText: sentence(null, 'consentText', given.consentText, LONGEST_CONSENT),
  }
}

/** Nothing, an empty list, or rows of which nobody has written a text. */
function isBlank(value: unknown): boolean {
  if (value === undefined || value === null) return true
  if (typeof value === 'string') return value.trim() === ''
  return Array.isArray(value) && value.every((each) => isBlank(typeof each === 'object' && each !== null ? (each as Given).text : each))
}
