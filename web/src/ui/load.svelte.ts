/** Something asked for from the service: keeps the last content while asking again, and the sentence of a failure. */
export class Loaded<T> {
  #value = $state<T | null>(null)
  #problem = $state('')
  #isBusy = $state(false)
  #asked = 0
  #answered = 0
  #replaced = 0
  readonly #ask: () => Promise<T>

  constructor(ask: () => Promise<T>) {
    this.#ask = ask
    void this.load()
  }
  get value() {
    return this.#value
  }
  get problem() {
    return this.#problem
  }
  get isBusy() {
    return this.#isBusy
  }

  async load(): Promise<void> {
    const asked = (this.#asked += 1)
    this.#isBusy = true
    let value: T | null = null
    const problem = await attempt(async () => void (value = await this.#ask()))
    // Asked twice, answered in the other order: the older answer may not know what has been done since.
    if (asked < this.#answered) return asked < this.#replaced ? this.load() : undefined
    this.#answered = asked
    if (!problem) this.#value = value
    this.#problem = problem
    this.#isBusy = asked < this.#asked
  }

  /** What an act has made of it: newer than every answer still on its way, which is then asked for again. */
  replace(value: T): void {
    this.#value = value
    this.#replaced = this.#answered = this.#asked += 1
  }
}

/** Does something that may be refused. @returns the server's sentence, or '' when it was done */
export async function attempt(work: () => Promise<unknown>): Promise<string> {
  try {
    await work()
    return ''
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return error.message
  }
}

/** What a person has asked for with a form or a button: whether it is under way, and the server's sentence when it was refused. */
export class Submission {
  #problem = $state('')
  #isBusy = $state(false)
  readonly #attempt: typeof attempt

  /** @param how says what else than the server may refuse: a microphone */
  constructor(how: typeof attempt = attempt) {
    this.#attempt = how
  }
  get problem() {
    return this.#problem
  }
  get isBusy() {
    return this.#isBusy
  }

  /** @returns whether it was done */
  async run(work: () => Promise<unknown>): Promise<boolean> {
    this.#isBusy = true
    this.#problem = await this.#attempt(work)
    this.#isBusy = false
    return this.#problem === ''
  }

  /** For a form's `onsubmit`. */
  on(work: () => Promise<unknown>): (event: SubmitEvent) => Promise<boolean> {
    return (event) => {
      event.preventDefault()
      return this.run(work)
    }
  }
}
