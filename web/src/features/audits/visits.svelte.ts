import { type AuditRow, listAudits } from '../../api/audits.ts'
import { attempt } from '../../ui/load.svelte.ts'

/** What the list shows; kept in the address, so that it can be sent to a colleague and survives a reload. Empty: all. */
export type VisitFilter = Record<(typeof NAMES)[number], string>
const NAMES = ['countryId', 'clientId', 'factoryId', 'status', 'from', 'to'] as const

/** @param query the address's, without its question mark */
export function readFilter(query: string): VisitFilter {
  const given = new URLSearchParams(query)
  return Object.fromEntries(NAMES.map((name) => [name, given.get(name) ?? ''])) as VisitFilter
}

export function writeFilter(filter: VisitFilter): string {
  return new URLSearchParams(NAMES.filter((name) => filter[name]).map((name) => [name, filter[name]])).toString()
}

/** The visits of a filter, page after page. */
export class Visits {
  #rows = $state<AuditRow[] | undefined>()
  #next = $state<string | null>(null)
  #problem = $state('')
  #isBusy = $state(false)
  #asked = 0

  /** Undefined until the first answer. */
  get rows() {
    return this.#rows
  }
  get hasMore() {
    return this.#next !== null
  }
  get problem() {
    return this.#problem
  }
  get isBusy() {
    return this.#isBusy
  }

  /** From the newest visit on; what is there stays until it is replaced. */
  async show(filter: VisitFilter): Promise<void> {
    await this.#ask(filter, null)
  }

  async more(filter: VisitFilter): Promise<void> {
    if (this.#next !== null) await this.#ask(filter, this.#next)
  }

  async #ask(filter: VisitFilter, after: string | null): Promise<void> {
    const asked = (this.#asked += 1)
    this.#isBusy = true
    const set = Object.fromEntries(Object.entries(filter).filter(([, value]) => value))
    const problem = await attempt(async () => {
      const page = await listAudits({ ...set, limit: 30, ...(after !== null && { after }) })
      // A filter changed meanwhile: its own answer is on the way.
      if (asked !== this.#asked) return
      this.#rows = after === null ? page.audits : [...(this.#rows ?? []), ...page.audits]
      this.#next = page.next
    })
    if (asked !== this.#asked) return
    this.#problem = problem
    this.#isBusy = false
  }
}
