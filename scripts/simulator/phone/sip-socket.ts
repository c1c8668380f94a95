import type { Socket } from 'node:dgram'
import type { LossyLine } from './lossy-line.ts'
import { formatSip, parseSip, type SipMessage } from './sip-message.ts'
import { closeUdp, openUdp, type Peer } from './udp.ts'

/** One SIP message that passed the phone's socket; `text` is the datagram as it was on the wire. */
export type SipLogEntry = { at: Date; direction: 'sent' | 'received'; peer: string; text: string }

export type SipSocketOptions = { address: string; port: number; line: LossyLine; remembers: boolean }

/** Sends and receives SIP messages over UDP and keeps the transcript of them. */
export class SipSocket {
  readonly log: SipLogEntry[] = []
  readonly address: string
  readonly port: number
  onMessage: (message: SipMessage, from: Peer) => void = () => {}
  readonly #socket: Socket
  readonly #options: SipSocketOptions
  #isOpen = true

  static async open(options: SipSocketOptions): Promise<SipSocket> {
    return new SipSocket(await openUdp(options.address, options.port), options)
  }

  private constructor(socket: Socket, options: SipSocketOptions) {
    this.#socket = socket
    this.#options = options
    this.address = options.address
    this.port = socket.address().port
    socket.on('message', (datagram, { address, port }) => this.#receive(datagram, { host: address, port }))
    // ICMP "nobody listens there" arrives as an error here; the transaction's own timer reports it.
    socket.on('error', () => {})
  }

  /** 'host:port' of this end as it stands in Via and Contact. */
  get hostPort(): string {
    return `${this.address.includes(':') ? `[${this.address}]` : this.address}:${this.port}`
  }

  send(message: SipMessage, peer: Peer): void {
    if (!this.#isOpen) return
    const text = formatSip(message)
    this.#remember('sent', peer, text)
    if (!this.#options.line.loses()) this.#socket.send(text, peer.port, peer.host)
  }

  close(): void {
    this.#isOpen = false
    closeUdp(this.#socket)
  }

  #receive(datagram: Buffer, from: Peer): void {
    if (this.#options.line.loses()) return
    const message = parseSip(datagram)
    if (!message) return
    this.#remember('received', from, datagram.toString('utf8'))
    this.onMessage(message, from)
  }

  #remember(direction: SipLogEntry['direction'], peer: Peer, text: string): void {
    if (this.#options.remembers) this.log.push({ at: new Date(), direction, peer: `${peer.host}:${peer.port}`, text })
  }
}
