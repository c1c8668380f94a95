import type { MyOffer, OfferView } from '../../../server/domains/callbacks/contract.ts'
import { currentMs } from '../text/time.svelte.ts'
import { followTopic } from './socket.ts'

/** The callback offered to the agent who is signed in, if any, until its time is over. */
export class LiveOffer {
  #offer = $state<OfferView | null>(null)
  #endsAtMs = $state(0)

  get offer() {
    return this.#offer
  }
  /** Milliseconds since 1970 on the browser's clock. */
  get endsAtMs() {
    return this.#endsAtMs
  }

  /** Starts following. @returns how to stop */
  follow(): () => void {
    const take = (data: unknown) => this.#take((data as MyOffer).offer)
    const handler = {
      onSnapshot: take,
      onChange: take,
      // Without a connection nobody can say whether it still stands.
      onConnected: (isConnected: boolean) => {
        if (!isConnected) this.#offer = null
      },
    }
    return followTopic('offer', handler, { resumes: false })
  }

  #take(offer: OfferView | null): void {
    this.#offer = offer
    this.#endsAtMs = offer ? currentMs() + offer.secondsLeft * 1000 : 0
  }
}
