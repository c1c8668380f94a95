/** How long a text is to the networks it goes through. */

/** What one SMS holds, alone and as part of a longer one. */
const ROOM = { 'gsm-7': { alone: 160, part: 153 }, 'ucs-2': { alone: 70, part: 67 } } as const

export type SmsLength = { encoding: 'gsm-7' | 'ucs-2'; units: number; parts: number }

const GSM_7 = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
)
/** These take two places of the alphabet. */
const GSM_7_EXTENDED = new Set('^{}\\[~]|€\f')

/** Units and parts of an SMS with this text: 160 signs of the phone's own alphabet, or 70 of any other. Source: 3GPP TS 23.038 */
export function smsLength(text: string): SmsLength {
  const signs = [...text]
  const isGsm = signs.every((sign) => GSM_7.has(sign) || GSM_7_EXTENDED.has(sign))
  const encoding = isGsm ? 'gsm-7' : 'ucs-2'
  const units = isGsm ? signs.reduce((sum, sign) => sum + (GSM_7_EXTENDED.has(sign) ? 2 : 1), 0) : text.length
  const { alone, part } = ROOM[encoding]
  return { encoding, units, parts: units <= alone ? 1 : Math.ceil(units / part) }
}

/** Bytes of a SIP MESSAGE's body: Asterisk empties what is longer, on the way in, and so may the carrier's. */
export const SIP_BODY_BYTES = 1023

/**
 * Cuts a text into bodies of at most `limit` bytes of UTF-8: after a space or line break where there is one in the last
 * third, never inside what is read as one sign. Joined they are the text again.
 * @param limit 16 or more; a single sign that is longer (a flag with a dozen marks) is cut between its code points
 */
export function splitForSip(text: string, limit = SIP_BODY_BYTES): string[] {
  const parts: string[] = []
  let part = ''
  let bytes = 0
  for (const sign of signsOf(text, limit)) {
    const size = Buffer.byteLength(sign)
    if (bytes + size > limit) {
      const rest = afterLastBreak(part, limit)
      parts.push(part.slice(0, part.length - rest.length))
      part = rest
      bytes = Buffer.byteLength(rest)
    }
    part += sign
    bytes += size
  }
  return part || !parts.length ? [...parts, part] : parts
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

function* signsOf(text: string, limit: number): Generator<string> {
  for (const { segment } of segmenter.segment(text)) {
    if (Buffer.byteLength(segment) <= limit) yield segment
    else yield* segment
  }
}

/** What of a full part is better begun in the next one; '' when no word ends near its end. */
function afterLastBreak(part: string, limit: number): string {
  const at = Math.max(part.lastIndexOf(' '), part.lastIndexOf('\n'))
  const rest = at < 0 ? part : part.slice(at + 1)
  return Buffer.byteLength(rest) <= limit / 3 ? rest : ''
}
