import { readWav } from '../audio/wav.ts'
import type { Dialog } from './dialog.ts'
import type { RtpSession } from './rtp-session.ts'
import { formatSdp, parseSdp, type AudioDescription } from './sdp.ts'
import { header, q850Of, uriOf, userOf, type SipHeaders, type SipRequest } from './sip-message.ts'
import { ownReply, type ServerTransaction, type Transactions } from './transactions.ts'
import { Watch } from './watch.ts'

/** How a call was answered or refused. */
export type FinalReply = { status: number; phrase: string; q850?: number }

/** How a call ended. `status` is the final reply to its INVITE (200 when it was answered), `q850` the cause in a Reason header. */
export type CallEnd = { by: 'us' | 'them'; status: number; phrase: string; q850?: number }

/** The far end (or we) ended the call without answering it. */
export class CallNotAnswered extends Error {
  readonly code = 'call-not-answered'
  readonly status: number
  constructor(reply: FinalReply) {
    super(`call not answered: ${reply.status} ${reply.phrase}`)
    this.status = reply.status
  }
}

/** What a call needs from its phone. */
export type CallDeps = {
  transactions: Transactions
  offer: Omit<AudioDescription, 'port' | 'direction'>
  forget(call: Call): void
}

/**
 * One call of a phone; what both directions have in common: the audio, the digits, the end.
 * States: setting up → (ringing) → answered → ended; `answered` and `ended` settle on the way.
 */
export abstract class Call {
  abstract readonly direction: 'in' | 'out'
  /** The INVITE that opened the call. */
  abstract readonly invite: SipRequest
  /** Resolves with the 200, rejects with CallNotAnswered for any other end. */
  readonly answered: Promise<FinalReply>
  /** Resolves once, however the call ends. */
  readonly ended: Promise<CallEnd>
  isAnswered = false
  isEnded = false
  protected readonly deps: CallDeps
  protected readonly dialog: Dialog
  protected rtp: RtpSession | undefined
  /** Our own type for digits: what we offered, or what was offered to us. */
  #digitsPayloadType: number | undefined
  #sdpVersion = 1
  readonly #settleAnswered: PromiseWithResolvers<FinalReply>
  readonly #settleEnded: PromiseWithResolvers<CallEnd>
  readonly #watch = new Watch()

  protected constructor(deps: CallDeps, dialog: Dialog) {
    this.deps = deps
    this.dialog = dialog
    this.#digitsPayloadType = deps.offer.digitsPayloadType
    this.#settleAnswered = Promise.withResolvers()
    this.#settleEnded = Promise.withResolvers()
    this.answered = this.#settleAnswered.promise
    this.ended = this.#settleEnded.promise
    // A test that only awaits `ended` must not die of the other promise.
    this.answered.catch(() => {})
  }

  /** Ends the call in whatever state it is (CANCEL, refusal or BYE) and waits for the end. */
  abstract hangUp(): Promise<CallEnd>

  get callerUri(): string {
    return uriOf(header(this.invite, 'From'))
  }

  get callerNumber(): string {
    return userOf(this.callerUri)
  }

  get calledNumber(): string {
    return userOf(this.invite.uri)
  }

  /** Value of a header of the INVITE, '' when absent. */
  header(name: string): string {
    return header(this.invite, name)
  }

  /** Everything heard so far, 8 kHz; sample 0 is the first packet's, gaps are silence. Empty for a phone that does not remember. */
  get heard(): Int16Array {
    return this.rtp?.receiver.heard ?? new Int16Array(0)
  }

  /** Length of `heard`, which is a copy each time. */
  get heardMs(): number {
    return this.rtp?.receiver.heardMs ?? 0
  }

  /** Instant of `heard[0]`, undefined before the first packet. */
  get heardFrom(): Date | undefined {
    return this.rtp?.receiver.startedAt
  }

  /** Digits the other side pressed (telephone events). */
  get digits(): string {
    return this.rtp?.receiver.digits ?? ''
  }

  get packets(): { sent: number; received: number } {
    return { sent: this.rtp?.sender?.packetsSent ?? 0, received: this.rtp?.receiver.packetsReceived ?? 0 }
  }

  /** Instant of the last audible packet, undefined while nothing was heard. */
  get silenceSince(): Date | undefined {
    return this.rtp?.receiver.lastAudibleAt
  }

  /**
   * Plays a wav file or samples; sounds queue up one after the other.
   * Resolves when the last frame was sent, or the call ended.
   */
  async play(sound: string | Int16Array, { loop = false }: { loop?: boolean } = {}): Promise<void> {
    await this.#sender().play(typeof sound === 'string' ? readWav(sound) : sound, loop)
  }

  stopPlaying(): void {
    this.rtp?.sender?.stopPlaying()
  }

  /** Stops (or resumes) sending RTP altogether, as a phone behind a dead link does; unmuted it sends silence. */
  mute(isMuted = true): void {
    this.#sender().isMuted = isMuted
  }

  /** Presses one key; resolves when its last packet was sent. */
  async sendDigit(digit: string, lengthMs = 120): Promise<void> {
    await this.#sender().sendDigit(digit, lengthMs)
  }

  /** Presses keys one after the other. */
  async sendDigits(digits: string): Promise<void> {
    for (const digit of digits) await this.sendDigit(digit)
  }

