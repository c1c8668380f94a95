import { SvelteSet } from 'svelte/reactivity'
import { type CallbackRow, listCallbacks, type Supervised, superviseCallbacks, type Supervision } from '../../api/callbacks.ts'
import { attempt } from '../../ui/load.svelte.ts'

/** What the list shows; kept in the address, so that it can be sent to a colleague and survives a reload. */
export type ListFilter = {
  show: '' | 'due' | 'held'
  status: string
  reason: string
  countryId: string
  languageCode: string
  reference: string
}
const NAMES = ['show', 'status', 'reason', 'countryId', 'languageCode', 'reference'] as const

/** @param query the address's, without its question mark */
export function readFilter(query: string): ListFilter {
  const given = new URLSearchParams(query)
  return Object.fromEntries(NAMES.map((name) => [name, given.get(name) ?? ''])) as ListFilter
}

export function writeFilter(filter: ListFilter): string {
  const set = NAMES.filter((name) => filter[name]).map((name): [string, string] => [name, filter[name]])
  return new URLSearchParams(set).toString()
}

/** The callbacks of a filter, page after page, and those a supervisor has chosen among them. */
export class CallbackList {
  #items = $state<CallbackRow[]>([])
  #next = $state<string | null>(null)
  #isLoaded = $state(false)
  #isBusy = $state(false)
  #problem = $state('')
  #result = $state<Supervised | null>(null)
  #asked = 0
  readonly chosen = new SvelteSet<string>()

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
  /** What became of the last act. */
  get result() {
    return this.#result
  }

  /** From the soonest on; what is there stays until it is replaced. */
  async show(filter: ListFilter): Promise<void> {
    this.chosen.clear()
    await this.#ask(filter, null)
  }

  async more(filter: ListFilter): Promise<void> {
    if (this.#next !== null) await this.#ask(filter, this.#next)
  }

  toggle(id: string): void {
    if (!this.chosen.delete(id)) this.chosen.add(id)
  }

  toggleAll(): void {
    const all = this.chosen.size === this.#items.length
    this.chosen.clear()
    if (!all) for (const { id } of this.#items) this.chosen.add(id)
  }

  /** Does it to those that are chosen; those that refuse stay so, to be looked at. */
  async supervise(act: Supervision, filter: ListFilter): Promise<void> {
    this.#isBusy = true
    this.#problem = await attempt(async () => {
      const result = await superviseCallbacks([...this.chosen], act)
      await this.show(filter)
      for (const { id } of result.refused) if (this.#items.some((item) => item.id === id)) this.chosen.add(id)
      this.#result = result
    })
    this.#isBusy = false
  }

  async #ask({ show, ...filter }: ListFilter, after: string | null): Promise<void> {
    const asked = (this.#asked += 1)
    this.#isBusy = true
    const named = Object.fromEntries(Object.entries(filter).filter(([, value]) => value))
    const shown = { ...(show === 'due' && { isDue: 'true' }), ...(show === 'held' && { isHeld: 'true' }) }
    const problem = await attempt(async () => {
      const page = await listCallbacks({ ...named, ...shown, limit: 50, ...(after !== null && { after }) })
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
