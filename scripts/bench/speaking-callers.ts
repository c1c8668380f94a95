/**
 * Many callers at once who listen to what they are told and then speak, over two UDP sockets in all. Of their own and not the
 * simulator's phones: one clock for everybody and no memory of what was heard, so that the machine is the product's.
 */
import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:dgram'
import { encodeG711 } from '../simulator/audio/g711.ts'
import { encodeRtp } from '../simulator/phone/rtp-packet.ts'
import { parseSdp } from '../simulator/phone/sdp.ts'
import { formatSip, header, parseSip, type SipMessage, type SipRequest, type SipResponse } from '../simulator/phone/sip-message.ts'
import { closeUdp, openUdp, type Peer } from '../simulator/phone/udp.ts'
import { agreeTo, followUp, inviteOf, type Caller } from './caller-messages.ts'

export const FRAME_MS = 20
const FRAME_SAMPLES = 160
const PCMA = 8
/** Nothing heard for so long, once all has been said, is what a recording sounds like to its caller. */
const QUIET_MS = 300
const SILENCE = encodeG711(new Int16Array(FRAME_SAMPLES), 'PCMA')

export type SpeakingCall = {
  number: string
  /** INVITE to 200; undefined until then, and for a call that is refused. */
  answeredMs: number | undefined
  /** 200 to the first sound. */
  firstSoundMs: number | undefined
  /** How much was heard, and when last (performance.now()). */
  heardMs: number
  lastHeardAt: number
  /** How much of the message was spoken, again and again. */
  spokenMs: number
  /** By the far end. */
  isHungUp: boolean
}
type Open = SpeakingCall & {
  caller: Caller
  invite: SipRequest
  sentAt: number
  answer: SipResponse | undefined
  answeredAt: number
  to: Peer | undefined
  /** Whole frames of what is said. */
  message: Uint8Array
  frame: number
  state: 'listening' | 'speaking' | 'finishing' | 'silent'
  sequence: number
  source: number
  finished: PromiseWithResolvers<void>
}

export class SpeakingCallers {
  readonly #sip: Socket
  readonly #media: Socket
  readonly #own: Peer
  readonly #target: Peer
  readonly #numberPrefix: string
  readonly #calls = new Map<string, Open>()
  readonly #byPort = new Map<number, Open>()
  #timer: NodeJS.Timeout | undefined
  #nextFrameAt = performance.now()
  #made = 0

  /** @param own the address and port of the simulated carrier @param numberPrefix of the callers; four digits follow */
  static async open(own: Peer, target: Peer, numberPrefix: string): Promise<SpeakingCallers> {
    const [sip, media] = [await openUdp(own.host, own.port), await openUdp(own.host, 0)]
    return new SpeakingCallers({ sip, media, own, target, numberPrefix })
  }

  private constructor(parts: { sip: Socket; media: Socket; own: Peer; target: Peer; numberPrefix: string }) {
    this.#sip = parts.sip
    this.#media = parts.media
    this.#own = parts.own
    this.#target = parts.target
    this.#numberPrefix = parts.numberPrefix
    this.#sip.on('message', (datagram) => this.#receive(datagram))
    this.#media.on('message', (datagram, { port }) => this.#hear(datagram, port))
    this.#tick()
  }

