/** The same words told twice, because the first answer was lost, are sent once; other words are another text. */
export class RequestIds {
  #last: { words: string; id: string } | undefined

  /** @param words what is sent with it */
  of(words: object): string {
    const written = JSON.stringify(words)
    if (this.#last?.words !== written) this.#last = { words: written, id: crypto.randomUUID() }
    return this.#last.id
  }
  /** It has arrived: the same words again are meant again. */
  done(): void {
    this.#last = undefined
  }
}
