import { listConversations } from '../../api/texts.ts'
import { followTopic } from '../../live/socket.ts'
import { attempt } from '../../ui/load.svelte.ts'

/** More than that is not counted: the menu says "99+". */
const MOST_COUNTED = 99

/** How many conversations nobody has read, for the menu. Asked for again whenever one changes; a failure leaves what was known. */
export class UnreadTexts {
  #count = $state(0)
  #asking: Promise<void> | undefined
  #isAskedAgain = false

  get count() {
    return Math.min(this.#count, MOST_COUNTED)
  }
  get label() {
    return this.#count > MOST_COUNTED ? `${MOST_COUNTED}+` : String(this.#count)
  }

  /** Starts following. @returns how to stop */
  follow(): () => void {
    return followTopic('texts', { onSnapshot: this.#ask, onChange: this.#ask, onConnected: () => {} })
  }

  #ask = () => {
    this.#isAskedAgain = this.#asking !== undefined
    this.#asking ??= this.#countUnread().finally(() => (this.#asking = undefined))
  }

  async #countUnread(): Promise<void> {
    do {
      this.#isAskedAgain = false
      await attempt(async () => {
        const { items, next } = await listConversations({ isUnread: 'true', limit: MOST_COUNTED })
        this.#count = items.length + (next === null ? 0 : 1)
      })
    } while (this.#isAskedAgain)
  }
}
