/** What a number of ours must answer, what was heard of it, and what follows. Pure. */
import type { AlertSeverity } from '../alerts/contract.ts'
import { messages } from '../alerts/message-rules.ts'
import { MINUTE } from '../../platform/time/duration.ts'
import type { CheckVerdict, LineKind } from './contract.ts'

export type WatchedLine = {
  countryId: string
  kind: LineKind
  /** In the order of the menu; never empty. */
  languageCodes: readonly string[]
  fixedLanguageCode: string | null
  answeringMode: 'answer' | 'free-announcement' | 'ring-and-hang-up'
}

/** `refuses`: the country's line rings callers back instead, so a busy signal is the right answer. */
export type Expectation = { kind: 'speaks'; prompt: 'greeting' | 'free-announcement'; languageCode: string } | { kind: 'refuses' }

/** The first words a caller hears: in the number's own language, else in the menu's first, in which the greeting is neutral. */
export function expectationOf({ languageCodes, fixedLanguageCode, answeringMode }: WatchedLine): Expectation {
  if (answeringMode === 'ring-and-hang-up') return { kind: 'refuses' }
  const prompt = answeringMode === 'free-announcement' ? 'free-announcement' : 'greeting'
  return { kind: 'speaks', prompt, languageCode: fixedLanguageCode ?? languageCodes[0]! }
}

/** What came of the call. @property likeness by language, 0 to 1 */
export type CallResult =
  | { kind: 'heard'; isSilent: boolean; likeness: ReadonlyMap<string, number>; isRecognised: boolean }
  | { kind: 'refused'; hangupCause: number; sipStatus: number | null }
  | { kind: 'not-made'; reason: string }

export type Judgement = { verdict: CheckVerdict; heardLanguageCode: string | null; detail: string | null }

/** Nearer to each other than this, two languages' sentences cannot be told apart by what was heard. */
const TIE = 0.1

/** @param sameSentence likeness from which on it is that sentence */
export function judgeCall(result: CallResult, expected: Expectation, sameSentence: number): Judgement {
  switch (result.kind) {
    case 'not-made':
      return { verdict: 'not-made', heardLanguageCode: null, detail: result.reason }
    case 'refused':
      return judgeRefusal(result, expected)
    case 'heard':
      return judgeSound(result, expected, sameSentence)
  }
}

const BUSY = new Set([486, 600])

function judgeRefusal({ hangupCause, sipStatus }: Extract<CallResult, { kind: 'refused' }>, expected: Expectation): Judgement {
  const isBusy = (sipStatus !== null && BUSY.has(sipStatus)) || (sipStatus === null && hangupCause === 17)
  if (isBusy && expected.kind === 'refuses') return { verdict: 'ok', heardLanguageCode: null, detail: null }
  const status = sipStatus === null ? `cause ${hangupCause}` : `SIP ${sipStatus}`
  return { verdict: 'unanswered', heardLanguageCode: null, detail: status }
}

function judgeSound(
  { isSilent, likeness, isRecognised }: Extract<CallResult, { kind: 'heard' }>,
  expected: Expectation,
  sameSentence: number,
): Judgement {
  if (expected.kind === 'refuses') return { verdict: 'unclear', heardLanguageCode: null, detail: 'answered instead of refusing' }
  if (isSilent) return { verdict: 'silent', heardLanguageCode: null, detail: null }
  const right = likeness.get(expected.languageCode) ?? 0
  const [other, best] = [...likeness]
    .filter(([code]) => code !== expected.languageCode)
    .reduce<[string | null, number]>((most, [code, score]) => (score > most[1] ? [code, score] : most), [null, 0])
  const isRight = right >= sameSentence
  const isOther = best >= sameSentence && best > right - TIE
  const detail = `likeness ${Math.max(right, best).toFixed(2)}`
  // A sentence that is as much the other language's: its file lies in the place of ours.
  if (isOther) return { verdict: 'wrong-language', heardLanguageCode: other, detail }
  if (!isRight) return { verdict: 'unclear', heardLanguageCode: null, detail }
  return { verdict: isRecognised ? 'ok' : 'unrecognised', heardLanguageCode: expected.languageCode, detail }
}

/** A number that failed is looked at again soon, so that its alert goes when it answers. */
const AGAIN_MINUTES = 5

/** Minutes until the next look. */
export function nextInMinutes(everyMinutes: number, verdict: CheckVerdict): number {
  return verdict === 'ok' ? everyMinutes : Math.min(everyMinutes, AGAIN_MINUTES)
}

/** How long one check may take before nobody will tell its end. */
export const CALL_LEASE_MS = 3 * MINUTE
/** Carriers deliver most texts in seconds. */
export const TEXT_LEASE_MS = 5 * MINUTE

export type NumberAlert = { kind: AlertKind; severity: AlertSeverity; message: string }
const ALERT_KINDS = {
  call: ['number-silent', 'number-wrong-language', 'number-not-recognised'],
  text: ['number-text-lost'],
} as const
export type AlertKind = (typeof ALERT_KINDS)['call' | 'text'][number]

/** Every alert that a check of this kind can raise: what it does not raise, it resolves. */
export const alertKinds = (kind: 'call' | 'text'): readonly AlertKind[] => ALERT_KINDS[kind]

/** What must be on the board; undefined when all is well, or nothing is known. The number is named, not written. */
export function alertFor(
  { countryId, kind }: Pick<WatchedLine, 'countryId' | 'kind'>,
  { verdict, heardLanguageCode: heard, detail }: Judgement,
  expectedLanguageCode: string | null,
): NumberAlert | undefined {
  const number = `${countryId}-${kind}`
  const silent = (message: string): NumberAlert => ({ kind: 'number-silent', severity: 'critical', message })
  switch (verdict) {
    case 'ok':
    case 'not-made':
      return undefined
    case 'silent':
      return silent(messages.say('alert-number-silent', { number }))
    case 'unclear':
      return silent(messages.say('alert-number-unclear', { number }))
    case 'unanswered':
      return silent(messages.say('alert-number-unanswered', { number, cause: detail ?? 'no cause' }))
    case 'wrong-language': {
      const languages = { heard: heard ?? 'none', language: expectedLanguageCode ?? 'none' }
      const message = messages.say('alert-number-language', { number, ...languages })
      return { kind: 'number-wrong-language', severity: 'warning', message }
    }
    case 'unrecognised':
      return { kind: 'number-not-recognised', severity: 'warning', message: messages.say('alert-number-stranger', { number }) }
    case 'lost':
      return { kind: 'number-text-lost', severity: 'warning', message: messages.say('alert-number-text-lost', { number }) }
  }
}

/** What a check's text says: a word no worker writes. */
export const checkText = (token: string) => `Line check ${token}`
const CHECK_TEXT = /^\s*Line check ([0-9a-f]{32})\s*$/
/** The token of a text that looks like a check's; undefined for what people write. */
export const tokenIn = (words: string): string | undefined => CHECK_TEXT.exec(words)?.[1]
