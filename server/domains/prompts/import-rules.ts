/** A language as a file: what stands in it, row by row, and what is wrong with it. */
import { judgeVoice } from './voice-rules.ts'
import { readWritten, type WrittenWords } from './written-rules.ts'

export type ImportedSentence = { name: string; text: string; speech: string | null }
export type ImportedLanguage = {
  code: string
  ownName: string
  script: string
  direction: 'ltr' | 'rtl'
  isTallScript: boolean
  voice: string | null
  sentences: ImportedSentence[]
  /** Null: the file has none of it, and the language waits for it. */
  written: WrittenWords | null
}
type Head = Omit<ImportedLanguage, 'sentences' | 'written'>
/** @property row counted from 1 among the prompts; null: of the language itself, or of a prompt that is not there */
export type ImportProblem = { row: number | null; name: string | null; field: string; message: string }
export type ReadImport = { kind: 'good'; language: ImportedLanguage } | { kind: 'wrong'; problems: ImportProblem[] }

export const LONGEST_TEXT = 300
export const LONGEST_SPEECH = 600
const MOST_PROBLEMS = 100

/** Looks at everything before it answers: nobody mends a file one mistake at a time. @param names every prompt there must be */
export function readImport(given: unknown, names: readonly string[]): ReadImport {
  const problems: ImportProblem[] = []
  const head = readHead(isFields(given) ? given : {}, (field, message) => problems.push({ row: null, name: null, field, message }))
  const rows = isFields(given) && Array.isArray(given.prompts) ? (given.prompts as unknown[]) : undefined
  if (!rows) problems.push({ row: null, name: null, field: 'prompts', message: 'The list of prompts is missing.' })
  const sentences = rows ? readRows(rows, { ...head, names, problems }) : []
  const isWritten = (text: string) => !isScript(head.script) || isWrittenIn(head.script, text)
  const wrong = (name: string | null, field: string, message: string) => void problems.push({ row: null, name, field, message })
  const written = readWritten(isFields(given) ? given : {}, isWritten, wrong)
  return problems.length
    ? { kind: 'wrong', problems: problems.slice(0, MOST_PROBLEMS) }
    : { kind: 'good', language: { ...head, sentences, written } }
}

/** What keeps one sentence from being said; empty: nothing. */
export function problemsOfSentence(
  { text, speech }: Pick<ImportedSentence, 'text' | 'speech'>,
  { script, voice }: Pick<ImportedLanguage, 'script' | 'voice'>,
): Pick<ImportProblem, 'field' | 'message'>[] {
  const problems: Pick<ImportProblem, 'field' | 'message'>[] = []
  const judged = voice === null ? undefined : judgeVoice(voice)
  const needsSpeech = judged?.kind === 'usable' && judged.needsSpeech
  if (!/\p{L}/u.test(text)) problems.push({ field: 'text', message: 'The sentence is missing.' })
  else if (text.length > LONGEST_TEXT) problems.push({ field: 'text', message: `It is longer than ${LONGEST_TEXT} characters.` })
  else if (!isWrittenIn(script, text)) problems.push({ field: 'text', message: `It has letters that are not of the script ${script}.` })
  if (speech !== null && speech.length > LONGEST_SPEECH)
    problems.push({ field: 'speech', message: `It is longer than ${LONGEST_SPEECH} characters.` })
  if (needsSpeech && !/[a-z]+[1-5]/.test(speech ?? ''))
    problems.push({ field: 'speech', message: 'This voice needs pinyin with tones: ni3 hao3.' })
  return problems
}

/** Whether every letter is of one script. @param script Unicode's name, one that `isScript` knows */
export const isWrittenIn = (script: string, text: string) =>
  new RegExp(`^[\\p{Script=${script}}\\p{Script=Common}\\p{Script=Inherited}]+$`, 'u').test(text)

function readHead(given: Fields, wrong: (field: string, message: string) => void): Head {
  const { code, ownName, script, direction, isTallScript = false, voice = null } = given
  const head = {
    code: textOf(code),
    ownName: textOf(ownName).trim(),
    script: textOf(script),
    direction: direction === 'rtl' ? ('rtl' as const) : ('ltr' as const),
    isTallScript: isTallScript === true,
    voice: voice === null ? null : textOf(voice),
  }
  if (!/^[a-z]{2,3}$/.test(head.code)) wrong('code', 'The code of a language is two or three small letters, as in ISO 639.')
  if (head.ownName.length < 1 || head.ownName.length > 60) wrong('ownName', 'Say what its speakers call it, in 60 characters at most.')
  if (direction !== 'ltr' && direction !== 'rtl') wrong('direction', 'It is written ltr or rtl.')
  if (!isScript(head.script)) wrong('script', 'This is not the name of a script in Unicode, such as Khmer, Myanmar, Thai or Latin.')
  if (head.voice !== null && !/^[a-z0-9-]{2,40}$/.test(head.voice)) wrong('voice', 'This is not the name of a voice of espeak-ng.')
  else if (head.voice !== null) {
    const judged = judgeVoice(head.voice)
    if (judged.kind === 'unusable') wrong('voice', judged.why)
  }
  return head
}

type Reading = Head & { names: readonly string[]; problems: ImportProblem[] }

function readRows(rows: readonly unknown[], { names, problems, ...head }: Reading): ImportedSentence[] {
  const rowOf = new Map<string, number>()
  const rowOfText = new Map<string, number>()
  const sentences = rows.flatMap((given, index): ImportedSentence[] => {
    const row = index + 1
    const fields = isFields(given) ? given : {}
    const name = textOf(fields.name)
    const wrong = (field: string, message: string) => void problems.push({ row, name: name || null, field, message })
    const trouble = !names.includes(name) ? 'No prompt has this name.' : rowOf.has(name) && `It stands in row ${rowOf.get(name)} already.`
    if (trouble) {
      wrong('name', trouble)
      return []
    }
    rowOf.set(name, row)
    const text = textOf(fields.text).normalize('NFC').trim()
    const speech = textOf(fields.speech).trim() || null
    if (isScript(head.script)) for (const { field, message } of problemsOfSentence({ text, speech }, head)) wrong(field, message)
    const same = rowOfText.get(text)
    if (text && same !== undefined) wrong('text', `It says the same as row ${same}.`)
    else rowOfText.set(text, row)
    return [{ name, text, speech }]
  })
  for (const name of names) {
    if (!rowOf.has(name)) problems.push({ row: null, name, field: 'prompts', message: 'This prompt is not in the file.' })
  }
  return sentences
}

type Fields = Record<string, unknown>
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)
const textOf = (value: unknown) => (typeof value === 'string' ? value : '')

export function isScript(name: string): boolean {
  if (!/^[A-Z][A-Za-z_]{2,40}$/.test(name) || name === 'Common' || name === 'Inherited') return false
  try {
    return new RegExp(`\\p{Script=${name}}`, 'u').source !== ''
  } catch {
    // The engine's own list of scripts is the one that counts.
    return false
  }
}
