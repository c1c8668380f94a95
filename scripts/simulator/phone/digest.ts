import { createHash, randomBytes } from 'node:crypto'
import { headersNamed, type SipHeaders, type SipResponse } from './sip-message.ts'

export type Credentials = { user: string; password: string }

/**
 * The header that answers a 401 or 407, or undefined when the challenge is not one we can answer (only MD5 is).
 * Source: RFC 2617 with qop=auth, as RFC 3261 section 22 uses it.
 */
export function answerChallenge(
  challenge: SipResponse,
  request: { method: string; uri: string },
  credentials: Credentials,
): SipHeaders[number] | undefined {
  const [asked, answer] = challenge.status === 407 ? ['Proxy-Authenticate', 'Proxy-Authorization'] : ['WWW-Authenticate', 'Authorization']
  const offered = headersNamed(challenge, asked).map(parseParams)
  const chosen = offered.find((params) => (params.get('algorithm') ?? 'MD5').toUpperCase() === 'MD5')
  return chosen && [answer, authorization(chosen, request, credentials)]
}

function authorization(challenge: Map<string, string>, request: { method: string; uri: string }, { user, password }: Credentials): string {
  const realm = challenge.get('realm') ?? ''
  const nonce = challenge.get('nonce') ?? ''
  const clientNonce = randomBytes(8).toString('hex')
  const secret = md5(`${user}:${realm}:${password}`)
  const what = md5(`${request.method}:${request.uri}`)
  const withQop = (challenge.get('qop') ?? '').split(',').some((each) => each.trim() === 'auth')
  const response = withQop ? md5(`${secret}:${nonce}:00000001:${clientNonce}:auth:${what}`) : md5(`${secret}:${nonce}:${what}`)
  const parts = [
    `username="${user}"`,
    `realm="${realm}"`,
    `nonce="${nonce}"`,
    `uri="${request.uri}"`,
    `response="${response}"`,
    'algorithm=MD5',
  ]
  if (withQop) parts.push('qop=auth', 'nc=00000001', `cnonce="${clientNonce}"`)
  const opaque = challenge.get('opaque')
  if (opaque) parts.push(`opaque="${opaque}"`)
  return `Digest ${parts.join(', ')}`
}

function parseParams(value: string): Map<string, string> {
  const pairs = value.matchAll(/(\w+)=(?:"([^"]*)"|([^,\s]+))/g)
  return new Map([...pairs].map(([, name = '', quoted, bare]) => [name.toLowerCase(), quoted ?? bare ?? '']))
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex')
}
