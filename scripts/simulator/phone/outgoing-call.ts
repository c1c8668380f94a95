import { Call, withCause, type CallDeps, type CallEnd } from './call.ts'
import { answerChallenge, type Credentials } from './digest.ts'
import type { Dialog } from './dialog.ts'
import { type MediaOptions, RtpSession } from './rtp-session.ts'
import { cseqOf, q850Of, type SipHeaders, type SipRequest, type SipResponse } from './sip-message.ts'
import type { ClientTransaction } from './transactions.ts'

export type OutgoingOptions = MediaOptions & {
  headers: SipHeaders
  credentials: Credentials | undefined
}

/** A call this phone makes: INVITE, digest when asked for, ACK; CANCEL or BYE at the end. */
export class OutgoingCall extends Call {
  readonly direction = 'out'
  invite: SipRequest
  /** Resolves with the first 180 or 183; never for a call that is answered or refused at once. */
  readonly ringing: Promise<{ status: number }>
  /** Statuses of all replies so far, provisional ones too, e.g. [100, 180, 200]. */
  readonly replies: number[] = []
  readonly #options: OutgoingOptions
  readonly #ringing = Promise.withResolvers<{ status: number }>()
  readonly #firstReply = Promise.withResolvers<void>()
  #transaction: ClientTransaction | undefined
  #hangsUp = false

  constructor(deps: CallDeps, dialog: Dialog, options: OutgoingOptions) {
    super(deps, dialog)
    this.#options = options
    this.ringing = this.#ringing.promise
    this.invite = dialog.request('INVITE', options.headers)
  }

  /** Opens the audio port and sends the INVITE. */
  async start(): Promise<void> {
    this.rtp = await RtpSession.open(this.deps.offer.address, this.#options)
    const firstFinal = await this.#send([])
    const { credentials } = this.#options
    const isChallenge = firstFinal.status === 401 || firstFinal.status === 407
    const answer = isChallenge && credentials && answerChallenge(firstFinal, this.invite, credentials)
    this.#conclude(answer ? await this.#send([answer]) : firstFinal)
  }

  async hangUp(): Promise<CallEnd> {
    if (this.isEnded || this.#hangsUp) return this.ended
    this.#hangsUp = true
    if (this.isAnswered) return this.sendBye()
    await this.#firstReply.promise
    // Answered or refused while we waited for the first reply: nothing to cancel any more.
    if (!this.isEnded && !this.isAnswered) this.#cancel()
    return this.ended
  }

  async #send(extra: SipHeaders): Promise<SipResponse> {
    const headers: SipHeaders = [['Allow', 'INVITE, ACK, CANCEL, BYE, OPTIONS, MESSAGE'], ['Content-Type', 'application/sdp'], ...extra]
    this.invite = this.dialog.request('INVITE', [...this.#options.headers, ...headers], this.localSdp())
    this.#transaction = this.deps.transactions.start(this.invite, this.dialog.peer, (reply) => this.#receiveProvisional(reply))
    const final = await this.#transaction.final
    this.replies.push(final.status)
    return final
  }

  #receiveProvisional(reply: SipResponse): void {
    this.replies.push(reply.status)
    this.#firstReply.resolve()
    if (reply.status === 100) return
    if (reply.body) this.connectAudio(reply.body)
    this.#ringing.resolve({ status: reply.status })
  }

  #conclude(final: SipResponse): void {
    this.#firstReply.resolve()
    const facts = { status: final.status, phrase: final.phrase, ...withCause(q850Of(final)) }
    if (final.status >= 300) return this.finish({ by: this.#hangsUp ? 'us' : 'them', ...facts })
    this.dialog.learn(final, 'To')
    this.#acknowledge()
    const hasAudio = this.connectAudio(final.body)
    this.markAnswered(facts)
    // Answered while our CANCEL was on its way, or with a codec we do not speak: say goodbye properly.
    if (this.#hangsUp || !hasAudio) void this.sendBye()
  }

  #acknowledge(): void {
    if (!this.#transaction) return
    const message = this.dialog.request('ACK', [], '', cseqOf(this.invite))
    this.#transaction.ack = { message, peer: this.dialog.peer }
    this.deps.transactions.sendOnce(message, this.dialog.peer)
  }

  /** A CANCEL repeats the INVITE's branch and sequence number; the INVITE itself then ends with 487. */
  #cancel(): void {
    const kept = this.invite.headers.filter(([name]) => ['Via', 'From', 'To', 'Call-ID', 'Max-Forwards'].includes(name))
    const headers: SipHeaders = [...kept, ['CSeq', `${cseqOf(this.invite)} CANCEL`]]
    const cancel: SipRequest = { kind: 'request', method: 'CANCEL', uri: this.invite.uri, headers, body: '' }
    this.deps.transactions.start(cancel, this.dialog.peer)
  }
}
