/** A SIP MESSAGE as ARI tells it. Nothing about it is refused: what a worker wrote is kept, however odd. */
import { isBodyLost } from '../../../asterisk-config/journal.ts'
import type { TelephonyEventOf } from './events.ts'
import { fields, text, textOr } from './read.ts'
import type { Fields } from './read.ts'

type TextReceived = Omit<TelephonyEventOf<'textReceived'>, 'at' | 'application'>

const LONGEST_TEXT = 40_000

export function decodeText(event: Fields): TextReceived {
  const message = fields(event.message, 'message')
  const body = text(message.body, 'body', LONGEST_TEXT)
  const headers = lowerCased(message.variables)
  return {
    type: 'textReceived',
    endpoint: endpointOf(event.endpoint),
    fromNumber: userOf(textOr('', message.from, 400)),
    toNumber: userOf(textOr('', message.to, 400)),
    body,
    bodyLost: isBodyLost(Number(headers.get('content-length') ?? 0), Buffer.byteLength(body)),
    sipCallId: textOr('', headers.get('call-id'), 256),
  }
}

/** `"Name" <sip:+8801…@127.0.0.2:5170>` → `+8801…` */
function userOf(address: string): string {
  return /(?:sips?|pjsip|tel):([^@;>]*)/i.exec(address)?.[1]?.slice(0, 64) ?? ''
}

function endpointOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return ''
  const { technology, resource } = value as Fields
  return typeof technology === 'string' && typeof resource === 'string' ? `${technology}/${resource}`.slice(0, 160) : ''
}

/** The SIP headers, which Asterisk passes on as an object, or as one-entry objects in a list. */
function lowerCased(variables: unknown): Map<string, unknown> {
  const sources: unknown[] = Array.isArray(variables) ? variables : [variables]
  const entries = sources.flatMap((source) => Object.entries(typeof source === 'object' && source !== null ? source : {}))
  return new Map(entries.map(([key, value]) => [key.toLowerCase(), value]))
}
