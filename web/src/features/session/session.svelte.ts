import { ApiError, whenSignedOut } from '../../api/http.ts'
import * as api from '../../api/session.ts'
import { begunTexts } from '../../ui/begun.svelte.ts'

/** Who is signed in here. `undefined` until the first answer, `null` when nobody is. */
class Session {
  #user = $state<api.SignedIn | null | undefined>(undefined)

  constructor() {
    whenSignedOut(() => (this.#user = null))
  }
  get user() {
    return this.#user
  }

  /** Asks whose cookie this browser holds. @throws Unreachable */
  async restore(): Promise<void> {
    try {
      this.#user = await api.whoAmI()
      begunTexts.isOf(this.#user.id)
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error
      this.#user = null
    }
  }
  async signIn(email: string, password: string): Promise<void> {
    const user = await api.signIn(email, password)
    begunTexts.isOf(user.id)
    this.#user = user
  }
  async signOut(): Promise<void> {
    await api.signOut()
    begunTexts.isOf(undefined)
    this.#user = null
  }
}

export const session = new Session()