  /** Rings. What it comes to is in the call, from moment to moment. @param message 8 kHz; said when `speak` is called */
  ring(extension: string, message: Int16Array): SpeakingCall {
    const number = this.#numberPrefix + String(this.#made++ % 10_000).padStart(4, '0')
    const caller = { ...this.#own, number, callId: randomBytes(8).toString('hex') }
    const invite = inviteOf(caller, `sip:${extension}@${this.#target.host}:${this.#target.port}`, this.#media.address().port)
    const call: Open = {
      ...{ number, caller, invite, sentAt: performance.now(), answer: undefined, answeredAt: 0, to: undefined },
      ...{ answeredMs: undefined, firstSoundMs: undefined, heardMs: 0, lastHeardAt: 0, spokenMs: 0, isHungUp: false },
      message: encodeG711(message.subarray(0, message.length - (message.length % FRAME_SAMPLES)), 'PCMA'),
      ...{ frame: 0, state: 'listening', sequence: 0, source: randomBytes(4).readUInt32BE() },
      finished: Promise.withResolvers<void>(),
    }
    this.#calls.set(caller.callId, call)
    this.#send(invite)
    return call
  }

  /** All that is said before the message has been heard, and nothing comes any more. */
  static isAskedToSpeak(call: SpeakingCall, promptsMs: number): boolean {
    return call.heardMs > promptsMs - 600 && performance.now() - call.lastHeardAt > QUIET_MS
  }

  /** Says the message, again and again. */
  speak(call: SpeakingCall): void {
    this.#find(call).state = 'speaking'
  }

  /** Says it to its end, and no more. */
  async finish(call: SpeakingCall): Promise<void> {
    const open = this.#find(call)
    if (open.state !== 'speaking') return
    open.state = 'finishing'
    await open.finished.promise
  }

  hangUp(call: SpeakingCall): void {
    const open = this.#find(call)
    if (open.answer && !open.isHungUp) this.#send(followUp(open.caller, 'BYE', open.invite, open.answer))
    this.#forget(open)
  }

  close(): void {
    clearTimeout(this.#timer)
    closeUdp(this.#sip)
    closeUdp(this.#media)
  }

  #find(call: SpeakingCall): Open {
    return call as Open
  }

  #forget(call: Open): void {
    this.#calls.delete(call.caller.callId)
    if (call.to) this.#byPort.delete(call.to.port)
    call.finished.resolve()
  }

  #receive(datagram: Buffer): void {
    const message = parseSip(datagram)
    if (!message) return
    const call = this.#calls.get(header(message, 'Call-ID'))
    if (message.kind === 'request') {
      if (message.method !== 'ACK') this.#send(agreeTo(message))
      if (message.method === 'BYE' && call) this.#ended(call)
    } else if (call && message.status >= 200 && header(message, 'CSeq') === '1 INVITE') this.#answered(call, message)
  }

  #answered(call: Open, reply: SipResponse): void {
    this.#send(followUp(call.caller, 'ACK', call.invite, reply))
    const audio = parseSdp(reply.body)
    if (reply.status >= 300 || !audio) return this.#ended(call)
    if (call.answer) return
    call.answer = reply
    call.answeredAt = performance.now()
    call.answeredMs = call.answeredAt - call.sentAt
    call.to = { host: audio.address, port: audio.port }
    this.#byPort.set(audio.port, call)
  }

  #ended(call: Open): void {
    call.isHungUp = true
    this.#forget(call)
  }

  #hear(datagram: Buffer, port: number): void {
    const call = this.#byPort.get(port)
    if (!call || datagram.length < 12) return
    const now = performance.now()
    call.firstSoundMs ??= now - call.answeredAt
    call.lastHeardAt = now
    call.heardMs += FRAME_MS
  }

  /** A process that stood still catches up, so that a second of speech takes a second. */
  #tick(): void {
    const now = performance.now()
    if (now - this.#nextFrameAt > 10 * FRAME_MS) this.#nextFrameAt = now
    for (; this.#nextFrameAt <= now; this.#nextFrameAt += FRAME_MS) {
      for (const call of this.#byPort.values()) this.#sendFrame(call)
    }
    this.#timer = setTimeout(() => this.#tick(), Math.max(0, this.#nextFrameAt - performance.now()))
  }

  #sendFrame(call: Open): void {
    const { sequence, source } = call
    const packet = encodeRtp({
      ...{ payloadType: PCMA, marker: sequence === 0, sequence, timestamp: sequence * FRAME_SAMPLES, source },
      payload: this.#nextFrame(call),
    })
    call.sequence += 1
    if (call.to) this.#media.send(packet, call.to.port, call.to.host)
  }

  #nextFrame(call: Open): Uint8Array {
    if (call.state === 'listening' || call.state === 'silent') return SILENCE
    const frame = call.message.subarray(call.frame * FRAME_SAMPLES, (call.frame + 1) * FRAME_SAMPLES)
    call.spokenMs += FRAME_MS
    call.frame = (call.frame + 1) % (call.message.length / FRAME_SAMPLES)
    if (call.frame === 0 && call.state === 'finishing') {
      call.state = 'silent'
      call.finished.resolve()
    }
    return frame
  }

  #send(message: SipMessage): void {
    this.#sip.send(formatSip(message), this.#target.port, this.#target.host)
  }
}
