/**
 * Envelopes: whoever has the public key can seal one, only the holder of the private key can open it. Sealed by WebCrypto on a
 * phone without a connection (web/src/intake/seal.ts), opened here.
 *
 *   version (1 byte) · ephemeral public key (65, P-256 uncompressed) · iv (12) · ciphertext and tag (16)
 *
 * The key of each envelope is HKDF-SHA-256 of the ECDH secret, salted with both public keys. P-256 and not X25519: every
 * phone's browser of the last ten years has it. The sealer forgets its ephemeral private key, so that the device that sealed
 * an envelope cannot open it either.
 */
import { createCipheriv, createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto'
import { SealBroken } from './errors.ts'
import { KEY_BYTES } from './seal.ts'

const CURVE = 'prime256v1'
const VERSION = 1
export const PUBLIC_KEY_BYTES = 65
const IV_BYTES = 12
const TAG_BYTES = 16
/** How much longer an envelope is than what it seals. */
export const ENVELOPE_BYTES = 1 + PUBLIC_KEY_BYTES + IV_BYTES + TAG_BYTES
const INFO = 'ringback:envelope:1'

/** @property publicKey 65 bytes, uncompressed point @property privateKey 32 bytes: sealed before it is kept anywhere */
export type EnvelopeKeyPair = { publicKey: Buffer; privateKey: Buffer }

export function newEnvelopeKeyPair(): EnvelopeKeyPair {
  const pair = createECDH(CURVE)
  const publicKey = pair.generateKeys()
  return { publicKey, privateKey: pair.getPrivateKey() }
}

/** What the phone does, for programs here. @param context authenticated but not stored: the envelope opens for no other */
export function sealEnvelope(publicKey: Uint8Array, context: string, plain: Uint8Array): Buffer {
  const ephemeral = createECDH(CURVE)
  const ephemeralKey = ephemeral.generateKeys()
  const iv = randomBytes(IV_BYTES)
  const key = keyOf(ephemeral.computeSecret(publicKey), ephemeralKey, publicKey)
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(context))
  const body = Buffer.concat([cipher.update(plain), cipher.final()])
  return Buffer.concat([Buffer.of(VERSION), ephemeralKey, iv, body, cipher.getAuthTag()])
}

/**
 * Opens an envelope sealed to this pair for this context.
 * @throws SealBroken when it was changed, cut, sealed for another context or to another key
 */
export function openEnvelope({ publicKey, privateKey }: EnvelopeKeyPair, context: string, envelope: Uint8Array): Buffer {
  if (envelope.length < ENVELOPE_BYTES) throw new SealBroken('the envelope is too short')
  if (envelope[0] !== VERSION) throw new SealBroken('the envelope has an unknown version')
  const ephemeralKey = envelope.subarray(1, 1 + PUBLIC_KEY_BYTES)
  const iv = envelope.subarray(1 + PUBLIC_KEY_BYTES, 1 + PUBLIC_KEY_BYTES + IV_BYTES)
  const key = keyOf(secretOf(privateKey, ephemeralKey), ephemeralKey, publicKey)
  const tag = envelope.subarray(envelope.length - TAG_BYTES)
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(context)).setAuthTag(tag)
  const body = decipher.update(envelope.subarray(1 + PUBLIC_KEY_BYTES + IV_BYTES, envelope.length - TAG_BYTES))
  try {
    return Buffer.concat([body, decipher.final()])
  } catch (cause) {
    // final() throws for one reason only: the tag does not fit.
    body.fill(0)
    throw new SealBroken('the envelope does not open', { cause })
  }
}

function secretOf(privateKey: Buffer, ephemeralKey: Uint8Array): Buffer {
  const pair = createECDH(CURVE)
  pair.setPrivateKey(privateKey)
  try {
    return pair.computeSecret(ephemeralKey)
  } catch (cause) {
    // A point that is not on the curve: the sender's word, and no fault of ours.
    throw new SealBroken('the envelope names no public key', { cause })
  }
}

function keyOf(secret: Buffer, ephemeralKey: Uint8Array, publicKey: Uint8Array): Buffer {
  const key = Buffer.from(hkdfSync('sha256', secret, Buffer.concat([ephemeralKey, publicKey]), INFO, KEY_BYTES))
  secret.fill(0)
  return key
}
