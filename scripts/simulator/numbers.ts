import type { DemoCountry } from './demo.ts'

/**
 * What a simulated worker's phone does when it is called, told by the last two digits of its number:
 *
 *   …86  busy (486)                      …03  rejects the call (603)
 *   …80  rings until the caller gives up …04  does not exist (404)
 *   any other ending: answers, talks and stays on
 */
export type LineBehaviour = 'answers' | 'busy' | 'no-answer' | 'rejects' | 'dead'

const ENDINGS: Record<LineBehaviour, string> = { answers: '11', busy: '86', 'no-answer': '80', rejects: '03', dead: '04' }

/** What the phone with this number does. */
export function behaviourOf(number: string): LineBehaviour {
  const behaviours = Object.keys(ENDINGS) as LineBehaviour[]
  return behaviours.find((behaviour) => number.endsWith(ENDINGS[behaviour])) ?? 'answers'
}

/** The language its owner speaks: the digit before the ending counts through the country's languages. */
export function languageOf(number: string, country: Pick<DemoCountry, 'languages'>): string {
  const { languages } = country
  return languages[Number(number.at(-3)) % languages.length] ?? 'en'
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
 * @param index 0 … 9,999 within a country and language; larger ones start again
 * @throws when the country has no range here
 */
export function workerNumber(country: DemoCountry, language: string, index: number, behaviour: LineBehaviour = 'answers'): string {
  const range = RANGES[country.id]
  if (!range) throw new Error(`no numbers for simulated workers of ${country.id}: add a range to scripts/simulator/numbers.ts`)
  const languageDigit = String(Math.max(0, country.languages.indexOf(language)))
  const room = range.length - range.prefix.length - 3
  const middle = String(index % 10 ** room).padStart(room, '0')
  return `${range.prefix}${middle}${languageDigit}${ENDINGS[behaviour]}`
}
