/** Things that arrive and things that wait for them, first come first served. */
export class Waiting<T> {
  readonly #arrived: T[] = []
  readonly #takers: ((value: T) => void)[] = []
  readonly #keeps: boolean

  /** @param options.keeps false: what nobody waits for is let go */
  constructor({ keeps }: { keeps: boolean }) {
    this.#keeps = keeps
  }

  put(value: T): void {
    const taker = this.#takers.shift()
    if (taker) taker(value)
    else if (this.#keeps) this.#arrived.push(value)
  }

  async take(timeoutMs: number, what: string): Promise<T> {
    const ready = this.#arrived.shift()
    if (ready !== undefined) return ready
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    this.#takers.push(resolve)
    const timer = setTimeout(() => {
      this.#takers.splice(this.#takers.indexOf(resolve), 1)
      reject(new Error(`no ${what} within ${timeoutMs} ms`))
    }, timeoutMs)
    return promise.finally(() => clearTimeout(timer))
  }
}
