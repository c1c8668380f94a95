import { ApiError, lastAnsweredAt, sessionEnded, whenSessionEnds } from '../../api/http.ts'
import * as api from '../../api/session.ts'
import { currentMs, MINUTE_MS } from '../../text/time.svelte.ts'
import { begunTexts } from '../../ui/begun.svelte.ts'

/** As the service ends it; what is on the screen must not stay there for whoever comes by. */
const IDLE_MS = 30 * MINUTE_MS
const LOOK_EVERY_MS = 15_000

/** Who is signed in here. `undefined` until the first answer, `null` when nobody is. */
class Session {
  #user = $state<api.SignedIn | null | undefined>(undefined)
  #isEnded = $state(false)

  constructor() {
    whenSessionEnds(() => (this.#isEnded = true))
  }
  get user() {
    return this.#user
  }
  /** The user's session is over and nobody has signed in since: what they had begun waits for them, out of sight. */
  get isEnded() {
    return this.#isEnded
  }

  /** Asks whose cookie this browser holds. @throws Unreachable */
  async restore(): Promise<void> {
    try {
      this.#take(await api.whoAmI())
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error
      this.#user = null
    }
  }
  async signIn(email: string, password: string): Promise<void> {
    this.#take(await api.signIn(email, password))
  }
  /** @throws ApiError, Unreachable: then the session is still there, and so is what it shows */
  async signOut(): Promise<void> {
    try {
      await api.signOut()
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error
    }
    begunTexts.isOf(undefined)
    this.#user = null
  }

  /** Ends what the screen shows when the service has heard nothing for as long as it lets a session live. @returns how to stop looking */
  watch(): () => void {
    const timer = setInterval(() => {
      if (this.#user && currentMs() - lastAnsweredAt() > IDLE_MS) sessionEnded()
    }, LOOK_EVERY_MS)
    return () => clearInterval(timer)
  }

  #take(user: api.SignedIn): void {
    begunTexts.isOf(user.id)
    this.#user = user
    this.#isEnded = false
  }
}

export const session = new Session()
