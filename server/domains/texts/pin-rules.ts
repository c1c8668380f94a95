import { PIN_DIGITS } from '../pins/rules.ts'
import { asciiDigits } from '../workers/rules.ts'

/** A PIN in a text. @property isAlone nothing else was written */
export type WrittenPin = { pin: string; isAlone: boolean }

/** Digits as people group them; a leading + makes it a phone number. */
const RUN = /\+?\d(?:[ \u00a0.-]?\d)*/gu
const BETWEEN = /[ \u00a0.-]/u

/**
 * The one number of ten digits in a text, written in any script's digits and in any groups, also with another number beside it. Two of
 * them, or a longer number, are no PIN. Ten digits may also be somebody's phone number: only who keeps the PINs can tell.
 */
export function pinIn(text: string): WrittenPin | undefined {
  const plain = asciiDigits(text.normalize('NFKC').replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu, ''))
  const runs = plain.match(RUN) ?? []
  const found = runs.filter((run) => !run.startsWith('+')).flatMap(pinsInRun)
  if (found.length !== 1) return undefined
  const { pin, isWhole } = found[0]!
  return { pin, isAlone: isWhole && runs.length === 1 && !/[\p{L}\p{N}]/u.test(plain.replace(RUN, '')) }
}

function pinsInRun(run: string): { pin: string; isWhole: boolean }[] {
  const groups = run.split(BETWEEN)
  return tensAmong(groups.map(({ length }) => length)).map(({ first, last }) => ({
    pin: groups.slice(first, last + 1).join(''),
    isWhole: last - first + 1 === groups.length,
  }))
}

/** Neighbouring groups that make ten digits together. @param lengths digits of each group, in their order, each of one at least */
export function tensAmong(lengths: readonly number[]): { first: number; last: number }[] {
  return lengths.flatMap((_, first) => {
    let digits = 0
    for (let last = first; last < lengths.length && digits < PIN_DIGITS; last++) {
      digits += lengths[last]!
      if (digits === PIN_DIGITS) return [{ first, last }]
    }
    return []
  })
}
