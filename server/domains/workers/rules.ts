/** Phone numbers: brought to E.164 by their country's rules, and whether a trunk may dial them. */
import { type CountryCode, isSupportedCountry, type NumberType, parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { Unprocessable } from '../../platform/errors.ts'

/** The number cannot be used. The sentence says why and never repeats it. */
export class BadPhone extends Unprocessable {
  constructor(message: string) {
    super('bad-phone', message)
  }
}

export type DialDecision = { kind: 'ok' } | { kind: 'refused'; reason: string }

/** Some countries' plans cannot tell mobile from fixed; what costs more than a call, or is no subscriber, is not here. */
const DIALLABLE: readonly NumberType[] = ['MOBILE', 'FIXED_LINE', 'FIXED_LINE_OR_MOBILE']

/**
 * Brings a number as people write it to E.164: digits of any script, leading 0, 00 or +, spaces and hyphens.
 * @param countryId whose rules apply, and whose number it must be
 * @throws BadPhone
 */
export function normalisePhone(countryId: string, raw: string): string {
  const written = cleanUp(raw)
  if (!/^\+?[0-9]{4,17}$/.test(written)) throw new BadPhone('This is not a phone number: digits, spaces, + and hyphens only.')
  const parsed = isSupportedCountry(countryId) ? parse(countryId, written) : undefined
  if (!parsed) throw new BadPhone(`This is not a phone number of ${countryId}.`)
  const decision = mayDial(countryId, parsed.number)
  if (decision.kind === 'refused') throw new BadPhone(decision.reason)
  return parsed.number
}

/** Whether what a carrier says of a caller is a number we could ring back: no withheld, foreign or special one. */
export function isOrdinaryNumber(countryId: string, raw: string): boolean {
  try {
    normalisePhone(countryId, raw)
    return true
  } catch (error) {
    if (!(error instanceof BadPhone)) throw error
    return false
  }
}

/**
 * Whether a trunk of this country may dial this number: an ordinary subscriber of the trunk's own country and nothing else.
 * The second lock against toll fraud: the dialplan has its own.
 * @param trunkCountryId ISO 3166 country of the trunk
 * @param e164 as stored: + and digits, nothing around them
 */
export function mayDial(trunkCountryId: string, e164: string): DialDecision {
  if (!/^\+[1-9][0-9]{6,14}$/.test(e164)) return refused('The number is not in international form.')
  const parsed = parsePhoneNumberFromString(e164, { extract: false })
  // Without a country of its own it is a satellite or a network without a place, whatever type the library gives it.
  if (!parsed?.country || parsed.number !== e164) return refused('The number belongs to no country.')
  if (parsed.country !== trunkCountryId) return refused(`The number is not one of ${trunkCountryId}.`)
  if (!parsed.isValid()) return refused(`The number does not exist in ${trunkCountryId}'s numbering plan.`)
  const type = parsed.getType()
  if (!type || !DIALLABLE.includes(type)) return refused('The number is not an ordinary mobile or fixed line.')
  return { kind: 'ok' }
}

const refused = (reason: string): DialDecision => ({ kind: 'refused', reason })

function parse(countryId: CountryCode, written: string) {
  const parsed = parsePhoneNumberFromString(written, { defaultCountry: countryId, extract: false })
  return parsed && !parsed.ext ? parsed : undefined
}

/** The zero of each script whose digits people write numbers with; the other nine follow it in Unicode. */
const ZEROS = [
  0x0660, 0x06f0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0de6, 0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x1090,
  0x17e0, 0x1810, 0xff10,
]

/** The text with the digits of any script as 0 to 9. */
export function asciiDigits(text: string): string {
  return text.replace(/[^\x00-\x7f]/gu, (char) => asciiDigit(char) ?? char)
}

/** ASCII digits and at most a leading +; separators dropped. Whatever else was there stays, and is refused by its presence. */
function cleanUp(raw: string): string {
  return (
    asciiDigits(raw)
      // Direction marks and joiners come along when numbers are copied.
      .replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu, '')
      .replace(/[\s\u2010-\u2015\u2212\-.()/]/gu, '')
      .replace(/^\uff0b/u, '+')
      .replace(/^00/, '+')
  )
}

function asciiDigit(char: string): string | undefined {
  const code = char.codePointAt(0)!
  const zero = ZEROS.find((candidate) => candidate <= code && code < candidate + 10)
  return zero === undefined ? undefined : String(code - zero)
}
