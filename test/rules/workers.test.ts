import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BadPhone, mayDial, normalisePhone } from '../../server/domains/workers/rules.ts'

describe('a number as people write it', () => {
  const written: [string, string, string][] = [
    ['BD', '01712-345678', '+8801712345678'],
    ['BD', '+880 1712 345678', '+8801712345678'],
    ['BD', '00880 1712345678', '+8801712345678'],
    ['BD', '8801712345678', '+8801712345678'],
    ['BD', '+880 (0) 1712 345678', '+8801712345678'],
    ['BD', '০১৭১২-৩৪৫৬৭৮', '+8801712345678'],
    ['BD', ' \u202a01712345678\u202c ', '+8801712345678'],
    ['BD', '＋８８０１７１２３４５６７８', '+8801712345678'],
    ['VN', '091 234 56 78', '+84912345678'],
    ['CN', '139 1234 5678', '+8613912345678'],
    ['IN', '098123 45678', '+919812345678'],
    ['IN', '९८१२३४५६७८', '+919812345678'],
    ['IN', '௯௮௧௨௩௪௫௬௭௮', '+919812345678'],
    ['TR', '0 (532) 123 45 67', '+905321234567'],
    ['TR', '٠٥٣٢١٢٣٤٥٦٧', '+905321234567'],
    ['TR', '۰۵۳۲۱۲۳۴۵۶۷', '+905321234567'],
    ['MM', '၀၉ ၄၂၀ ၀၀၀ ၀၀၀', '+959420000000'],
    ['KH', '០១២ ៣៤៥ ៦៧៨', '+85512345678'],
  ]
  it.each(written)('of %s, %s, becomes %s', (countryId, raw, e164) => {
    expect(normalisePhone(countryId, raw)).toBe(e164)
  })

  const refused: [string, string, string][] = [
    ['BD', '', 'nothing'],
    ['BD', 'ask at the gate', 'words'],
    ['BD', '999', 'an emergency number'],
    ['BD', '16263', 'a short code'],
    ['BD', '01712345678,,1234', 'pauses'],
    ['BD', '01712345678;1', 'a wait'],
    ['BD', '01712345678 ext. 5', 'an extension'],
    ['BD', '01712345678x5', 'an extension'],
    ['BD', '*21*01712345678#', 'a service code'],
    ['BD', 'tel:01712345678', 'an address'],
    ['BD', '01712345678&01812345678', 'two numbers'],
    ['BD', '0171234567', 'one digit short'],
    ['BD', '+84912345678', 'another country'],
    ['BD', '+881612345678', 'a satellite phone'],
    ['IN', '1800 11 2345', 'toll-free'],
    ['VN', '1900 1234', 'premium rate'],
    ['TR', '0900 123 45 67', 'premium rate'],
    ['ZZ', '01712345678', 'a country that does not exist'],
  ]
  it.each(refused)('in %s, %j, is refused: %s', (countryId, raw) => {
    expect(() => normalisePhone(countryId, raw)).toThrow(BadPhone)
  })

  it('is never repeated in the refusal', () => {
    const told = catchBadPhone(() => normalisePhone('BD', '+84912345678'))
    expect(told).toBe('The number is not one of BD.')
  })

  it('is refused or ends as an ordinary number of its country, whatever is typed', () => {
    const digits = ['0', '1', '7', '8', '9', '৫', '၄', '៣', '٢', '१']
    const others = ['+', ' ', '-', ',', ';', 'p', 'w', 'x', '#', '*', '@', '&', '$', '{', '}', '(', ')', '/', '\u200f', '\n', '😀']
    const text = fc.array(fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...digits) }, fc.constantFrom(...others)), { maxLength: 24 })
    fc.assert(
      fc.property(fc.constantFrom('BD', 'VN', 'CN', 'IN', 'TR', 'MM'), text, (countryId, chars) => {
        const e164 = attempt(() => normalisePhone(countryId, chars.join('')))
        if (e164 !== undefined) expect(mayDial(countryId, e164)).toEqual({ kind: 'ok' })
      }),
      { numRuns: 3000 },
    )
  })
})

describe('a trunk', () => {
  const dialled: [string, string][] = [
    ['BD', '+8801712345678'],
    ['BD', '+88029123456'],
    ['VN', '+84912345678'],
    ['CN', '+8613912345678'],
    ['IN', '+919812345678'],
    ['TR', '+905321234567'],
    ['TR', '+902121234567'],
    ['US', '+12025550123'],
  ]
  it.each(dialled)('of %s dials %s', (country, e164) => {
    expect(mayDial(country, e164)).toEqual({ kind: 'ok' })
  })

  const notDialled: [string, string, string][] = [
    ['BD', '+84912345678', 'another country'],
    ['US', '+18095551234', 'another country under the same code'],
    ['US', '+19005551234', 'premium rate'],
    ['GB', '+449012345678', 'premium rate'],
    ['GB', '+448451234567', 'shared cost'],
    ['GB', '+448001234567', 'toll-free'],
    ['GB', '+447012345678', 'a personal number'],
    ['GB', '+443001234567', 'a company number'],
    ['GB', '+447640123456', 'a pager'],
    ['BD', '+8809612345678', 'internet telephony'],
    ['TR', '+904441234', 'a company number'],
    ['GB', '+881612345678', 'a satellite phone'],
    ['GB', '+870773111632', 'a ship'],
    ['GB', '+8835100012345', 'an international network'],
    ['IT', '+3999', 'too short'],
    ['BD', '+880999', 'a short code'],
    ['BD', '8801712345678', 'no international form'],
    ['BD', '+88001712345678', 'the trunk prefix left in'],
    ['BD', '+8801712345678,1', 'a pause'],
    ['BD', '+8801712345678;ext=5', 'an extension'],
    ['BD', '+8801712345678@evil', 'an address'],
    ['BD', ' +8801712345678', 'a space in front'],
    ['BD', '+৮৮০১৭১২৩৪৫৬৭৮', 'digits that are not dialled'],
    ['BD', '', 'nothing'],
  ]
  it.each(notDialled)('of %s refuses %j: %s', (country, e164) => {
    expect(mayDial(country, e164).kind).toBe('refused')
  })

  it('dials nothing outside its country, whatever it is given', () => {
    const codes: Record<string, string> = { BD: '+880', VN: '+84', CN: '+86', IN: '+91', TR: '+90' }
    const plain = fc.tuple(fc.constantFrom('+', '', '00', '+880', '+84', '+1', '+881', '+979'), fc.stringMatching(/^[0-9]{0,15}$/))
    const crafted = fc.tuple(
      fc.stringMatching(/^\+880[0-9]{8,10}$/),
      fc.constantFrom('&', ',', '@', '${EXTEN}', ';', '#', 'w', 'p', ' ', '\n'),
    )
    const given = fc.oneof(plain, crafted, fc.tuple(fc.string(), fc.string())).map((parts) => parts.join(''))
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(codes)), given, (country, text) => {
        if (mayDial(country, text).kind === 'refused') return
        expect(text.startsWith(codes[country]!) && /^\+[0-9]{7,15}$/.test(text)).toBe(true)
      }),
      { numRuns: 5000 },
    )
  })
})

function attempt(work: () => string): string | undefined {
  try {
    return work()
  } catch (error) {
    if (error instanceof BadPhone) return undefined
    throw error
  }
}

function catchBadPhone(work: () => string): string | undefined {
  try {
    work()
  } catch (error) {
    if (error instanceof BadPhone) return error.message
    throw error
  }
  return undefined
}
