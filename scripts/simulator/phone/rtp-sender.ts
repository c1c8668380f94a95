import { randomBytes } from 'node:crypto'
import { encodeG711, type Codec } from '../audio/g711.ts'
import { encodeRtp } from './rtp-packet.ts'
import { PAYLOAD_TYPE } from './sdp.ts'

const FRAME_MS = 20
const FRAME_SAMPLES = 160
const DIGIT_EVENTS = '0123456789*#ABCD'
const DIGIT_GAP_FRAMES = 4

type Sound = { samples: Int16Array; position: number; loop: boolean; finished: () => void }
type Digit = { event: number; timestamp: number; framesLeft: number; samplesSoFar: number; finished: () => void }

export type SenderOptions = { codec: Codec; digitsPayloadType: number | undefined; send: (packet: Buffer) => void }

/**
 * Sends one frame every 20 ms, like a real telephone: queued sounds one after the other, digits before sounds, silence between.
 * Late timers are caught up with, so that a second of audio takes a second on a busy machine too.
 */
export class RtpSender {
  readonly #options: SenderOptions
  readonly #source = randomBytes(4).readUInt32BE()
  readonly #silence: Buffer
  #sounds: Sound[] = []
  #digits: Digit[] = []
  #gapFrames = 0
  #sequence = randomBytes(2).readUInt16BE()
  #timestamp = randomBytes(4).readUInt32BE()
  #startsTalking = true
  #nextFrameAt = performance.now()
  #timer: NodeJS.Timeout | undefined
  /** While true nothing at all is sent, not even silence. */
  isMuted = false
  packetsSent = 0

  constructor(options: SenderOptions) {
    this.#options = options
    this.#silence = Buffer.from(encodeG711(new Int16Array(FRAME_SAMPLES), options.codec))
    this.#tick()
  }

  /** Queues samples; resolves when the last of them was sent, or sending stopped. A looped sound resolves only then. */
  play(samples: Int16Array, loop: boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    if (samples.length === 0 || !this.#timer) resolve()
    else this.#sounds.push({ samples, position: 0, loop, finished: resolve })
    return promise
  }

  /** Drops what is queued and playing. */
  stopPlaying(): void {
    for (const sound of this.#sounds.splice(0)) sound.finished()
  }

  /**
   * Queues one digit as telephone events (RFC 4733); resolves when its last packet was sent.
   * @throws when the other side never offered telephone-event, or the digit does not exist
   */
  sendDigit(digit: string, lengthMs: number): Promise<void> {
    const event = DIGIT_EVENTS.indexOf(digit.toUpperCase())
    if (this.#options.digitsPayloadType === undefined) throw new Error('the other side takes no telephone events')
    if (digit.length !== 1 || event < 0) throw new Error(`no such digit: ${digit}`)
    const { promise, resolve } = Promise.withResolvers<void>()
    const framesLeft = Math.max(2, Math.round(lengthMs / FRAME_MS))
    if (this.#timer) this.#digits.push({ event, timestamp: -1, framesLeft, samplesSoFar: 0, finished: resolve })
    else resolve()
    return promise
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.stopPlaying()
    for (const digit of this.#digits.splice(0)) digit.finished()
  }

  #tick(): void {
    const now = performance.now()
    // A process that stood still for long starts anew rather than pouring out a burst.
    if (now - this.#nextFrameAt > 10 * FRAME_MS) this.#nextFrameAt = now
    while (this.#nextFrameAt <= now) {
      this.#sendFrame()
      this.#nextFrameAt += FRAME_MS
    }
    this.#timer = setTimeout(() => this.#tick(), Math.max(0, this.#nextFrameAt - performance.now()))
  }

  #sendFrame(): void {
    const digit = this.#gapFrames > 0 ? undefined : this.#digits[0]
    if (this.#gapFrames > 0) this.#gapFrames -= 1
    if (digit) this.#sendDigitFrame(digit)
    else this.#sendSoundFrame()
    this.#timestamp = (this.#timestamp + FRAME_SAMPLES) >>> 0
  }

  #sendSoundFrame(): void {
    const frame = this.#nextSoundFrame()
    if (this.isMuted) return
    this.#send(PAYLOAD_TYPE[this.#options.codec], this.#timestamp, this.#startsTalking, frame)
    this.#startsTalking = false
  }

  #nextSoundFrame(): Uint8Array {
    const sound = this.#sounds[0]
    if (!sound) return this.#silence
    const frame = new Int16Array(FRAME_SAMPLES)
    frame.set(sound.samples.subarray(sound.position, sound.position + FRAME_SAMPLES))
    sound.position += FRAME_SAMPLES
    if (sound.position >= sound.samples.length) this.#finishSound(sound)
    return encodeG711(frame, this.#options.codec)
  }

  #finishSound(sound: Sound): void {
    if (sound.loop) {
      sound.position = 0
      return
    }
    this.#sounds.shift()
    sound.finished()
  }

  #sendDigitFrame(digit: Digit): void {
    const isFirst = digit.timestamp < 0
    if (isFirst) digit.timestamp = this.#timestamp
    digit.framesLeft -= 1
    digit.samplesSoFar += FRAME_SAMPLES
    const isLast = digit.framesLeft <= 0
    const payload = Buffer.from([digit.event, (isLast ? 0x80 : 0) | 10, digit.samplesSoFar >> 8, digit.samplesSoFar & 0xff])
    // The end is sent three times, since nothing else repairs its loss (RFC 4733 section 2.5.1.4).
    for (let copy = 0; copy < (isLast ? 3 : 1); copy += 1) {
      this.#send(this.#options.digitsPayloadType ?? 101, digit.timestamp, isFirst, payload)
    }
    if (!isLast) return
    this.#digits.shift()
    this.#gapFrames = DIGIT_GAP_FRAMES
    digit.finished()
  }

  #send(payloadType: number, timestamp: number, marker: boolean, payload: Uint8Array): void {
    this.#options.send(encodeRtp({ payloadType, marker, sequence: this.#sequence, timestamp, source: this.#source, payload }))
    this.#sequence = (this.#sequence + 1) & 0xffff
    this.packetsSent += 1
  }
}
