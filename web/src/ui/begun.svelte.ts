import { SvelteMap } from 'svelte/reactivity'

/**
 * What somebody has begun to write and not handed in yet. It outlives its screen, which a ringing phone or the end of a session
 * takes away, and nothing else: it is in the memory of this page only, and gone with it or when another person signs in.
 */
class BegunTexts {
  readonly #texts = new SvelteMap<string, { text: string; name: string }>()
  #writerId: string | undefined

  /** '' where nothing is begun. */
  read(key: string): string {
    return this.#texts.get(key)?.text ?? ''
  }

  /** @param name what it is about, for a list of what is begun @param text blank: it is handed in, or given up */
  write(key: string, text: string, name = ''): void {
    if (text.trim()) this.#texts.set(key, { text, name })
    else this.#texts.delete(key)
  }

  /** What is begun under keys with this beginning: the rest of each key, and its name. */
  list(beginning: string): { rest: string; name: string }[] {
    return [...this.#texts].flatMap(([key, { name }]) => (key.startsWith(beginning) ? [{ rest: key.slice(beginning.length), name }] : []))
  }

  /** Keeps what is there only for who wrote it. @param writerId who is signed in from now on; undefined: somebody has signed out */
  isOf(writerId: string | undefined): void {
    if (writerId === undefined || writerId !== this.#writerId) this.#texts.clear()
    this.#writerId = writerId
  }
}

export const begunTexts = new BegunTexts()
