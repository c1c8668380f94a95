import type { SipResponse } from './sip-message.ts'

/** The registrar said no (or nothing: 408). */
export class NotRegistered extends Error {
  readonly code = 'not-registered'
  readonly status: number
  constructor(reply: SipResponse) {
    super(`registration refused: ${reply.status} ${reply.phrase}`)
    this.status = reply.status
  }
}

/** Keeps a phone known at its registrar: renewed at half time until its end. */
export class Registration {
  readonly #send: (expiresSeconds: number) => Promise<SipResponse>
  #timer: NodeJS.Timeout | undefined

  /** @param send sends a REGISTER for so many seconds and resolves with the final reply */
  constructor(send: (expiresSeconds: number) => Promise<SipResponse>) {
    this.#send = send
  }

  /** @throws NotRegistered */
  async start(expiresSeconds: number): Promise<void> {
    await this.#register(expiresSeconds)
    const renew = (): void => {
      // A registrar that is away now is asked again at the next half time; calls simply do not come until then.
      this.#register(expiresSeconds).catch(() => {})
    }
    this.#timer = setInterval(renew, expiresSeconds * 500)
  }

  /** Takes the registration back. @throws NotRegistered */
  async end(): Promise<void> {
    clearInterval(this.#timer)
    await this.#register(0)
  }

  async #register(expiresSeconds: number): Promise<void> {
    const reply = await this.#send(expiresSeconds)
    if (reply.status !== 200) throw new NotRegistered(reply)
  }
}
