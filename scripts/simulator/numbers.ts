import type { DemoCountry } from './demo.ts'

/**
 * What a simulated worker's phone does when it is called, told by the last two digits of its number:
 *
 *   …86  busy (486)                      …03  rejects the call (603)
 *   …80  rings until the caller gives up …04  does not exist (404)
 *   any other ending: answers, talks and stays on; the last digit counts through the languages of its country
 */
export type LineBehaviour = 'answers' | 'busy' | 'no-answer' | 'rejects' | 'dead'

const ENDINGS: Record<Exclude<LineBehaviour, 'answers'>, string> = { busy: '86', 'no-answer': '80', rejects: '03', dead: '04' }

/** What the phone with this number does. */
export function behaviourOf(number: string): LineBehaviour {
  const ending = number.slice(-2)
  const found = Object.entries(ENDINGS).find(([, each]) => each === ending)
  return found ? (found[0] as LineBehaviour) : 'answers'
}

/** The language spoken by a phone that answers. */
export function languageOf(number: string, { languages }: Pick<DemoCountry, 'languages'>): string {
  return languages[Number(number.at(-1)) % languages.length] ?? 'en'
}

/**
 * Numbers the national plans know as mobile but that are not sold, as far as the published plans tell: BD 011 belonged to an
 * operator that closed, the others are blocks without an operator. They never leave this machine in any case.
 */
const RANGES: Record<string, { prefix: string; length: number }> = {
  BD: { prefix: '+88011', length: 14 },
  VN: { prefix: '+8451', length: 12 },
  CN: { prefix: '+86161', length: 14 },
  IN: { prefix: '+9161', length: 13 },
  TR: { prefix: '+90596', length: 13 },
}

/**
 * The number (E.164) of one simulated worker; the same arguments give the same number.
 * @param index 0 … 99,999 within a country; larger ones start again
 * @throws when the country has no range here
 */
export function workerNumber(
  country: Pick<DemoCountry, 'id' | 'languages'>,
  language: string,
  index: number,
  behaviour: LineBehaviour = 'answers',
): string {
  const range = RANGES[country.id]
  if (!range) throw new Error(`no numbers for simulated workers of ${country.id}: add a range to scripts/simulator/numbers.ts`)
  const room = range.length - range.prefix.length - 2
  const middle = String(index % 10 ** room).padStart(room, '0')
  const ending = behaviour === 'answers' ? `1${Math.max(0, country.languages.indexOf(language))}` : ENDINGS[behaviour]
  return `${range.prefix}${middle}${ending}`
}
