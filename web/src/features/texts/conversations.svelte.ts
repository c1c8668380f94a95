import type { ConversationChange, ConversationPage, ConversationView } from '../../../../server/domains/texts/contract.ts'
import * as api from '../../api/texts.ts'
import { followTopic } from '../../live/socket.ts'
import { attempt } from '../../ui/load.svelte.ts'

/** The conversations, newest first, as they change. What is shown stays while the socket is lost, marked stale. */
export class Conversations {
  #items = $state<ConversationView[]>([])
  #next = $state<string | null>(null)
  #isLoaded = $state(false)
  #isConnected = $state(true)
  #problem = $state('')

  get items() {
    return this.#items.toSorted((a, b) => b.lastTextAt.localeCompare(a.lastTextAt))
  }
  get hasMore() {
    return this.#next !== null
  }
  get isLoaded() {
    return this.#isLoaded
  }
  get isStale() {
    return this.#isLoaded && !this.#isConnected
  }
  get problem() {
    return this.#problem
  }

  /** Starts following. @returns how to stop */
  follow(): () => void {
    return followTopic('texts', {
      onSnapshot: (data) => {
        const page = data as ConversationPage
        this.#items = page.items
        this.#next = page.next
        this.#isLoaded = true
      },
      onChange: (data) => this.#apply(data as ConversationChange),
      onConnected: (isConnected) => (this.#isConnected = isConnected),
    })
  }

  more = async () => {
    this.#problem = await attempt(async () => {
      const page = await api.listConversations({ after: this.#next ?? undefined! })
      const known = new Set(this.#items.map(({ id }) => id))
      this.#items = [...this.#items, ...page.items.filter(({ id }) => !known.has(id))]
      this.#next = page.next
    })
  }

  #apply(change: ConversationChange): void {
    const id = change.kind === 'conversation' ? change.conversation.id : change.id
    const others = this.#items.filter((other) => other.id !== id)
    this.#items = change.kind === 'conversation' ? [change.conversation, ...others] : others
  }
}
