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
  /** Rung after the agent and before the worker; null: there is none. */
  interpreterSipUser: string | null
  /** Tried first; when it fails before anything rings, `nextTrunk` says which is next. */
  trunkId: string
  /** E.164 of the country's callback number (or the card's, where the worker agreed). */
  callerDid: string
  /** E.164 of the worker. Held in memory for the dial only; never logged, never in an id. */
  workerE164: string
  ringTimeoutSeconds: number
  maxCallSeconds: number
  /** Who answers is listened to first: an answering machine is hung up on silently. */
  detectsMachines: boolean
}

/**
 * Rings the agent, then the worker, and bridges them. Resolves when the order is taken on; what happens is told to callbacks/service.
 * Rejects only when nothing was dialled and nothing will be: the attempt is then ended as not used up.
 */
export type PlaceCall = (order: CallOrder) => Promise<void>

/** Ends both legs of an attempt's call; nothing happens if it is over already. */
export type HangUpCall = (attemptId: string) => Promise<void>

export type CallbackTelephony = { placeCall: PlaceCall; hangUpCall: HangUpCall; trunkState: TrunkTelephony['trunkState'] }

/** @property login null: the carrier knows us by our address */
export type CarrierQuestion = {
  carrier: { host: string; port: number; transport: 'udp' | 'tcp' | 'tls' }
  login: { user: string; password: string } | null
}
/** A SIP status, or why there was none. `certificate`: whoever is there could not prove who they are; `closed`: nobody listens. */
export type CarrierAnswer =
  | { kind: 'answer'; status: number; afterMs: number }
  | { kind: 'no-answer'; because: 'silent' | 'no-such-host' | 'closed' | 'unreachable' | 'certificate' }
/** To OPTIONS, and to asking what is registered under the log-in; null: there is none. */
export type CarrierReport = { options: CarrierAnswer; login: CarrierAnswer | null }

/** A look at a carrier beside Asterisk, and what Asterisk itself thinks of it. */
export type TrunkTelephony = {
  askCarrier(question: CarrierQuestion): Promise<CarrierReport>
  /** By Asterisk's own questions every 30 s; unknown while it is away or where the carrier answers none. */
  trunkState(trunkId: string): 'reachable' | 'silent' | 'unknown'
}
