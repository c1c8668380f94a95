import { decodeG711, type Codec } from '../audio/g711.ts'
import { rms } from '../audio/level.ts'
import { SAMPLE_RATE } from '../audio/wav.ts'
import type { RtpPacket } from './rtp-packet.ts'

/** Above this a frame counts as sound; line noise and codec silence lie below (-50 dB of full scale). */
export const AUDIBLE_RMS = 0.003

/** A jump of the sender's clock larger than this is a new source, not a gap. */
const JUMP_SAMPLES = SAMPLE_RATE / 2

const DIGIT_EVENTS = '0123456789*#ABCD'

/** Puts received packets where they belong in time, and reads digits out of telephone events. */
export class RtpReceiver {
  /** Digits received so far, in order. */
  digits = ''
  packetsReceived = 0
  /** When the last packet with something to hear came, or undefined. */
  lastAudibleAt: Date | undefined
  /** Instant of sample 0 of `heard`. */
  startedAt: Date | undefined
  onPacket: () => void = () => {}
  readonly #remembers: boolean
  #samples: Int16Array
  #length = 0
  #anchor: { source: number; timestamp: number; position: number } | undefined
  #lastDigitTimestamp: number | undefined

  constructor(remembers: boolean) {
    this.#remembers = remembers
    this.#samples = new Int16Array(remembers ? SAMPLE_RATE * 10 : 0)
  }

  /** Everything received, by the sender's clock; what never came is silence. */
  get heard(): Int16Array {
    return this.#samples.slice(0, this.#length)
  }

  /** How much that is, without copying it. */
  get heardMs(): number {
    return (this.#length * 1000) / SAMPLE_RATE
  }

  receiveAudio(packet: RtpPacket, codec: Codec): void {
    const samples = decodeG711(packet.payload, codec)
    const now = new Date()
    this.startedAt ??= now
    this.packetsReceived += 1
    if (rms(samples) > AUDIBLE_RMS) this.lastAudibleAt = now
    if (this.#remembers) this.#place(samples, this.#positionOf(packet, now))
    this.onPacket()
  }

  /** The event of one key press comes many times; its timestamp tells presses apart. */
  receiveDigit(packet: RtpPacket): void {
    if (packet.timestamp === this.#lastDigitTimestamp) return
    this.#lastDigitTimestamp = packet.timestamp
    this.digits += DIGIT_EVENTS[packet.payload[0] ?? 99] ?? ''
    this.onPacket()
  }

  #positionOf(packet: RtpPacket, now: Date): number {
    const byArrival = Math.round(((now.getTime() - (this.startedAt ?? now).getTime()) * SAMPLE_RATE) / 1000)
    if (this.#anchor?.source === packet.source) {
      const position = this.#anchor.position + ((packet.timestamp - this.#anchor.timestamp) | 0)
      if (Math.abs(position - byArrival) < JUMP_SAMPLES) return position
    }
    const position = Math.max(byArrival, this.#anchor ? this.#length : 0)
    this.#anchor = { source: packet.source, timestamp: packet.timestamp, position }
    return position
  }

  #place(samples: Int16Array, position: number): void {
    if (position < 0) return
    const end = position + samples.length
    if (end > this.#samples.length) {
      const larger = new Int16Array(end * 2)
      larger.set(this.#samples.subarray(0, this.#length))
      this.#samples = larger
    }
    this.#samples.set(samples, position)
    this.#length = Math.max(this.#length, end)
  }
}
