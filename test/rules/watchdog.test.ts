import { describe, expect, test } from 'vitest'
import {
  alertFor,
  type CallResult,
  checkText,
  expectationOf,
  type Judgement,
  judgeCall,
  nextInMinutes,
  tokenIn,
  type WatchedLine,
} from '../../server/domains/watchdog/rules.ts'

const SAME = 0.6
const line: WatchedLine = {
  countryId: 'IN',
  kind: 'card',
  languageCodes: ['hi', 'ta'],
  fixedLanguageCode: null,
  answeringMode: 'answer',
}
const hindi = expectationOf(line)
const heard = (likeness: Record<string, number>, own: Partial<Extract<CallResult, { kind: 'heard' }>> = {}): CallResult => ({
  kind: 'heard',
  isSilent: false,
  isRecognised: true,
  likeness: new Map(Object.entries(likeness)),
  ...own,
})
const judge = (result: CallResult, expected = hindi) => judgeCall(result, expected, SAME)

describe('what a number must answer', () => {
  test.each<[string, Partial<WatchedLine>, object]>([
    ['the neutral greeting, in the menu’s first language', {}, { kind: 'speaks', prompt: 'greeting', languageCode: 'hi' }],
    ['the greeting in its own language', { fixedLanguageCode: 'ta' }, { kind: 'speaks', prompt: 'greeting', languageCode: 'ta' }],
    [
      'that the call is free, where it is',
      { answeringMode: 'free-announcement' },
      { kind: 'speaks', prompt: 'free-announcement', languageCode: 'hi' },
    ],
    ['a busy signal, where callers are rung back', { answeringMode: 'ring-and-hang-up' }, { kind: 'refuses' }],
  ])('%s', (_, own, expected) => {
    expect(expectationOf({ ...line, ...own })).toEqual(expected)
  })
})

describe('what was heard', () => {
  test.each<[string, CallResult, Partial<Judgement>]>([
    ['the right sentence', heard({ hi: 0.94, ta: 0.3 }), { verdict: 'ok', heardLanguageCode: 'hi' }],
    ['the right sentence over a bad line', heard({ hi: 0.61, ta: 0.4 }), { verdict: 'ok', heardLanguageCode: 'hi' }],
    ['another language’s sentence', heard({ hi: 0.3, ta: 0.9 }), { verdict: 'wrong-language', heardLanguageCode: 'ta' }],
    [
      'another language’s sentence in the place of ours',
      heard({ hi: 0.97, ta: 0.97 }),
      { verdict: 'wrong-language', heardLanguageCode: 'ta' },
    ],
    ['none of our sentences', heard({ hi: 0.4, ta: 0.5 }), { verdict: 'unclear', heardLanguageCode: null }],
    ['a language without its sentence', heard({}), { verdict: 'unclear' }],
    ['nothing', heard({}, { isSilent: true }), { verdict: 'silent' }],
    [
      'the right sentence, in a call that came in as a stranger’s',
      heard({ hi: 0.9 }, { isRecognised: false }),
      { verdict: 'unrecognised' },
    ],
    ['a refusal', { kind: 'refused', hangupCause: 21, sipStatus: 403 }, { verdict: 'unanswered', detail: 'SIP 403' }],
    ['a busy signal', { kind: 'refused', hangupCause: 17, sipStatus: 486 }, { verdict: 'unanswered', detail: 'SIP 486' }],
    ['no answer', { kind: 'refused', hangupCause: 19, sipStatus: null }, { verdict: 'unanswered', detail: 'cause 19' }],
    ['nobody, for the trunk is paused', { kind: 'not-made', reason: 'paused' }, { verdict: 'not-made', detail: 'paused' }],
  ])('%s', (_, result, expected) => {
    expect(judge(result)).toMatchObject(expected)
  })

  test.each<[string, CallResult, string]>([
    ['busy over the carrier', { kind: 'refused', hangupCause: 17, sipStatus: 486 }, 'ok'],
    ['busy by loop-back', { kind: 'refused', hangupCause: 17, sipStatus: null }, 'ok'],
    ['no answer', { kind: 'refused', hangupCause: 19, sipStatus: null }, 'unanswered'],
    ['an answer', heard({ hi: 0.9 }), 'unclear'],
  ])('%s, where callers are rung back', (_, result, verdict) => {
    expect(judge(result, { kind: 'refuses' }).verdict).toBe(verdict)
  })
})

describe('what follows', () => {
  const alert = (verdict: Judgement['verdict'], own: Partial<Judgement> = {}) =>
    alertFor(line, { verdict, heardLanguageCode: null, detail: null, ...own }, 'hi')

  test.each([
    ['silent', 'number-silent', 'critical'],
    ['unclear', 'number-silent', 'critical'],
    ['unanswered', 'number-silent', 'critical'],
    ['wrong-language', 'number-wrong-language', 'warning'],
    ['unrecognised', 'number-not-recognised', 'warning'],
    ['lost', 'number-text-lost', 'warning'],
  ] as const)('of %s: %s on the board, %s', (verdict, kind, severity) => {
    expect(alert(verdict)).toMatchObject({ kind, severity, message: expect.stringContaining('number IN-card') as string })
  })

  test('of a good answer, or of no try at all: nothing', () => {
    expect([alert('ok'), alert('not-made')]).toEqual([undefined, undefined])
  })

  test('which language is heard, and which should be, stands in the sentence', () => {
    expect(alert('wrong-language', { heardLanguageCode: 'ta' })!.message).toBe(
      'The number IN-card answers in the language ta and should answer in hi.',
    )
  })

  test('a number that failed is looked at again in five minutes, or sooner if it would be', () => {
    expect([nextInMinutes(60, 'ok'), nextInMinutes(60, 'silent'), nextInMinutes(60, 'not-made'), nextInMinutes(5, 'lost')]).toEqual([
      60, 5, 5, 5,
    ])
  })
})

describe('a text of ours', () => {
  const token = '0123456789abcdef0123456789abcdef'
  test('is known by its word, whatever blanks a carrier adds', () => {
    expect(tokenIn(` ${checkText(token)}\r\n`)).toBe(token)
  })

  test.each([
    'Line check',
    `Line check ${token} please call me`,
    `line check ${token}`,
    token,
    'Line check 0123456789',
    `Line check ${token}0`,
  ])('is not what a worker wrote: %j', (words) => {
    expect(tokenIn(words)).toBeUndefined()
  })
})
