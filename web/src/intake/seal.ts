/**
 * Seals what an auditor entered to the server's public key, at once and on the device. The layout and the derivation are
 * those of server/platform/crypto/envelope.ts. The ephemeral private key lives for the length of `seal` and cannot be
 * exported: the device counts its envelopes and opens none.
 */
const VERSION = 1
const CURVE = { name: 'ECDH', namedCurve: 'P-256' } as const
const INFO = 'ringback:envelope:1'
/** Every entry is filled up to a multiple of this: the length of an envelope does not tell whose alias is long. */
const BLOCK_BYTES = 1024

/** What the envelope is bound to: it opens for this visit, entry, key and auditor, and for nobody else's word. */
export type EntryBinding = { auditId: string; entryId: string; keyId: string; auditorUserId: string }

export function entryContext({ auditId, entryId, keyId, auditorUserId }: EntryBinding): string {
  return `ringback:intake-entry:1:${keyId}:${auditId}:${entryId}:${auditorUserId}`
}

/** @param publicKey the server's, 65 bytes, base64url @returns the envelope, base64url */
export async function sealEntry(publicKey: string, binding: EntryBinding, entry: object): Promise<string> {
  return toBase64Url(await seal(fromBase64Url(publicKey), entryContext(binding), padded(JSON.stringify(entry))))
}

export async function seal(publicKey: Bytes, context: string, plain: Bytes): Promise<Bytes> {
  const { subtle } = crypto
  const theirs = await subtle.importKey('raw', publicKey, CURVE, false, [])
  const pair = await subtle.generateKey(CURVE, false, ['deriveBits'])
  const ephemeralKey = new Uint8Array(await subtle.exportKey('raw', pair.publicKey))
  const secret = await subtle.deriveBits({ name: 'ECDH', public: theirs }, pair.privateKey, 256)
  const source = await subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey'])
  const derivation = { name: 'HKDF', hash: 'SHA-256', salt: joined(ephemeralKey, publicKey), info: bytesOf(INFO) }
  const key = await subtle.deriveKey(derivation, source, { name: 'AES-GCM', length: 256 }, false, ['encrypt'])
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const body = await subtle.encrypt({ name: 'AES-GCM', iv, additionalData: bytesOf(context), tagLength: 128 }, key, plain)
  plain.fill(0)
  return joined(Uint8Array.of(VERSION), ephemeralKey, iv, new Uint8Array(body))
}

type Bytes = Uint8Array<ArrayBuffer>
const bytesOf = (text: string): Bytes => new TextEncoder().encode(text)

/** Spaces behind JSON change nothing of it. */
function padded(json: string): Bytes {
  const plain = bytesOf(json)
  const whole = new Uint8Array(Math.ceil(plain.length / BLOCK_BYTES) * BLOCK_BYTES).fill(0x20)
  whole.set(plain)
  plain.fill(0)
  return whole
}

function joined(...parts: Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

export function toBase64Url(bytes: Bytes): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

export function fromBase64Url(text: string): Bytes {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0))
}
