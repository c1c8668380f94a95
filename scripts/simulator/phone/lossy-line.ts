/**
 * Decides which datagrams a bad line drops, the same ones for the same seed.
 * Both directions of a phone draw from one line.
 */
export class LossyLine {
  readonly #share: number
  #state: number

  /** @param share of datagrams lost, 0 to 1 */
  constructor(share: number, seed = 1) {
    this.#share = share
    this.#state = seed
  }

  loses(): boolean {
    if (this.#share === 0) return false
    // Park-Miller generator: reproducible, and good enough to spread losses evenly.
    this.#state = (this.#state * 48271) % 2147483647
    return this.#state / 2147483647 < this.#share
  }
}
