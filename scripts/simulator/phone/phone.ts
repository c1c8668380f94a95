import type { Codec } from '../audio/g711.ts'
import type { Call, CallDeps } from './call.ts'
import { Dialog, newToken } from './dialog.ts'
import type { Credentials } from './digest.ts'
import { IncomingCall } from './incoming-call.ts'
import { LossyLine } from './lossy-line.ts'
import { OutgoingCall } from './outgoing-call.ts'
import { phraseOf } from './phrases.ts'
import { Registration } from './registration.ts'
import type { MediaOptions } from './rtp-session.ts'
import { sendWithDigest } from './requests.ts'
import { header, hostPortOf, param, uriOf, userOf, type SipHeaders, type SipResponse } from './sip-message.ts'
import type { SipLogEntry, SipSocket } from './sip-socket.ts'
import { ownReply, Transactions, type ServerTransaction } from './transactions.ts'
import { Waiting } from './waiting.ts'

export type PhoneOptions = {
  /** Loopback address to bind, e.g. '127.0.0.2'. */
  address: string
  /** SIP port; 0 (default) lets the system choose. */
  port?: number
  /** SIP user and password for digest; the user is also the user part of our own address. */
  user?: string
  password?: string
  /** 'host:port' of the registrar, needed by register(). */
  registrar?: string
  displayName?: string
  /** Codecs offered and accepted, best first; PCMU and PCMA by default. */
  codecs?: Codec[]
  /** Payload type offered for digits (RFC 4733); 101 by default, null offers none. */
  digitsPayloadType?: number | null
  /** Share of datagrams lost on the way in and out, 0 to 1. */
  loss?: { sip?: number; rtp?: number; seed?: number }
  /** false keeps neither transcript nor audio, nor a call or text that nobody waits for: for phones that live for days. */
  remembers?: boolean
  /** false: media are agreed on and come in, but nothing is sent or listened to, as with a muted phone that suppresses silence. For many calls at once. */
  hasAudio?: boolean
}

export type CallOptions = {
  /** Caller's number (or user); 'anonymous' withholds it. Default: the phone's user. */
  from?: string
  /** Extra headers of the INVITE. */
  headers?: Record<string, string>
}

/** A text that came in by SIP MESSAGE. */
export type IncomingText = { from: string; to: string; body: string; headers: SipHeaders }

/** How long close() waits for the far end. */
const GOODBYE_MS = 500

type Handler<T> = (value: T) => void | Promise<void>

/** A SIP telephone on a loopback address: real UDP, real RTP. Made by createPhone, freed by close(). */
export class Phone {
  readonly address: string
  readonly port: number
  /** Status sent to texts (SIP MESSAGE) and OPTIONS; 0 stays silent. */
  replies = { message: 200, options: 200 }
  readonly #options: PhoneOptions
  readonly #socket: SipSocket
  readonly #transactions: Transactions
  readonly #deps: CallDeps
  readonly #rtpLine: LossyLine
  readonly #calls = new Map<string, Call>()
  #registration: Registration | undefined
  #callHandler: Handler<IncomingCall> | undefined
  #textHandler: Handler<IncomingText> | undefined
  readonly #callsToTake: Waiting<IncomingCall>
  readonly #textsToTake: Waiting<IncomingText>