  /**
   * Waits until a condition on this call holds; looked at after each packet and every 50 ms.
   * @throws NotHeard after the timeout, or when the call ends first
   */
  waitUntil(condition: () => boolean, what: string, timeoutMs = 10_000): Promise<void> {
    return this.#watch.until(condition, { what, timeoutMs, isOver: () => this.isEnded })
  }

  /** Waits until something audible has come after now (or after `after`). */
  async waitForAudio({ after = new Date(), timeoutMs = 10_000 }: { after?: Date; timeoutMs?: number } = {}): Promise<void> {
    await this.waitUntil(() => (this.silenceSince?.getTime() ?? 0) > after.getTime(), 'audio', timeoutMs)
  }

  /** Waits until nothing audible has come for `ms`, counted from the last sound or from the call of this function. */
  async waitForSilence(ms: number, timeoutMs = 60_000): Promise<void> {
    const from = Date.now()
    const quietFrom = (): number => Math.max(from, this.silenceSince?.getTime() ?? 0)
    await this.waitUntil(() => Date.now() - quietFrom() >= ms, `${ms} ms of silence`, timeoutMs)
  }

  /** Waits until the digits received end with these. */
  async waitForDigits(digits: string, timeoutMs = 10_000): Promise<void> {
    await this.waitUntil(() => this.digits.endsWith(digits), `digits ${digits}`, timeoutMs)
  }

  /** Joins two calls of this phone, as an exchange does: each hears the other. Both must have been answered. */
  joinWith(other: Call): void {
    if (!this.rtp || !other.rtp) return
    this.rtp.relayTo(other.rtp)
    other.rtp.relayTo(this.rtp)
  }

  /** The phone loses power: no BYE, no more audio, no answer to anything. */
  vanish(): void {
    this.finish({ by: 'us', status: this.isAnswered ? 200 : 0, phrase: 'vanished' })
  }

  /** A request within this call, handed over by the phone. */
  receive(transaction: ServerTransaction): void {
    const { request } = transaction
    if (request.method === 'INVITE') return this.#receiveReinvite(transaction)
    if (request.method !== 'BYE') return transaction.reply(ownReply(request, request.method === 'OPTIONS' ? 200 : 501, 'As It Is'))
    transaction.reply(ownReply(request, 200, 'OK'))
    this.finish({ by: 'them', status: 200, phrase: 'OK', ...withCause(q850Of(request)) })
  }

  protected localSdp(direction: AudioDescription['direction'] = 'sendrecv', codecs = this.deps.offer.codecs): string {
    const { address } = this.deps.offer
    const digits = this.#digitsPayloadType === undefined ? {} : { digitsPayloadType: this.#digitsPayloadType }
    return formatSdp({ address, codecs, port: this.rtp?.port ?? 0, direction, ...digits }, (this.#sdpVersion += 1))
  }

  /** Agrees on the first codec of theirs that we speak and starts the audio; false when there is none. */
  protected connectAudio(theirSdp: string): boolean {
    const theirs = parseSdp(theirSdp)
    const codec = theirs?.codecs.find((each) => this.deps.offer.codecs.includes(each))
    if (!theirs || !codec || !this.rtp) return false
    // An answer keeps the number of the offer (RFC 3264 section 6.1); an offer of ours may be answered with another.
    const takesDigits = this.deps.offer.digitsPayloadType !== undefined
    if (this.direction === 'in') this.#digitsPayloadType = takesDigits ? theirs.digitsPayloadType : undefined
    this.rtp.connect({ ...theirs, codecs: [codec] }, this.#digitsPayloadType)
    this.rtp.receiver.onPacket = () => this.#watch.look()
    return true
  }

  protected markAnswered(reply: FinalReply): void {
    this.isAnswered = true
    this.#settleAnswered.resolve(reply)
  }

  protected finish(end: CallEnd): void {
    if (this.isEnded) return
    this.isEnded = true
    this.rtp?.close()
    this.#settleAnswered.reject(new CallNotAnswered(end))
    this.#settleEnded.resolve(end)
    this.deps.forget(this)
  }

  protected async sendBye(extra: SipHeaders = []): Promise<CallEnd> {
    this.rtp?.sender?.stop()
    await this.deps.transactions.start(this.dialog.request('BYE', extra), this.dialog.peer).final
    this.finish({ by: 'us', status: 200, phrase: 'OK' })
    return this.ended
  }

  #receiveReinvite(transaction: ServerTransaction): void {
    const { request } = transaction
    this.dialog.learn(request, this.direction === 'in' ? 'From' : 'To')
    if (request.body) this.connectAudio(request.body)
    const theirs = parseSdp(request.body)?.direction ?? 'sendrecv'
    const reply = ownReply(request, 200, 'OK', this.dialog.localTag)
    reply.headers.push(['Contact', this.dialog.contact], ['Content-Type', 'application/sdp'])
    reply.body = this.localSdp(MIRRORED[theirs])
    transaction.reply(reply)
  }

  #sender(): NonNullable<RtpSession['sender']> {
    if (!this.rtp?.sender) throw new Error('the call has no audio yet')
    return this.rtp.sender
  }
}

const MIRRORED: Record<AudioDescription['direction'], AudioDescription['direction']> = {
  sendrecv: 'sendrecv',
  sendonly: 'recvonly',
  recvonly: 'sendonly',
  inactive: 'inactive',
}

/** `{ q850 }` or nothing, for spreading. */
export function withCause(q850: number | undefined): { q850?: number } {
  return q850 === undefined ? {} : { q850 }
}
