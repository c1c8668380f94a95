import { cseqOf, header, param, type SipMessage, type SipRequest, type SipResponse } from './sip-message.ts'
import type { SipSocket } from './sip-socket.ts'
import type { Peer } from './udp.ts'

/*
 * SIP over UDP loses and repeats datagrams; this layer hides that (RFC 3261 section 17).
 *
 * client: sent ──reply──▶ proceeding ──final──▶ done (a repeated final reply gets the same ACK again)
 *          └─ no reply: sent again after 0.5, 1, 2, 4, 4 … s, after 32 s a 408 of our own
 * server: a repeated request gets the last reply again; the final reply to an INVITE is repeated until its ACK
 */

const T1 = 500
const T2 = 4000
const GIVE_UP_MS = 32_000

/** A request under way; `final` always settles, with a 408 of our own when nobody answers. */
export type ClientTransaction = {
  request: SipRequest
  final: Promise<SipResponse>
  /** True once any reply came: a CANCEL may be sent only then. */
  hasReply: boolean
  /** Sent again whenever the final reply is repeated. */
  ack?: { message: SipRequest; peer: Peer }
}

/** A request that came in; replies to a repeated one are handled inside. */
export type ServerTransaction = {
  request: SipRequest
  from: Peer
  reply(response: SipResponse): void
}

type OpenClient = ClientTransaction & { peer: Peer; timer: NodeJS.Timeout | undefined; onReply(response: SipResponse): void }
type OpenServer = ServerTransaction & { last?: SipResponse; timer?: NodeJS.Timeout }

export class Transactions {
  readonly socket: SipSocket
  onRequest: (transaction: ServerTransaction) => void = () => {}
  onAck: (request: SipRequest) => void = () => {}
  readonly #clients = new Map<string, OpenClient>()
  readonly #servers = new Map<string, OpenServer>()
  readonly #forgetting = new Set<NodeJS.Timeout>()

  constructor(socket: SipSocket) {
    this.socket = socket
    socket.onMessage = (message, from) => {
      if (message.kind === 'response') this.#receiveReply(message)
      else this.#receiveRequest(message, from)
    }
  }

  /** Sends a request and repeats it until somebody replies. */
  start(request: SipRequest, peer: Peer, onProvisional: (response: SipResponse) => void = () => {}): ClientTransaction {
    const { promise, resolve } = Promise.withResolvers<SipResponse>()
    const client: OpenClient = { request, peer, final: promise, hasReply: false, timer: undefined, onReply: () => {} }
    client.onReply = (response) => {
      client.hasReply = true
      if (response.status < 200) return onProvisional(response)
      resolve(response)
    }
    this.#clients.set(clientKey(request), client)
    this.socket.send(request, peer)
    this.#repeat(client, T1, Date.now() + GIVE_UP_MS)
    return client
  }

  /** Sends something that expects no reply (an ACK). */
  sendOnce(request: SipRequest, peer: Peer): void {
    this.socket.send(request, peer)
  }