  constructor(socket: SipSocket, options: PhoneOptions) {
    this.#options = options
    this.#socket = socket
    const keeps = options.remembers ?? true
    this.#callsToTake = new Waiting({ keeps })
    this.#textsToTake = new Waiting({ keeps })
    this.address = socket.address
    this.port = socket.port
    this.#rtpLine = new LossyLine(options.loss?.rtp ?? 0, options.loss?.seed)
    this.#transactions = new Transactions(socket)
    this.#transactions.onRequest = (transaction) => this.#receive(transaction)
    const digits = options.digitsPayloadType === undefined ? 101 : options.digitsPayloadType
    this.#deps = {
      transactions: this.#transactions,
      offer: {
        address: this.address,
        codecs: options.codecs ?? ['PCMU', 'PCMA'],
        ...(digits === null ? {} : { digitsPayloadType: digits }),
      },
      forget: (call) => this.#calls.delete(call.header('Call-ID')),
    }
  }

  /** 'sip:user@host:port' of this phone. */
  get uri(): string {
    return `sip:${this.#options.user ?? 'phone'}@${this.#socket.hostPort}`
  }

  /** Every SIP message that went in or out, oldest first. */
  get sipLog(): readonly SipLogEntry[] {
    return this.#socket.log
  }

  /** Calls that have not ended. */
  get calls(): Call[] {
    return [...this.#calls.values()]
  }

  /**
   * Registers at the registrar and renews at half time until unregister() or close().
   * @throws NotRegistered with the registrar's status
   */
  async register({ expiresSeconds = 300 }: { expiresSeconds?: number } = {}): Promise<void> {
    await this.unregister()
    const dialog = this.#newDialog(`sip:${this.#registrar()}`, this.#aor(), this.#aor())
    const registration = new Registration((expires) => this.#send(dialog, 'REGISTER', [['Expires', String(expires)]], ''))
    await registration.start(expiresSeconds)
    this.#registration = registration
  }

  async unregister(): Promise<void> {
    const registration = this.#registration
    this.#registration = undefined
    await registration?.end()
  }

  /** Calls a SIP URI; the returned call is on its way, `answered` and `ended` tell how it goes. */
  call(targetUri: string, { from, headers = {} }: CallOptions = {}): OutgoingCall {
    const dialog = this.#newDialog(targetUri, this.#fromAddress(from), `<${targetUri}>`)
    const call = new OutgoingCall(this.#deps, dialog, {
      headers: Object.entries(headers),
      credentials: this.#credentials(),
      ...this.#media,
    })
    this.#calls.set(dialog.callId, call)
    void call.start()
    return call
  }

  /** What happens to each incoming call from now on; without a handler it is neither rung nor answered. */
  onCall(handler: Handler<IncomingCall>): void {
    this.#callHandler = handler
  }

  /** The next incoming call not taken by an earlier nextCall(); it has been given to the handler too. */
  nextCall(timeoutMs = 20_000): Promise<IncomingCall> {
    return this.#callsToTake.take(timeoutMs, 'an incoming call')
  }

  onMessage(handler: Handler<IncomingText>): void {
    this.#textHandler = handler
  }

  /** The next text not taken by an earlier nextMessage(). */
  nextMessage(timeoutMs = 10_000): Promise<IncomingText> {
    return this.#textsToTake.take(timeoutMs, 'a text')
  }

  /** Sends a text by SIP MESSAGE; resolves with the final status. */
  async sendMessage(
    targetUri: string,
    body: string,
    { from, headers = {} }: CallOptions = {},
  ): Promise<{ status: number; phrase: string }> {
    const dialog = this.#newDialog(targetUri, this.#fromAddress(from), `<${targetUri}>`)
    const extra: SipHeaders = [['Content-Type', 'text/plain;charset=UTF-8'], ...Object.entries(headers)]
    const { status, phrase } = await this.#send(dialog, 'MESSAGE', extra, body)
    return { status, phrase }
  }

  /** Sends OPTIONS; resolves with the final status (408 of our own after 32 s of silence). */
  async ping(targetUri: string): Promise<number> {
    const dialog = this.#newDialog(targetUri, this.#fromAddress(undefined), `<${targetUri}>`)
    return (await this.#send(dialog, 'OPTIONS', [], '')).status
  }

  /** Ends all calls, takes the registration back, frees the ports. A far end that does not answer is given half a second. */
  async close(): Promise<void> {
    const goodbyes = Promise.allSettled([...this.calls.map((call) => call.hangUp()), this.unregister()])
    const enough = Promise.withResolvers<void>()
    const timer = setTimeout(enough.resolve, GOODBYE_MS)
    await Promise.race([goodbyes, enough.promise])
    clearTimeout(timer)
    for (const call of this.calls) call.vanish()
    this.#transactions.close()
  }

  get #media(): MediaOptions {
    const { remembers = true, hasAudio = true } = this.#options
    return { line: this.#rtpLine, remembers, hasAudio }
  }

  #receive(transaction: ServerTransaction): void {
    const { request } = transaction
    const call = this.#calls.get(header(request, 'Call-ID'))
    if (request.method === 'CANCEL') return this.#receiveCancel(transaction, call)
    if (call) return call.receive(transaction)
    if (param(header(request, 'To'), 'tag')) return transaction.reply(ownReply(request, 481, phraseOf(481)))
    if (request.method === 'INVITE') return this.#receiveInvite(transaction)
    if (request.method === 'MESSAGE') return this.#receiveMessage(transaction)
    const status = request.method === 'OPTIONS' ? this.replies.options : 501
    if (status > 0) transaction.reply(ownReply(request, status, phraseOf(status), newToken()))
  }

  #receiveCancel(transaction: ServerTransaction, call: Call | undefined): void {
    if (call instanceof IncomingCall) call.cancelled(transaction)
    else transaction.reply(ownReply(transaction.request, 481, phraseOf(481)))
  }

  #receiveInvite(transaction: ServerTransaction): void {
    const { request } = transaction
    const dialog = new Dialog(this.#socket, {
      callId: header(request, 'Call-ID'),
      localAddress: header(request, 'To'),
      remoteAddress: header(request, 'From'),
      remoteTarget: uriOf(header(request, 'Contact')) || uriOf(header(request, 'From')),
      user: userOf(request.uri) || (this.#options.user ?? 'phone'),
    })
    const call = new IncomingCall(this.#deps, dialog, transaction, this.#media)
    this.#calls.set(dialog.callId, call)
    this.#callsToTake.put(call)
    void this.#callHandler?.(call)
  }

  #receiveMessage(transaction: ServerTransaction): void {
    const { request } = transaction
    if (this.replies.message > 0) transaction.reply(ownReply(request, this.replies.message, phraseOf(this.replies.message), newToken()))
    const text = { from: uriOf(header(request, 'From')), to: uriOf(header(request, 'To')), body: request.body, headers: request.headers }
    this.#textsToTake.put(text)
    void this.#textHandler?.(text)
  }

  #send(dialog: Dialog, method: string, extra: SipHeaders, body: string): Promise<SipResponse> {
    return sendWithDigest(this.#transactions, dialog, { method, extra, body, credentials: this.#credentials() })
  }

  #newDialog(remoteTarget: string, localAddress: string, remoteAddress: string): Dialog {
    const user = this.#options.user ?? (userOf(uriOf(localAddress)) || 'phone')
    return new Dialog(this.#socket, { callId: newToken(), localAddress, remoteAddress, remoteTarget, user })
  }

  #fromAddress(from: string | undefined): string {
    if (from === 'anonymous') return '"Anonymous" <sip:anonymous@anonymous.invalid>'
    const user = from ?? this.#options.user ?? 'phone'
    const host = this.#options.registrar ? hostPortOf(`sip:${this.#options.registrar}`).host : this.#socket.hostPort
    const name = this.#options.displayName ? `"${this.#options.displayName}" ` : ''
    return `${name}<sip:${user}@${host}>`
  }

  #aor(): string {
    return `<sip:${this.#options.user}@${hostPortOf(`sip:${this.#registrar()}`).host}>`
  }

  #registrar(): string {
    if (!this.#options.registrar || !this.#options.user) throw new Error('register() needs the options registrar and user')
    return this.#options.registrar
  }

  #credentials(): Credentials | undefined {
    const { user, password } = this.#options
    return user !== undefined && password !== undefined ? { user, password } : undefined
  }
}
