import { randomBytes } from 'node:crypto'
import { header, hostPortOf, param, uriOf, type SipHeaders, type SipMessage, type SipRequest } from './sip-message.ts'
import type { SipSocket } from './sip-socket.ts'
import type { Peer } from './udp.ts'

/** New random token for tags, branches and Call-IDs. */
export const newToken = (): string => randomBytes(9).toString('hex')

/** What one side must remember to send requests within a call (RFC 3261 section 12; no proxies between, so no route set). */
export class Dialog {
  readonly callId: string
  readonly localTag: string
  /** From or To value of this side, without tag. */
  readonly localAddress: string
  /** The other side's, with its tag once known. */
  remoteAddress: string
  /** URI that requests are sent to: the other side's Contact once known. */
  remoteTarget: string
  cseq = 0
  readonly #socket: SipSocket
  readonly #user: string

  constructor(
    socket: SipSocket,
    facts: { callId: string; localAddress: string; remoteAddress: string; remoteTarget: string; user: string },
  ) {
    this.#socket = socket
    this.#user = facts.user
    this.callId = facts.callId
    this.localTag = newToken()
    this.localAddress = facts.localAddress
    this.remoteAddress = facts.remoteAddress
    this.remoteTarget = facts.remoteTarget
  }

  /** Takes the other side's tag and Contact from its message. */
  learn(message: SipMessage, remoteHeader: 'From' | 'To'): void {
    const address = header(message, remoteHeader)
    if (param(address, 'tag')) this.remoteAddress = address
    const contact = uriOf(header(message, 'Contact'))
    if (contact) this.remoteTarget = contact
  }

  /** A request of this side; the sequence number grows unless one is given (ACK and CANCEL repeat the INVITE's). */
  request(method: string, extra: SipHeaders = [], body = '', cseq = (this.cseq += 1)): SipRequest {
    const headers: SipHeaders = [
      ['Via', `SIP/2.0/UDP ${this.#socket.hostPort};branch=z9hG4bK${newToken()};rport`],
      ['Max-Forwards', '70'],
      ['From', `${this.localAddress};tag=${this.localTag}`],
      ['To', this.remoteAddress],
      ['Call-ID', this.callId],
      ['CSeq', `${cseq} ${method}`],
      ['Contact', this.contact],
      ...extra,
    ]
    return { kind: 'request', method, uri: this.remoteTarget, headers, body }
  }

  get contact(): string {
    return `<sip:${this.#user}@${this.#socket.hostPort}>`
  }

  /** Where requests go. */
  get peer(): Peer {
    return hostPortOf(this.remoteTarget)
  }

  owns(message: SipMessage): boolean {
    return header(message, 'Call-ID') === this.callId
  }
}