  /** Stops every timer; requests without a reply stay unsettled, their phone is gone. */
  close(): void {
    for (const each of [...this.#clients.values(), ...this.#servers.values()]) clearTimeout(each.timer)
    for (const timer of this.#forgetting) clearTimeout(timer)
    this.socket.close()
  }

  #repeat(client: OpenClient, waitMs: number, giveUpAt: number): void {
    client.timer = setTimeout(() => {
      if (Date.now() >= giveUpAt) return this.#finish(client, ownReply(client.request, 408, 'Request Timeout'))
      const isInvite = client.request.method === 'INVITE'
      // An INVITE may ring for minutes after its first reply: only silence makes us repeat or give up.
      if (client.hasReply && isInvite) return
      this.socket.send(client.request, client.peer)
      this.#repeat(client, isInvite ? waitMs * 2 : Math.min(waitMs * 2, T2), giveUpAt)
    }, waitMs)
  }

  #receiveReply(response: SipResponse): void {
    const client = this.#clients.get(clientKey(response))
    if (!client) return
    if (response.status < 200) return client.onReply(response)
    if (client.ack) return this.socket.send(client.ack.message, client.ack.peer)
    if (client.request.method === 'INVITE' && response.status >= 300) this.#acknowledgeRefusal(client, response)
    this.#finish(client, response)
  }

  /** The ACK of a refusal belongs to the INVITE's own transaction: same branch, same URI. */
  #acknowledgeRefusal(client: OpenClient, response: SipResponse): void {
    const { uri, headers } = client.request
    const kept = headers.filter(([name]) => ['Via', 'From', 'Call-ID', 'Max-Forwards'].includes(name))
    const message: SipRequest = {
      kind: 'request',
      method: 'ACK',
      uri,
      headers: [...kept, ['To', header(response, 'To')], ['CSeq', `${cseqOf(client.request)} ACK`]],
      body: '',
    }
    client.ack = { message, peer: client.peer }
    this.socket.send(message, client.peer)
  }

  #finish(client: OpenClient, response: SipResponse): void {
    clearTimeout(client.timer)
    client.onReply(response)
    this.#forgetLater(() => this.#clients.delete(clientKey(client.request)))
  }

  #receiveRequest(request: SipRequest, from: Peer): void {
    if (request.method === 'ACK') return this.#receiveAck(request)
    const key = serverKey(request)
    const known = this.#servers.get(key)
    if (known) return known.last && this.socket.send(known.last, from)
    const server: OpenServer = { request, from, reply: (response) => this.#reply(server, response) }
    this.#servers.set(key, server)
    this.onRequest(server)
  }

  #reply(server: OpenServer, response: SipResponse): void {
    server.last = response
    this.socket.send(response, server.from)
    if (response.status < 200) return
    if (server.request.method === 'INVITE') this.#repeatUntilAck(server, response, T1, Date.now() + GIVE_UP_MS)
    this.#forgetLater(() => this.#servers.delete(serverKey(server.request)))
  }

  #repeatUntilAck(server: OpenServer, response: SipResponse, waitMs: number, giveUpAt: number): void {
    clearTimeout(server.timer)
    server.timer = setTimeout(() => {
      if (Date.now() >= giveUpAt) return
      this.socket.send(response, server.from)
      this.#repeatUntilAck(server, response, Math.min(waitMs * 2, T2), giveUpAt)
    }, waitMs)
  }

  #receiveAck(ack: SipRequest): void {
    for (const server of this.#servers.values()) {
      const { request } = server
      const isTheirs = header(request, 'Call-ID') === header(ack, 'Call-ID') && cseqOf(request) === cseqOf(ack)
      if (request.method === 'INVITE' && isTheirs) clearTimeout(server.timer)
    }
    this.onAck(ack)
  }

  #forgetLater(forget: () => void): void {
    const timer = setTimeout(() => {
      this.#forgetting.delete(timer)
      forget()
    }, GIVE_UP_MS)
    // Nothing waits for this: it must not keep a finished process alive.
    timer.unref()
    this.#forgetting.add(timer)
  }
}

/** A reply to `request` with the headers that must be copied; To gets our tag when it has none. */
export function ownReply(request: SipRequest, status: number, phrase: string, toTag = ''): SipResponse {
  const copied = request.headers.filter(([name]) => /^(via|from|call-id|cseq|record-route)$/i.test(name))
  const to = header(request, 'To')
  const tagged = toTag && !param(to, 'tag') ? `${to};tag=${toTag}` : to
  return { kind: 'response', status, phrase, headers: [...copied, ['To', tagged]], body: '' }
}

function clientKey(message: SipMessage): string {
  return `${param(header(message, 'Via'), 'branch')} ${header(message, 'CSeq').split(/\s+/)[1]}`
}

function serverKey(request: SipRequest): string {
  return `${header(request, 'Via')} ${request.method}`
}
