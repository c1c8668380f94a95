import {
  getImport,
  type ImportColumns,
  type ImportField,
  type ImportMapping,
  type ImportPlan,
  type ImportView,
  lookAtFile,
  startImport,
} from '../../api/imports.ts'
import { attempt } from '../../ui/load.svelte.ts'

const ASK_EVERY_MS = 500
/** When it could not be asked. */
const ASK_AGAIN_MS = 5000

/** One file on its way into a visit's list: looked at, tried, imported. The browser keeps it; the service does not. */
export class RosterImport {
  readonly #auditId: string
  #file: Blob | null = null
  #timer: ReturnType<typeof setTimeout> | undefined
  #isStopped = false
  #columns = $state<ImportColumns | null>(null)
  #state = $state<ImportView | null>(null)
  #problem = $state('')
  #isBusy = $state(false)
  mapping = $state<ImportMapping>({})

  constructor(auditId: string) {
    this.#auditId = auditId
  }
  get columns() {
    return this.#columns
  }
  /** How far it is, or how it ended. */
  get state() {
    return this.#state
  }
  get problem() {
    return this.#problem
  }
  get isBusy() {
    return this.#isBusy || this.#state?.status === 'running'
  }

  async choose(file: Blob): Promise<void> {
    this.forget()
    this.#file = file
    this.#isBusy = true
    this.#problem = await attempt(async () => {
      this.#columns = await lookAtFile(this.#auditId, file)
      this.mapping = { ...this.#columns.mapping }
    })
    this.#isBusy = false
  }

  /** @param column -1: none */
  assign(field: ImportField, column: number): void {
    const { [field]: _, ...rest } = this.mapping
    this.mapping = column < 0 ? rest : { ...rest, [field]: column }
    this.#state = null
  }

  /** @param onDone when the list may have changed */
  async run(defaults: ImportPlan['defaults'], isDryRun: boolean, onDone: () => Promise<void>): Promise<void> {
    this.#isBusy = true
    this.#problem = await attempt(async () => {
      this.#state = await startImport(this.#auditId, this.#file!, { columns: { ...this.mapping }, defaults }, isDryRun)
      this.#watch(onDone)
    })
    this.#isBusy = false
  }

  forget(): void {
    clearTimeout(this.#timer)
    this.#file = this.#columns = this.#state = null
    this.#problem = ''
    this.mapping = {}
  }

  /** No longer shown: asks no more. What goes on at the service goes on. */
  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
  }

  #watch(onDone: () => Promise<void>): void {
    if (this.#isStopped) return
    this.#timer = setTimeout(() => void this.#ask(onDone), this.#problem ? ASK_AGAIN_MS : ASK_EVERY_MS)
  }

  async #ask(onDone: () => Promise<void>): Promise<void> {
    if (!this.#state) return
    const { id } = this.#state
    this.#problem = await attempt(async () => (this.#state = await getImport(this.#auditId, id)))
    if (this.#state?.status === 'running') this.#watch(onDone)
    else if (!this.#state?.isDryRun) await onDone()
  }
}
