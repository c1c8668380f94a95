import type { NumberChange, NumberList, NumberView } from '../../../server/domains/watchdog/contract.ts'
import { followTopic } from './socket.ts'

/** Our numbers as whoever is signed in may see them, kept up to date; what is shown stays while the socket is lost. */
export class LiveNumbers {
  #numbers = $state<NumberView[]>([])
  #isLoaded = $state(false)

  /** In the server's order: by country. */
  get numbers() {
    return this.#numbers
  }
  get isLoaded() {
    return this.#isLoaded
  }

  /** Starts following. @returns how to stop */
  follow(): () => void {
    return followTopic('numbers', {
      onSnapshot: (data) => {
        this.#numbers = (data as NumberList).numbers
        this.#isLoaded = true
      },
      onChange: (data) => this.take((data as NumberChange).number),
      onConnected: () => {},
    })
  }

  /** The new state of one. */
  take(number: NumberView): void {
    this.#numbers = this.#numbers.map((each) => (each.countryId === number.countryId && each.kind === number.kind ? number : each))
  }
}
