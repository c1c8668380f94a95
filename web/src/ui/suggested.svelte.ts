/**
 * The value of a field that is filled in before anybody types: a suggestion that follows what is known, until a person decides.
 * What they typed or chose then stays, however often the data beside it is asked for again; in a plain `$derived` it is lost.
 */
export class Suggested<T> {
  #chosen = $state.raw<{ value: T } | null>(null)
  readonly #suggest: () => T
  readonly #isPossible: (value: T) => boolean
  readonly #suggested = $derived.by(() => this.#suggest())

  /** @param isPossible false for a choice that is not offered any more: another one is suggested */
  constructor(suggest: () => T, isPossible: (value: T) => boolean = () => true) {
    this.#suggest = suggest
    this.#isPossible = isPossible
  }

  get value(): T {
    return this.#chosen && this.#isPossible(this.#chosen.value) ? this.#chosen.value : this.#suggested
  }
  set value(value: T) {
    this.#chosen = { value }
  }
}
