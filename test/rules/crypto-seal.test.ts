import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SealBroken } from '../../server/platform/crypto/errors.ts'
import { FieldCipher } from '../../server/platform/crypto/field-cipher.ts'
import { open, seal, SEAL_BYTES } from '../../server/platform/crypto/seal.ts'
import { testKeyRing } from '../helpers/keys.ts'

const key = randomBytes(32)
const context = fc.tuple(fc.string(), fc.string(), fc.uuid()).map((parts) => parts.join(':'))
const plain = fc.uint8Array({ maxLength: 2000 })

test('what was sealed opens for its own row and column, and nothing of it shows', () => {
  fc.assert(
    fc.property(context, plain, (place, bytes) => {
      const sealed = seal(key, place, bytes)
      expect(open(key, place, sealed)).toEqual(Buffer.from(bytes))
      expect(sealed.length).toBe(bytes.length + SEAL_BYTES)
      if (bytes.length > 4) expect(sealed.includes(Buffer.from(bytes))).toBe(false)
    }),
  )
})

test('the same text sealed twice never looks the same', () => {
  expect(seal(key, 'worker:alias_sealed:1', Buffer.from('a'))).not.toEqual(seal(key, 'worker:alias_sealed:1', Buffer.from('a')))
})

test('moved to another row or column, it does not open', () => {
  fc.assert(
    fc.property(context, context, plain, (place, other, bytes) => {
      fc.pre(place !== other)
      expect(() => open(key, other, seal(key, place, bytes))).toThrow(SealBroken)
    }),
  )
})

test('one flipped bit anywhere, a cut or an added byte: it does not open', () => {
  fc.assert(
    fc.property(plain, fc.nat(), fc.nat(7), (bytes, at, bit) => {
      const sealed = seal(key, 'a:b:c', bytes)
      const flipped = Buffer.from(sealed)
      flipped[at % sealed.length]! ^= 1 << bit
      expect(() => open(key, 'a:b:c', flipped)).toThrow(SealBroken)
      expect(() => open(key, 'a:b:c', sealed.subarray(0, at % sealed.length))).toThrow(SealBroken)
      expect(() => open(key, 'a:b:c', Buffer.concat([sealed, Buffer.of(0)]))).toThrow(SealBroken)
    }),
  )
})

test('another key does not open it', () => {
  expect(() => open(randomBytes(32), 'a:b:c', seal(key, 'a:b:c', Buffer.from('x')))).toThrow(SealBroken)
})

test('the blind index finds the same value again, by kind, and only with its key', () => {
  const cipher = new FieldCipher(testKeyRing())
  const other = new FieldCipher(testKeyRing())
  fc.assert(
    fc.property(fc.string(), fc.string(), (value, different) => {
      const index = cipher.blindIndex('phone', value)
      expect(index).toEqual(cipher.blindIndex('phone', value))
      expect(index).toHaveLength(32)
      expect(index).not.toEqual(cipher.blindIndex('e-mail', value))
      expect(index).not.toEqual(other.blindIndex('phone', value))
      if (value !== different) expect(index).not.toEqual(cipher.blindIndex('phone', different))
    }),
  )
})

test('a kind and a value cannot be cut elsewhere to give the same index', () => {
  const cipher = new FieldCipher(testKeyRing())
  expect(cipher.blindIndex('a', 'bc')).not.toEqual(cipher.blindIndex('ab', 'c'))
})
