import { attempt } from './load.svelte.ts'

export type PageOf<Row> = { items: Row[]; next: string | null }

/** A list as the service gives it for a filter, page after page. @typeParam Filter set by the screen, '' where nothing is wanted */
export class PagedList<Row, Filter extends Record<string, string>> {
  #items = $state<Row[]>([])
  #next = $state<string | null>(null)
  #isLoaded = $state(false)
  #isBusy = $state(false)
  #problem = $state('')
  #asked = 0
  readonly #ask: (filter: Partial<Filter>, after: string | undefined) => Promise<PageOf<Row>>

  /** @param ask gives the page after the one that ended with `after`; the filter holds what is set, and no more */
  constructor(ask: (filter: Partial<Filter>, after: string | undefined) => Promise<PageOf<Row>>) {
    this.#ask = ask
  }

  get items() {
    return this.#items
  }
  get hasMore() {
    return this.#next !== null
  }
  /** False until the first answer. */
  get isLoaded() {
    return this.#isLoaded
  }
  get isBusy() {
    return this.#isBusy
  }
  get problem() {
    return this.#problem
  }

  /** From the beginning; what is there stays until it is replaced. */
  async show(filter: Filter): Promise<void> {
    await this.#load(filter, null)
  }

  async more(filter: Filter): Promise<void> {
    if (this.#next !== null) await this.#load(filter, this.#next)
  }

  async #load(filter: Filter, after: string | null): Promise<void> {
    const asked = (this.#asked += 1)
    this.#isBusy = true
    const set = Object.fromEntries(Object.entries(filter).filter(([, value]) => value)) as Partial<Filter>
    const problem = await attempt(async () => {
      const page = await this.#ask(set, after ?? undefined)
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
