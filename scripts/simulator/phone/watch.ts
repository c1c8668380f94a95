/** Something that was waited for on a call did not come. */
export class NotHeard extends Error {
  readonly code = 'not-heard'
}

const LOOK_EVERY_MS = 50

/** Conditions that somebody waits for; `look()` is called whenever one of them may have come true. */
export class Watch {
  readonly #looks = new Set<() => void>()

  look(): void {
    for (const look of this.#looks) look()
  }

  /**
   * Resolves once the condition holds; looked at every 50 ms, too, for what comes true by time passing alone.
   * @throws NotHeard after the timeout, or when `isOver` says that nothing more can come
   */
  async until(condition: () => boolean, options: { what: string; timeoutMs: number; isOver: () => boolean }): Promise<void> {
    const { what, timeoutMs, isOver } = options
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const look = (): void => {
      if (condition()) resolve()
      else if (isOver()) reject(new NotHeard(`call ended before: ${what}`))
    }
    const clock = setInterval(look, LOOK_EVERY_MS)
    const deadline = setTimeout(() => reject(new NotHeard(`not within ${timeoutMs} ms: ${what}`)), timeoutMs)
    this.#looks.add(look)
    look()
    await promise.finally(() => {
      clearInterval(clock)
      clearTimeout(deadline)
      this.#looks.delete(look)
    })
  }
}
