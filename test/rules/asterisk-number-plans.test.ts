import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/max'
import { describe, expect, test } from 'vitest'
import { dialPatterns } from '../../asterisk-config/number-plans.ts'
import { countries } from '../../scripts/demo/programme.ts'

const ORDINARY = ['MOBILE', 'FIXED_LINE', 'FIXED_LINE_OR_MOBILE']

/** What the dialplan would say: its patterns as a regular expression. */
function dialplanOf(countryId: string, prefixes: string[]): RegExp {
  const alternatives = dialPatterns(countryId, prefixes).map((pattern) => pattern.replace('+', '\\+').replaceAll('X', '[0-9]'))
  return new RegExp(`^(${alternatives.join('|')})$`)
}

const typeOf = (number: string, countryId: string) => {
  const parsed = parsePhoneNumberFromString(number, { extract: false })
  return parsed?.country === (countryId as CountryCode) && parsed.number === number && parsed.isValid()
    ? (parsed.getType() ?? 'none')
    : 'none'
}

/** The same numbers at every run: each beginning of three digits in each length, filled up by a fixed sequence, with its type. */
function sample(countryId: string, callingCode: string): { number: string; type: string }[] {
  let state = 1
  const digit = () => ((state = (state * 48_271) % 2_147_483_647), state % 10)
  const numbers = Array.from({ length: 900 * 6 * 2 }, (_, index) => {
    const rest = Array.from({ length: 4 + (index % 6) }, digit).join('')
    return `+${callingCode}${100 + Math.floor(index / 12)}${rest}`
  })
  return numbers.map((number) => ({ number, type: typeOf(number, countryId) }))
}

describe.each(countries.map(({ id, callingCode, workerPrefix }) => ({ id, callingCode, workerPrefix })))(
  '$id',
  ({ id, callingCode, workerPrefix }) => {
    const dialplan = dialplanOf(id, [`+${callingCode}`])
    const numbers = sample(id, callingCode)

    test('the dialplan lets no number pass that is dearer than a call', () => {
      const passed = numbers.filter(({ number }) => dialplan.test(number))
      expect(passed.length).toBeGreaterThan(500)
      expect(passed.filter(({ type }) => type !== 'none' && !ORDINARY.includes(type))).toEqual([])
    })

    test('and every mobile number', () => {
      const mobiles = numbers.filter(({ type }) => type === 'MOBILE')
      expect(mobiles.length).toBeGreaterThan(50)
      expect(mobiles.filter(({ number }) => !dialplan.test(number)).map(({ number }) => number)).toEqual([])
    })

    test('and the demo’s workers', () => {
      expect(`${workerPrefix}42`).toMatch(dialplan)
    })

    test('and nothing abroad, in space, or short', () => {
      for (const number of ['+881612345678', '+8816123456789', '+882123456789', '+19005551234', '+999', '+112', `+${callingCode}`]) {
        expect.soft(number).not.toMatch(dialplan)
      }
    })
  },
)

test('a trunk with narrower prefixes dials nothing beyond them', () => {
  expect(dialPatterns('BD', ['+88013', '+88017'])).toEqual(['+88013XXXXXXXX', '+88017XXXXXXXX'])
  expect(dialPatterns('BD', ['+88012'])).toEqual([])
  expect(dialPatterns('BD', ['+8801712345678'])).toEqual([])
  expect(dialPatterns('TR', ['+90212'])).toEqual(['+90212XXXXXXX'])
})

test('of a country without a plan here, length and beginning are known', () => {
  expect(dialPatterns('MM', ['+959'])).toEqual([5, 6, 7, 8, 9, 10, 11, 12].map((digits) => `+959${'X'.repeat(digits)}`))
})
