import { asciiDigits } from '../workers/rules.ts'

/** A PIN in a text. @property isAlone nothing else was written */
export type WrittenPin = { pin: string; isAlone: boolean }

/** Digits as people group them; a leading + makes it a phone number. */
const RUN = /\+?\d(?:[ \u00a0.-]?\d)*/gu
const PIN_DIGITS = 10

/**
 * The one number of ten digits in a text, written in any script's digits and in any groups. Two of them, or a longer number,
 * are no PIN. Ten digits may also be somebody's phone number: only who keeps the PINs can tell.
 */
export function pinIn(text: string): WrittenPin | undefined {
  const plain = asciiDigits(text.normalize('NFKC').replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu, ''))
  const runs = plain.match(RUN) ?? []
  const found = runs.map((run) => run.replace(/[^+\d]/gu, '')).filter((run) => run.length === PIN_DIGITS && !run.startsWith('+'))
  if (found.length !== 1) return undefined
  return { pin: found[0]!, isAlone: runs.length === 1 && !/[\p{L}\p{N}]/u.test(plain.replace(RUN, '')) }
}
