import type { TextPage } from '../../../../server/domains/texts/contract.ts'
import * as api from '../../api/texts.ts'
import type { ConversationView, Template, TextView } from '../../api/texts.ts'
import { attempt } from '../../ui/load.svelte.ts'
import { RequestIds } from './request-ids.ts'

/** One number's texts: oldest first on screen, asked for again whenever the list says that something changed. */
export class Conversation {
  readonly id: string
  #view = $state<ConversationView | null>(null)
  #texts = $state<TextView[]>([])
  #templates = $state<TextPage['templates']>([])
  #older = $state<string | null>(null)
  #problem = $state('')
  #isBusy = $state(false)
  readonly #requests = new RequestIds()

  constructor(id: string) {
    this.id = id
  }

  get view() {
    return this.#view
  }
  get texts() {
    return this.#texts
  }
  get templates() {
    return this.#templates
  }
  get hasOlder() {
    return this.#older !== null
  }
  get problem() {
    return this.#problem
  }
  get isBusy() {
    return this.#isBusy
  }

  load = async () => {
    this.#problem = await attempt(async () => {
      const [view, page] = [await api.getConversation(this.id), await api.readTexts(this.id)]
      this.#view = { ...view, unreadCount: 0 }
      this.#templates = page.templates
      if (!this.#texts.length) this.#older = page.next
      this.#put(page.items)
    })
  }
  older = async () => {
    const after = this.#older
    if (after === null) return
    this.#problem = await attempt(async () => {
      const page = await api.readTexts(this.id, after)
      this.#older = page.next
      this.#put(page.items)
    })
  }
  /** @returns whether it was taken */
  send = async (words: { template: Template } | { body: string }): Promise<boolean> => {
    this.#isBusy = true
    this.#problem = await attempt(async () => {
      this.#put([await api.reply(this.id, { requestId: this.#requests.of(words), ...words })])
      this.#requests.done()
    })
    this.#isBusy = false
    return this.#problem === ''
  }

  #put(items: readonly TextView[]): void {
    const byId = new Map([...this.#texts, ...items].map((text) => [text.id, text]))
    this.#texts = [...byId.values()].toSorted((a, b) => a.happenedAt.localeCompare(b.happenedAt) || a.id.localeCompare(b.id))
  }
}
