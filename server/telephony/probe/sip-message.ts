/** As much of SIP as two questions to a carrier need: what a request looks like, and what an answer says. */
import { createHash, randomBytes } from 'node:crypto'

export type SipRequest = {
  method: 'OPTIONS' | 'REGISTER'
  uri: string
  transport: 'UDP' | 'TCP' | 'TLS'
  /** "192.0.2.7:41234", where answers go. */
  local: string
  /** Address of whom it is about: `sip:customer@carrier`. */
  aor: string
  callId: string
  sequence: number
  authorization?: { header: string; value: string }
}
export type SipResponse = { status: number; reason: string; callId: string; sequence: number; headers: ReadonlyMap<string, string> }

const token = (bytes: number) => randomBytes(bytes).toString('hex')

/** Without a Contact: a REGISTER then only asks which are known, and changes none. */
export function writeRequest({ method, uri, transport, local, aor, callId, sequence, authorization }: SipRequest): string {
  const lines = [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/${transport} ${local};rport;branch=z9hG4bK${token(10)}`,
    'Max-Forwards: 70',
    `From: <${aor}>;tag=${token(6)}`,
    `To: <${aor}>`,
    `Call-ID: ${callId}`,
    `CSeq: ${sequence} ${method}`,
    ...(method === 'OPTIONS' ? ['Accept: application/sdp'] : []),
    ...(authorization ? [`${authorization.header}: ${authorization.value}`] : []),
    'User-Agent: Ringback',
    'Content-Length: 0',
  ]
  return `${lines.join('\r\n')}\r\n\r\n`
}

/** @returns undefined for what is no whole answer (yet) */
export function readResponse(text: string): SipResponse | undefined {
  const end = text.indexOf('\r\n\r\n')
  const first = /^SIP\/2\.0 (\d{3}) ?([^\r\n]*)\r\n/.exec(text)
  if (!first || end < 0) return undefined
  const headers = new Map<string, string>()
  for (const line of text.slice(first[0].length, end).split('\r\n')) {
    const colon = line.indexOf(':')
    if (colon > 0) headers.set(longName(line.slice(0, colon).trim().toLowerCase()), line.slice(colon + 1).trim())
  }
  const sequence = Number.parseInt(headers.get('cseq') ?? '', 10)
  return { status: Number(first[1]), reason: (first[2] ?? '').slice(0, 80), callId: headers.get('call-id') ?? '', sequence, headers }
}

const longName = (name: string) => (name === 'i' ? 'call-id' : name)

/**
 * The answer to a 401 or 407 (RFC 8760).
 * @returns undefined when the carrier asks in a way we cannot answer
 */
export function authorize(
  { status, headers }: SipResponse,
  { user, password, method, uri }: { user: string; password: string; method: string; uri: string },
): SipRequest['authorization'] {
  const isProxy = status === 407
  const challenge = headers.get(isProxy ? 'proxy-authenticate' : 'www-authenticate') ?? ''
  const part = (name: string) => new RegExp(`[ ,]${name}="?([^",]*)"?`, 'i').exec(challenge)?.[1]
  const [realm, nonce, algorithm = 'MD5', opaque] = [part('realm'), part('nonce'), part('algorithm'), part('opaque')]
  const hash = { MD5: 'md5', 'SHA-256': 'sha256' }[algorithm.toUpperCase()]
  if (!/^digest /i.test(challenge) || realm === undefined || nonce === undefined || hash === undefined) return undefined
  const digest = (text: string) => createHash(hash).update(text).digest('hex')
  const [ha1, ha2, cnonce] = [digest(`${user}:${realm}:${password}`), digest(`${method}:${uri}`), token(8)]
  const hasQop = /[ ,]qop="?[^"]*\bauth\b/i.test(challenge)
  const response = digest(hasQop ? `${ha1}:${nonce}:00000001:${cnonce}:auth:${ha2}` : `${ha1}:${nonce}:${ha2}`)
  const parts = [
    `username="${user}"`,
    `realm="${realm}"`,
    `nonce="${nonce}"`,
    `uri="${uri}"`,
    `response="${response}"`,
    `algorithm=${algorithm}`,
    ...(hasQop ? [`cnonce="${cnonce}"`, 'nc=00000001', 'qop=auth'] : []),
    ...(opaque === undefined ? [] : [`opaque="${opaque}"`]),
  ]
  return { header: isProxy ? 'Proxy-Authorization' : 'Authorization', value: `Digest ${parts.join(', ')}` }
}
