/**
 * Calls at a steady rate from one UDP socket, each hung up as soon as it is answered. Of its own and not the simulator's phone:
 * no audio, no socket a call, no timers between the datagram and the clock, so that little but the product is measured.
 */
import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:dgram'
import { setTimeout as pause } from 'node:timers/promises'
import { formatSip, header, parseSip, type SipMessage, type SipRequest, type SipResponse } from '../simulator/phone/sip-message.ts'
import { closeUdp, openUdp, type Peer } from '../simulator/phone/udp.ts'
import { agreeTo, followUp, inviteOf, type Caller } from './caller-messages.ts'

export type Block = { extension: string; calls: number; perSecond: number; signal: AbortSignal }
/** @property answeredMs from the INVITE's datagram to the 200's, of the calls that were answered */
export type BlockResult = { answeredMs: number[]; failed: number }

/** More calls in the air than this means that the far end is not keeping up: then nothing of use can be measured. */
const MOST_OPEN = 60
const GIVE_UP_MS = 10_000

type OpenCall = {
  caller: Caller
  invite: SipRequest
  sentAt: bigint
  answeredMs: number | undefined
  end: (ms: number | undefined) => void
}

export class PacedCaller {
  readonly #sip: Socket
  readonly #media: Socket
  readonly #own: Peer
  readonly #target: Peer
  readonly #numberPrefix: string
  readonly #open = new Map<string, OpenCall>()
  #made = 0

  /** @param own the address and port of the simulated carrier @param numberPrefix of the callers; four digits follow */
  static async open(own: Peer, target: Peer, numberPrefix: string): Promise<PacedCaller> {
    const sip = await openUdp(own.host, own.port)
    // What is heard in the moment before the BYE arrives here and is dropped.
    return new PacedCaller({ sip, media: await openUdp(own.host, 0), own, target, numberPrefix })
  }

  private constructor(parts: { sip: Socket; media: Socket; own: Peer; target: Peer; numberPrefix: string }) {
    this.#sip = parts.sip
    this.#media = parts.media
    this.#own = parts.own
    this.#target = parts.target
    this.#numberPrefix = parts.numberPrefix
    this.#sip.on('message', (datagram) => this.#receive(datagram, process.hrtime.bigint()))
  }

  /** Resolves when the last call of the block has ended. @throws when the far end does not keep up */
  async run({ extension, calls, perSecond, signal }: Block): Promise<BlockResult> {
    const started = performance.now()
    const results: Promise<number | undefined>[] = []
    for (let index = 0; index < calls; index++) {
      const wait = started + (index * 1000) / perSecond - performance.now()
      if (wait > 0) await pause(wait, undefined, { signal })
      if (this.#open.size >= MOST_OPEN) throw new Error(`${MOST_OPEN} calls are open at ${perSecond} calls/s: too much for this machine`)
      results.push(this.#call(extension))
    }
    const ended = await Promise.all(results)
    const answeredMs = ended.filter((ms) => ms !== undefined)
    return { answeredMs, failed: calls - answeredMs.length }
  }

  close(): void {
    closeUdp(this.#sip)
    closeUdp(this.#media)
  }

  /** @returns INVITE to 200 in ms once the call is over, undefined when it was refused or never ended */
  async #call(extension: string): Promise<number | undefined> {
    const { promise, resolve } = Promise.withResolvers<number | undefined>()
    const number = this.#numberPrefix + String(this.#made++ % 10_000).padStart(4, '0')
    const caller = { ...this.#own, number, callId: randomBytes(8).toString('hex') }
    const invite = inviteOf(caller, `sip:${extension}@${this.#target.host}:${this.#target.port}`, this.#media.address().port)
    const text = formatSip(invite)
    const timer = setTimeout(resolve, GIVE_UP_MS, undefined)
    this.#open.set(caller.callId, { caller, invite, sentAt: process.hrtime.bigint(), answeredMs: undefined, end: resolve })
    this.#sip.send(text, this.#target.port, this.#target.host)
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      this.#open.delete(caller.callId)
    }
  }

  #receive(datagram: Buffer, at: bigint): void {
    const message = parseSip(datagram)
    if (message?.kind === 'request' && message.method !== 'ACK') this.#send(agreeTo(message))
    const call = message && this.#open.get(header(message, 'Call-ID'))
    if (message?.kind !== 'response' || !call || message.status < 200) return
    if (header(message, 'CSeq') === '1 INVITE') this.#hangUp(call, message, at)
    else call.end(call.answeredMs)
  }

  #hangUp(call: OpenCall, reply: SipResponse, at: bigint): void {
    const { caller, invite } = call
    this.#send(followUp(caller, 'ACK', invite, reply))
    if (reply.status >= 300) return call.end(undefined)
    // A 200 that comes again wants its ACK again, and nothing else.
    if (call.answeredMs !== undefined) return
    call.answeredMs = Number(at - call.sentAt) / 1e6
    this.#send(followUp(caller, 'BYE', invite, reply))
  }

  #send(message: SipMessage): void {
    this.#sip.send(formatSip(message), this.#target.port, this.#target.host)
  }
}
