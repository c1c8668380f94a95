/** PINs: ten digits that stand for a worker who wants no call. Pure. */
import { HOUR } from '../../platform/time/duration.ts'

export const PIN_DIGITS = 10
/** Read out and written down in these groups. */
export const isPin = (text: string) => /^[0-9]{10}$/.test(text)

/** How long a wrong PIN counts. */
export const MISS_MEMORY_MS = HOUR
/** Wrong ones in that time after which a number, or all who ring one of ours, are told "not found" whatever they enter. */
export const MOST_MISSES = { number: 6, withheld: 20, line: 60 } as const

export type Misses = {
  /** By the number that tries now; by all withheld ones together when it is withheld. */
  bySame: number
  isWithheld: boolean
  onLine: number
}

/**
 * Whether a PIN is not even looked up. Tried without pause, a line answers for 60 of ten thousand million PINs an hour: with
 * 10,000 of them given that is one hit in nearly two years, and 525,000 rows of the activity-log before it.
 */
export function isLimited({ bySame, isWithheld, onLine }: Misses): boolean {
  return bySame >= (isWithheld ? MOST_MISSES.withheld : MOST_MISSES.number) || onLine >= MOST_MISSES.line
}

/** The only answers that go out as a text; each is a prompt too, `pin-<sentence>`. */
export const NEUTRAL_SENTENCES = ['nothing-new', 'in-progress', 'please-ring', 'done', 'not-found'] as const
export type NeutralSentence = (typeof NEUTRAL_SENTENCES)[number]
