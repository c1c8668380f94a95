import { SvelteSet } from 'svelte/reactivity'
import { type CallbackRow, listCallbacks, type Supervised, superviseCallbacks, type Supervision } from '../../api/callbacks.ts'
import { addressFilter } from '../../ui/filter.ts'
import { attempt } from '../../ui/load.svelte.ts'
import { PagedList } from '../../ui/paged-list.svelte.ts'

const NAMES = ['show', 'status', 'reason', 'countryId', 'languageCode', 'reference'] as const
/** @property show '', 'due' or 'held' */
export type ListFilter = Record<(typeof NAMES)[number], string>
export const listFilter = addressFilter(NAMES)

/** The callbacks of a filter, from the soonest on, and those a supervisor has chosen among them. */
export class CallbackList extends PagedList<CallbackRow, ListFilter> {
  #isActing = $state(false)
  #refusal = $state('')
  #result = $state<Supervised | null>(null)
  readonly chosen = new SvelteSet<string>()

  constructor() {
    super(({ show, ...filter }, after) => {
      const shown = { ...(show === 'due' && { isDue: 'true' }), ...(show === 'held' && { isHeld: 'true' }) }
      return listCallbacks({ ...filter, ...shown, limit: 50, ...(after !== undefined && { after }) })
    })
  }

  override get isBusy() {
    return super.isBusy || this.#isActing
  }
  override get problem() {
    return this.#refusal || super.problem
  }
  /** What became of the last act. */
  get result() {
    return this.#result
  }

  override async show(filter: ListFilter): Promise<void> {
    this.chosen.clear()
    this.#refusal = ''
    await super.show(filter)
  }

  toggle(id: string): void {
    if (!this.chosen.delete(id)) this.chosen.add(id)
  }

  toggleAll(): void {
    const all = this.chosen.size === this.items.length
    this.chosen.clear()
    if (!all) for (const { id } of this.items) this.chosen.add(id)
  }

  /** Does it to those that are chosen; those that refuse stay so, to be looked at. */
  async supervise(act: Supervision, filter: ListFilter): Promise<boolean> {
    this.#isActing = true
    this.#refusal = await attempt(async () => {
      const result = await superviseCallbacks([...this.chosen], act)
      await this.show(filter)
      for (const { id } of result.refused) if (this.items.some((item) => item.id === id)) this.chosen.add(id)
      this.#result = result
    })
    this.#isActing = false
    return this.#refusal === ''
  }
}
