/** Headers in the order of the wire; names as sent, compared without case. */
export type SipHeaders = [name: string, value: string][]

export type SipRequest = { kind: 'request'; method: string; uri: string; headers: SipHeaders; body: string }
export type SipResponse = { kind: 'response'; status: number; phrase: string; headers: SipHeaders; body: string }
export type SipMessage = SipRequest | SipResponse

/** One datagram → a message, or undefined when it is not SIP (keep-alives, noise). */
export function parseSip(datagram: Buffer): SipMessage | undefined {
  const text = datagram.toString('utf8')
  const headEnd = text.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const [startLine = '', ...lines] = text
    .slice(0, headEnd)
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
  const headers = lines.map(parseHeader)
  const body = text.slice(headEnd + 4)
  const response = /^SIP\/2\.0 (\d{3}) ?(.*)$/.exec(startLine)
  if (response) return { kind: 'response', status: Number(response[1]), phrase: response[2] ?? '', headers, body }
  const request = /^([A-Z]+) (\S+) SIP\/2\.0$/.exec(startLine)
  return request ? { kind: 'request', method: request[1] ?? '', uri: request[2] ?? '', headers, body } : undefined
}

/** The message as it goes on the wire; Content-Length is added here, in bytes. */
export function formatSip(message: SipMessage): string {
  const startLine = message.kind === 'request' ? `${message.method} ${message.uri} SIP/2.0` : `SIP/2.0 ${message.status} ${message.phrase}`
  const headers = [...message.headers, ['Content-Length', String(Buffer.byteLength(message.body))]]
  return `${startLine}\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${message.body}`
}

/** First value of a header, '' when absent. */
export function header(message: SipMessage, name: string): string {
  return message.headers.find(([each]) => each.toLowerCase() === name.toLowerCase())?.[1] ?? ''
}

/** All values of a header. */
export function headersNamed(message: SipMessage, name: string): string[] {
  return message.headers.filter(([each]) => each.toLowerCase() === name.toLowerCase()).map(([, value]) => value)
}

/** A parameter of a header value: `param(via, 'branch')`, `param(from, 'tag')`. */
export function param(value: string, name: string): string | undefined {
  const afterAddress = value.includes('>') ? value.slice(value.lastIndexOf('>')) : value
  return new RegExp(`;\\s*${name}=([^;,\\s]+)`, 'i').exec(afterAddress)?.[1]
}

/** The URI in a From, To or Contact value, without brackets and header parameters. */
export function uriOf(value: string): string {
  return /<([^>]+)>/.exec(value)?.[1] ?? value.split(';')[0]?.trim() ?? ''
}

/** User part of a SIP URI ('' when there is none): 'sip:+8801@host' → '+8801'. */
export function userOf(uri: string): string {
  return /^sips?:([^@]*)@/.exec(uri)?.[1] ?? ''
}

/** Where a SIP URI points; port 5060 when none is given. IPv6 in brackets is understood. */
export function hostPortOf(uri: string): { host: string; port: number } {
  const found = /^sips?:(?:[^@]*@)?(?:\[([^\]]+)\]|([^:;?>]+))(?::(\d+))?/.exec(uri)
  return { host: found?.[1] ?? found?.[2] ?? '', port: Number(found?.[3] ?? 5060) }
}

/** Sequence number of the CSeq header. */
export function cseqOf(message: SipMessage): number {
  return Number.parseInt(header(message, 'CSeq'), 10)
}

/** Cause of a `Reason: Q.850;cause=17` header, if there is one. */
export function q850Of(message: SipMessage): number | undefined {
  const reason = headersNamed(message, 'Reason').find((each) => /^Q\.850/i.test(each))
  const cause = reason && param(reason, 'cause')
  return cause ? Number(cause) : undefined
}

const COMPACT: Record<string, string> = { v: 'Via', f: 'From', t: 'To', i: 'Call-ID', m: 'Contact', c: 'Content-Type', l: 'Content-Length' }

function parseHeader(line: string): [string, string] {
  const colon = line.indexOf(':')
  const name = line.slice(0, colon).trim()
  return [COMPACT[name.toLowerCase()] ?? name, line.slice(colon + 1).trim()]
}
