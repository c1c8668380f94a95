/** What a stranger wrote, made fit to be shown: nothing in it can hide, reorder or look like part of the screen. */
import { PIN_DIGITS } from '../pins/rules.ts'
import { tensAmong } from './pin-rules.ts'

/**
 * Left as written: letters of every script, joiners and direction marks that languages need, emoji, line breaks, tabs.
 * Made visible (`\u{202E}`): control signs, overrides and embeddings of direction, unseen tags and separators.
 */
const UNSEEN = /[\p{Cc}\u00ad\u202a-\u202e\u2028\u2029\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu

/**
 * The text in these bytes as a screen may show it. Bytes that are no UTF-8 appear as `\xE9`: nothing is dropped.
 * @param bytes as they arrived
 */
export function readable(bytes: Uint8Array): string {
  return shown(decode(bytes))
}

/** As `readable`, without what may be a PIN: looked for before the invisible is written out, which may stand between its digits. */
export function readableWithoutPins(bytes: Uint8Array): string {
  return shown(withoutPins(decode(bytes)))
}

function shown(text: string): string {
  return text
    .replace(/\r\n?/gu, '\n')
    .replace(UNSEEN, (sign) => (sign === '\n' || sign === '\t' ? sign : `\\u{${sign.codePointAt(0)!.toString(16).toUpperCase()}}`))
}

/** Digits of any script, ringed and raised ones too, in groups as people write them: more generously than where a PIN is read. */
const DIGITS = /\+?[\p{Nd}\p{No}](?:[^\p{L}\p{N}]{0,4}[\p{Nd}\p{No}])*/gu
const GROUP = /[\p{Nd}\p{No}]+/gu

/**
 * A text without its PIN: whoever reads it could else ring with it and hear what is meant for the worker alone. Groups that make ten
 * digits are taken for one whether they are or not, and so is a text of nothing but nine to eleven, which may be one that was mistyped.
 */
export function withoutPins(text: string): string {
  const isOnlyDigits = !/[\p{L}\p{N}]/u.test(text.replace(DIGITS, ''))
  return text.replace(DIGITS, (run) => {
    const lengths = run.match(GROUP)!.map((group) => [...group].length)
    const count = lengths.reduce((sum, length) => sum + length, 0)
    if (isOnlyDigits && !run.startsWith('+') && Math.abs(count - PIN_DIGITS) === 1) return hidden(run)
    const tens = tensAmong(lengths)
    let index = -1
    return run.replace(GROUP, (group) => {
      index++
      return tens.some(({ first, last }) => first <= index && index <= last) ? hidden(group) : group
    })
  })
}

const hidden = (digits: string) => digits.replace(/[\p{Nd}\p{No}]/gu, '•')

function decode(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return decodePieces(bytes)
  }
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Sign by sign; what is no UTF-8 by its hexadecimal value. */
function decodePieces(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length;) {
    const length = lengthOfSign(bytes[at]!)
    const sign = length ? tryDecode(bytes.subarray(at, at + length)) : undefined
    text += sign ?? `\\x${bytes[at]!.toString(16).toUpperCase().padStart(2, '0')}`
    at += sign === undefined ? 1 : length
  }
  return text
}

function lengthOfSign(lead: number): number {
  if (lead < 0x80) return 1
  if (lead >= 0xc2 && lead < 0xe0) return 2
  if (lead >= 0xe0 && lead < 0xf0) return 3
  return lead >= 0xf0 && lead < 0xf5 ? 4 : 0
}

function tryDecode(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return undefined
  }
}
