import { createHash, hkdfSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { SealBroken } from '../../server/platform/crypto/errors.ts'
import { ENVELOPE_BYTES, newEnvelopeKeyPair, openEnvelope, PUBLIC_KEY_BYTES, sealEnvelope } from '../../server/platform/crypto/envelope.ts'
import { entryContext } from '../../server/domains/audits/intake-rules.ts'
import { entryContext as contextOnThePhone, fromBase64Url, seal, sealEntry, toBase64Url } from '../../web/src/intake/seal.ts'

const VECTOR = {
  publicKey: 'BKeHV7KHy7Po-MB6_ARmh8E4ZXj-xE6cBJ-jn6gsb0yBx9GX0rSVubSq2ui0ZofC8KxY2-N4iZXf_ZzuE5N-0sI',
  envelope:
    'AQQI_ifsZ3c9v1aJE95DtW_Opx2VEfULl38N2saP_JAn-9Beq3Ab9zRp6Z-vJu7YXzYqyKF76ZptOJGbGM-i8F_WR-VbwjIR8c6H2ME3_pdjEqxjUN33ul6l2ZFfgygR2gpmt98pA_MwTi9L',
}

const CONTEXT = 'a context of a test'
const bytes = (buffer: Buffer) => new Uint8Array(buffer)
const binding = { auditId: 'audit', entryId: 'entry', keyId: 'key', auditorUserId: 'auditor' }

test('what a browser seals, the server opens', async () => {
  const pair = newEnvelopeKeyPair()
  const envelope = await seal(bytes(pair.publicKey), CONTEXT, bytes(Buffer.from('০১৭ রিক্তা')))
  expect(openEnvelope(pair, CONTEXT, envelope).toString()).toBe('০১৭ রিক্তা')
})

test('what the server seals, WebCrypto opens by the layout as it is written down', async () => {
  const pair = newEnvelopeKeyPair()
  const envelope = bytes(sealEnvelope(pair.publicKey, CONTEXT, Buffer.from('Moon')))
  const ephemeral = envelope.slice(1, 1 + PUBLIC_KEY_BYTES)
  const { subtle } = crypto
  const curve = { name: 'ECDH', namedCurve: 'P-256' }
  const [x, y] = [pair.publicKey.subarray(1, 33), pair.publicKey.subarray(33)].map((part) => part.toString('base64url')) as [string, string]
  const jwk = { kty: 'EC', crv: 'P-256', x, y, d: pair.privateKey.toString('base64url') }
  const ours = await subtle.importKey('jwk', jwk, curve, false, ['deriveBits'])
  const theirs = await subtle.importKey('raw', ephemeral, curve, false, [])
  const secret = new Uint8Array(await subtle.deriveBits({ name: 'ECDH', public: theirs }, ours, 256))
  const raw = new Uint8Array(hkdfSync('sha256', secret, Buffer.concat([ephemeral, pair.publicKey]), 'ringback:envelope:1', 32))
  const key = await subtle.importKey('raw', raw, 'AES-GCM', false, ['decrypt'])
  const iv = envelope.slice(66, 78)
  const plain = await subtle.decrypt({ name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(CONTEXT) }, key, envelope.slice(78))
  expect(Buffer.from(plain).toString()).toBe('Moon')
  expect(envelope.length).toBe(ENVELOPE_BYTES + 4)
})

/** Sealed once with WebCrypto: a change of the layout on both sides at once is noticed too. */
test('an envelope that lies on a phone since an earlier version opens', () => {
  const privateKey = createHash('sha256').update('private key of a test').digest()
  const publicKey = Buffer.from(VECTOR.publicKey, 'base64url')
  expect(openEnvelope({ publicKey, privateKey }, CONTEXT, Buffer.from(VECTOR.envelope, 'base64url')).toString()).toBe('as it was then')
})

test('no byte of it can be changed, and none be cut off', () => {
  const pair = newEnvelopeKeyPair()
  const envelope = sealEnvelope(pair.publicKey, CONTEXT, Buffer.from('x'))
  for (let at = 0; at < envelope.length; at++) {
    const changed = Buffer.from(envelope)
    changed[at]! ^= 1
    expect(() => openEnvelope(pair, CONTEXT, changed), `byte ${at}`).toThrow(SealBroken)
    expect(() => openEnvelope(pair, CONTEXT, envelope.subarray(0, at)), `${at} bytes`).toThrow(SealBroken)
  }
})

test('it opens with no other key and for no other context', () => {
  const pair = newEnvelopeKeyPair()
  const envelope = sealEnvelope(pair.publicKey, CONTEXT, Buffer.from('x'))
  expect(() => openEnvelope(newEnvelopeKeyPair(), CONTEXT, envelope)).toThrow(SealBroken)
  expect(() => openEnvelope(pair, `${CONTEXT}!`, envelope)).toThrow(SealBroken)
})

test('phone and server name an entry alike, and each part of the name counts', () => {
  expect(contextOnThePhone(binding)).toBe(entryContext(binding))
  const names = Object.keys(binding).map((part) => entryContext({ ...binding, [part]: 'another' }))
  expect(new Set([...names, entryContext(binding)]).size).toBe(5)
})

test('neither an alias nor a number shows by its length, and no two envelopes are alike', async () => {
  const pair = newEnvelopeKeyPair()
  const publicKey = toBase64Url(bytes(pair.publicKey))
  const short = await sealEntry(publicKey, binding, { phone: '+88017' })
  const long = await sealEntry(publicKey, binding, { phone: '+8801712345678', alias: 'a longer name for the same worker' })
  expect(short.length).toBe(long.length)
  expect(await sealEntry(publicKey, binding, { phone: '+88017' })).not.toBe(short)
  const opened = openEnvelope(pair, entryContext(binding), fromBase64Url(short)).toString()
  expect(JSON.parse(opened)).toEqual({ phone: '+88017' })
})
