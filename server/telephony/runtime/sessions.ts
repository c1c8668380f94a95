/** The calls this process runs, found by call or by leg, and those that have just ended. */
import { type Leg, LEGS } from '../flow/types.ts'
import type { Session } from './session.ts'

/** More than the calls that can end while a connection is down. */
const REMEMBERED_ENDS = 2_000

export class Sessions {
  readonly #byCall = new Map<string, Session>()
  readonly #ended = new Set<string>()
  #onEmpty: (() => void) | undefined

  add(session: Session): void {
    this.#byCall.set(session.callId, session)
  }

  end(session: Session): void {
    this.#byCall.delete(session.callId)
    this.#ended.add(session.callId)
    for (const oldest of this.#ended) {
      if (this.#ended.size <= REMEMBERED_ENDS) break
      this.#ended.delete(oldest)
    }
    if (!this.#byCall.size) this.#onEmpty?.()
  }

  /** Another process has the call from now on. Not as one that ended: its legs are in use. */
  letGo(session: Session): void {
    session.letGo()
    this.#byCall.delete(session.callId)
    if (!this.#byCall.size) this.#onEmpty?.()
  }

  get count(): number {
    return this.#byCall.size
  }

  all(): Session[] {
    return [...this.#byCall.values()]
  }

  find(callId: string): Session | undefined {
    return this.#byCall.get(callId)
  }

  /** Ended for us a while ago; if Asterisk still has a leg of it, our hang-up did not reach it. */
  hasEnded(callId: string): boolean {
    return this.#ended.has(callId)
  }

  /** Resolves when no call is left. For one caller at a time. */
  async empty(): Promise<void> {
    if (this.#byCall.size) await new Promise<void>((resolve) => (this.#onEmpty = resolve))
  }
}

/** Which leg of the session a channel is. */
export function legOf(session: Session, channelId: string): Leg | undefined {
  return LEGS.find((leg) => session.legs[leg] === channelId)
}
