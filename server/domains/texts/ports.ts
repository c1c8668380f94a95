/** What texts need of the world outside the database; filled in by context.ts. */
import type { Tx } from '../../platform/db/db.ts'
import type { TextTrunk } from '../countries/service.ts'

/** Texts that we sent to ourselves, to see whether they arrive. */
export type OwnTexts = {
  /** Takes such a text in. @returns what it is known by; undefined when the words are a worker's */
  recognise: (tx: Tx, words: string) => Promise<string | undefined>
}

/** How a text goes out. */
export type TextRoute =
  { kind: 'sip'; lineKind: 'card' | 'callback'; trunk: TextTrunk } | { kind: 'http'; gatewayId: string; url: string; secret: string }

/** One text to send. Numbers are E.164. */
export type TextOrder = {
  textId: string
  claimToken: string
  route: TextRoute
  fromDid: string
  toE164: string
  body: string
  /** This one included. */
  tries: number
  /** Bodies of it that went over SIP in an earlier try. */
  partsSent: number
}

export type SendResult =
  | { kind: 'handed-over'; gatewayMessageId: string | null }
  /** Not now: it may be tried again. `trouble` is one sentence without numbers and secrets. */
  | { kind: 'later'; trouble: string; partsSent: number }
  | { kind: 'refused'; trouble: string }
  /** It may have gone, and asking again might send it twice. */
  | { kind: 'uncertain'; trouble: string; partsSent: number }

export type TextTelephony = {
  /** Sends this one now, whatever waits. */
  sendText: (order: TextOrder) => Promise<SendResult>
}
