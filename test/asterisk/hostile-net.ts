import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'

export type Reply = { callId: string; status: number }

export type Stranger = {
  /** Sends a request as it stands, Latin-1; nothing is checked or escaped. @returns its Call-ID */
  send(method: string, uri: string, extra?: { from?: string; headers?: string[]; body?: string }): string
  /** Takes back an INVITE that is not answered yet; one that is over already is left alone. */
  cancel(callId: string): void
  /** Resolves with the final status of that request, 0 when nothing came in time. */
  final(callId: string, timeoutMs?: number): Promise<number>
  /** Every reply so far, provisional ones too. */
  replies: Reply[]
  close(): Promise<void>
}

/** Speaks raw SIP over UDP from an address of its own, as scanners do: no dialogs, no manners beyond the ACK. */
export async function stranger(address: string, target: { port: number }): Promise<Stranger> {
  const socket = createSocket('udp4')
  socket.bind(0, address)
  await once(socket, 'listening')
  const own = `${address}:${socket.address().port}`
  const replies: Reply[] = []
  const waiting = new Map<string, (status: number) => void>()
  const sent = new Map<string, { uri: string; from: string; branch: string }>()

  socket.on('message', (datagram) => {
    const text = datagram.toString('utf8')
    const status = Number(/^SIP\/2\.0 (\d{3})/.exec(text)?.[1])
    const callId = /^Call-ID: *(\S+)/im.exec(text)?.[1] ?? ''
    if (!status) return
    replies.push({ callId, status })
    if (status < 200) return
    if (/^CSeq: *\d+ +INVITE/im.test(text)) acknowledge(callId, /^To: *(.*)$/im.exec(text)?.[1] ?? '')
    waiting.get(callId)?.(status)
  })

  const request = (method: string, callId: string, to: string, tail: string[]) => {
    const { uri, from, branch } = sent.get(callId) ?? { uri: '', from: '', branch: '' }
    return [
      `${method} ${uri} SIP/2.0`,
      `Via: SIP/2.0/UDP ${own};rport;branch=${branch}`,
      `From: ${from};tag=${callId.slice(0, 8)}`,
      `To: ${to}`,
      `Call-ID: ${callId}`,
      `CSeq: 1 ${method}`,
      'Max-Forwards: 70',
      ...tail,
    ].join('\r\n')
  }

  function acknowledge(callId: string, to: string): void {
    socket.send(request('ACK', callId, to, ['Content-Length: 0', '', '']), target.port, '127.0.0.1')
  }

  return {
    replies,
    send(method, uri, { from = `<sip:scanner@${own}>`, headers = [], body = '' } = {}) {
      const callId = randomBytes(12).toString('hex')
      sent.set(callId, { uri, from, branch: `z9hG4bK${callId}` })
      const tail = [`Contact: <sip:scanner@${own}>`, ...headers, `Content-Length: ${body.length}`, '', body]
      // One byte a sign: what is not UTF-8 can be sent too.
      socket.send(Buffer.from(request(method, callId, `<${uri}>`, tail), 'latin1'), target.port, '127.0.0.1')
      return callId
    },
    cancel(callId) {
      if (replies.some((reply) => reply.callId === callId && reply.status >= 200)) return
      const { uri = '' } = sent.get(callId) ?? {}
      socket.send(request('CANCEL', callId, `<${uri}>`, ['Content-Length: 0', '', '']), target.port, '127.0.0.1')
    },
    async final(callId, timeoutMs = 5000) {
      const known = replies.find((reply) => reply.callId === callId && reply.status >= 200)
      if (known) return known.status
      const { promise, resolve } = Promise.withResolvers<number>()
      waiting.set(callId, resolve)
      const timer = setTimeout(() => resolve(0), timeoutMs)
      return promise.finally(() => clearTimeout(timer))
    },
    async close() {
      socket.close()
      await once(socket, 'close')
    },
  }
}

/** An offer of audio that any telephone would accept. */
export const OFFER = {
  headers: ['Content-Type: application/sdp'],
  body: 'v=0\r\no=- 1 1 IN IP4 127.0.3.99\r\ns=-\r\nc=IN IP4 127.0.3.99\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0 8\r\n',
}
