import type { VoicemailView } from '../../../../server/domains/voicemails/contract.ts'
import { listVoicemails } from '../../api/voicemails.ts'
import { attempt } from '../../ui/load.svelte.ts'

/** What the inbox shows; kept in the address, so that it can be sent to a colleague and survives a reload. */
export type InboxFilter = { countryId: string; languageCode: string; heard: '' | 'yes' | 'no'; number: '' | 'with' | 'without' }
const NAMES = ['countryId', 'languageCode', 'heard', 'number'] as const

/** @param query the address's, without its question mark */
export function readFilter(query: string): InboxFilter {
  const given = new URLSearchParams(query)
  const filter = Object.fromEntries(NAMES.map((name) => [name, given.get(name) ?? '']))
  return filter as InboxFilter
}

export function writeFilter(filter: InboxFilter): string {
  const set = NAMES.filter((name) => filter[name]).map((name): [string, string] => [name, filter[name]])
  return new URLSearchParams(set).toString()
}

/** The messages of a filter, page after page. */
export class Inbox {
  #items = $state<VoicemailView[]>([])
  #next = $state<string | null>(null)
  #isLoaded = $state(false)
  #isBusy = $state(false)
  #problem = $state('')
  #asked = 0

  get items() {
    return this.#items
  }
  get hasMore() {
    return this.#next !== null
  }
  get isLoaded() {
    return this.#isLoaded
  }
  get isBusy() {
    return this.#isBusy
  }
  get problem() {
    return this.#problem
  }

  /** From the newest on; what is there stays until it is replaced. */
  async show(filter: InboxFilter): Promise<void> {
    await this.#ask(filter, null)
  }

  async more(filter: InboxFilter): Promise<void> {
    if (this.#next !== null) await this.#ask(filter, this.#next)
  }

  async #ask(filter: InboxFilter, after: string | null): Promise<void> {
    const asked = (this.#asked += 1)
    this.#isBusy = true
    const set = Object.fromEntries(Object.entries(filter).filter(([, value]) => value))
    const problem = await attempt(async () => {
      const page = await listVoicemails({ ...set, limit: 30, ...(after !== null && { after }) })
      // A filter changed meanwhile: its own answer is on the way.
      if (asked !== this.#asked) return
      this.#items = after === null ? page.items : [...this.#items, ...page.items]
      this.#next = page.next
      this.#isLoaded = true
    })
    if (asked !== this.#asked) return
    this.#problem = problem
    this.#isBusy = false
  }
}
