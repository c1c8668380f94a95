/**
 * AES-256-GCM with a fixed layout: version (1 byte), iv (12), tag (16), ciphertext.
 * The context is authenticated but not stored: what was sealed for one row and column opens for no other.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { SealBroken } from './errors.ts'

export const KEY_BYTES = 32
const VERSION = 1
const IV_BYTES = 12
const TAG_BYTES = 16
/** How much longer a sealed value is than what it seals. */
export const SEAL_BYTES = 1 + IV_BYTES + TAG_BYTES

/** Seals bytes for one context. A new random iv each time, so the same text never looks the same. */
export function seal(key: Buffer, context: string, plain: Uint8Array): Buffer {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES }).setAAD(additionalData(context))
  const body = Buffer.concat([cipher.update(plain), cipher.final()])
  return Buffer.concat([Buffer.of(VERSION), iv, cipher.getAuthTag(), body])
}

/**
 * Opens what `seal` made with the same key for the same context.
 * @throws SealBroken
 */
export function open(key: Buffer, context: string, sealed: Uint8Array): Buffer {
  if (sealed.length < SEAL_BYTES) throw new SealBroken(`${context}: too short to be sealed`)
  if (sealed[0] !== VERSION) throw new SealBroken(`${context}: unknown seal version`)
  const iv = sealed.subarray(1, 1 + IV_BYTES)
  const tag = sealed.subarray(1 + IV_BYTES, SEAL_BYTES)
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES }).setAAD(additionalData(context)).setAuthTag(tag)
  const body = decipher.update(sealed.subarray(SEAL_BYTES))
  try {
    return Buffer.concat([body, decipher.final()])
  } catch (cause) {
    // final() throws for one reason only: the tag does not fit.
    body.fill(0)
    throw new SealBroken(`${context}: does not open`, { cause })
  }
}

/** The version is authenticated with the context, so that a later format cannot be read as this one. */
function additionalData(context: string): Buffer {
  return Buffer.from(`ringback:${VERSION}:${context}`)
}
