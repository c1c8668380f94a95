import { Call, type CallDeps, type CallEnd } from './call.ts'
import type { Dialog } from './dialog.ts'
import { phraseOf } from './phrases.ts'
import { type MediaOptions, RtpSession } from './rtp-session.ts'
import { parseSdp } from './sdp.ts'
import { q850Of, type SipHeaders, type SipRequest, type SipResponse } from './sip-message.ts'
import { ownReply, type ServerTransaction } from './transactions.ts'

/** A call that came in; the phone's handler decides what is said to it. */
export class IncomingCall extends Call {
  readonly direction = 'in'
  readonly invite: SipRequest
  readonly #transaction: ServerTransaction
  readonly #media: MediaOptions
  #audioIsOpen: Promise<boolean> | undefined

  constructor(deps: CallDeps, dialog: Dialog, transaction: ServerTransaction, media: MediaOptions) {
    super(deps, dialog)
    this.invite = transaction.request
    this.#transaction = transaction
    this.#media = media
    transaction.reply(ownReply(this.invite, 100, 'Trying'))
  }

  /** 180 Ringing. */
  ring(): void {
    if (!this.isAnswered && !this.isEnded) this.#reply(180)
  }

  /** 183 with audio: what is played now is early media. Does nothing when the call is over. */
  async progress(): Promise<void> {
    if ((await this.#openAudio()) && !this.isEnded) this.#reply(183, [], this.#answerSdp())
  }

  /** 200 with audio; 488 when the caller offers no codec we speak. Does nothing when the call is over. */
  async answer(): Promise<void> {
    const hasAudio = await this.#openAudio()
    if (this.isEnded || this.isAnswered) return
    if (!hasAudio) return this.reject(488)
    this.#reply(200, [], this.#answerSdp())
    this.markAnswered({ status: 200, phrase: 'OK' })
  }

  /**
   * Refuses the call.
   * @param q850 cause for a Reason header, as carriers send it
   */
  reject(status: number, q850?: number): void {
    if (this.isEnded || this.isAnswered) return
    this.#reply(status, q850 === undefined ? [] : [['Reason', `Q.850;cause=${q850}`]])
    this.finish({ by: 'us', status, phrase: phraseOf(status) })
  }

  async hangUp(): Promise<CallEnd> {
    if (this.isAnswered && !this.isEnded) return this.sendBye()
    this.reject(603)
    return this.ended
  }

  /** The caller gave up (CANCEL). */
  cancelled(cancel: ServerTransaction): void {
    cancel.reply(ownReply(cancel.request, 200, 'OK', this.dialog.localTag))
    if (this.isEnded || this.isAnswered) return
    this.#reply(487)
    const q850 = q850Of(cancel.request)
    this.finish({ by: 'them', status: 487, phrase: phraseOf(487), ...(q850 === undefined ? {} : { q850 }) })
  }

  #openAudio(): Promise<boolean> {
    this.#audioIsOpen ??= (async () => {
      const rtp = await RtpSession.open(this.deps.offer.address, this.#media)
      if (this.isEnded) rtp.close()
      else this.rtp = rtp
      return this.connectAudio(this.invite.body)
    })()
    return this.#audioIsOpen
  }

  #answerSdp(): string {
    const codec = parseSdp(this.invite.body)?.codecs.find((each) => this.deps.offer.codecs.includes(each))
    return this.localSdp('sendrecv', codec ? [codec] : [])
  }

  #reply(status: number, extra: SipHeaders = [], sdp = ''): void {
    const reply: SipResponse = ownReply(this.invite, status, phraseOf(status), this.dialog.localTag)
    reply.headers.push(['Contact', this.dialog.contact], ...extra)
    if (sdp) reply.headers.push(['Content-Type', 'application/sdp'])
    reply.body = sdp
    this.#transaction.reply(reply)
  }
}
