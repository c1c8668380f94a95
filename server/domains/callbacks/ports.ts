/** What callbacks need from telephony; filled in by context.ts. */

export type CallOrder = {
  /** The attempt's id: also the call's id and the id of the worker's channel. Committed before this order is given. */
  attemptId: string
  callbackId: string
  /** What the agent's phone shows instead of a number. */
  reference: string
  countryId: string
  languageCode: string
  agentUserId: string
  agentSipUser: string
  trunkId: string
  /** E.164 of the country's callback number (or the card's, where the worker agreed). */
  callerDid: string
  /** E.164 of the worker. Held in memory for the dial only; never logged, never in an id. */
  workerE164: string
  ringTimeoutSeconds: number
  maxCallSeconds: number
}

/**
 * Rings the agent, then the worker, and bridges them. Resolves when the order is taken on; what happens is told to callbacks/service.
 * Rejects only when nothing was dialled and nothing will be: the attempt is then ended as not used up.
 */
export type PlaceCall = (order: CallOrder) => Promise<void>

/** Ends both legs of an attempt's call; nothing happens if it is over already. */
export type HangUpCall = (attemptId: string) => Promise<void>

export type CallbackTelephony = { placeCall: PlaceCall; hangUpCall: HangUpCall }
