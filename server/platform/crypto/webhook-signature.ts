/** Signatures of what two services post to each other: HMAC-SHA-256 over the time and the very bytes of the body. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { MINUTE, SECOND } from '../time/duration.ts'

/** Seconds since 1970, as text. */
export const TIMESTAMP_HEADER = 'x-ringback-timestamp'
/** `sha256=` and 64 hex digits. */
export const SIGNATURE_HEADER = 'x-ringback-signature'

/** What was signed longer ago, or later than now, is refused: a copy of it could be sent again for ever. */
export const SIGNATURE_LIFE_MS = 5 * MINUTE

/** The value of SIGNATURE_HEADER for this body. @param secret as both sides have it, used as UTF-8 text */
export function signatureOf(secret: string, timestamp: string, body: Uint8Array): string {
  return `sha256=${createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')}`
}

export type Signed = { timestamp: string | undefined; signature: string | undefined; body: Uint8Array }

/** Whether the signature is that body's, made within five minutes of `now`. Takes as long for a wrong one as for a right one. */
export function isSigned(secret: string, { timestamp, signature, body }: Signed, now: Date): boolean {
  const isPlausible = timestamp !== undefined && /^\d{9,11}$/.test(timestamp) && signature !== undefined
  const wanted = Buffer.from(signatureOf(secret, isPlausible ? timestamp : '0', body))
  const given = Buffer.from(signature ?? '')
  const isRight = given.length === wanted.length && timingSafeEqual(given, wanted)
  return isRight && isPlausible && Math.abs(now.getTime() - Number(timestamp) * SECOND) <= SIGNATURE_LIFE_MS
}
