/** What the watchdog needs of the world outside the database; filled in by context.ts. */
import type { LineKind } from './contract.ts'

/** No number is in it: the only numbers a check can ring are written in the dialplan. */
export type CheckOrder = {
  checkId: string
  trunkId: string
  lineKind: LineKind
  way: 'trunk' | 'loop'
  /** Eight digits, once. */
  token: string
  listenSeconds: number
}

export type HeardCall =
  | { kind: 'heard'; wav: Uint8Array; answeredAfterMs: number }
  /** As asterisk-config/README.md, "How it ended". */
  | { kind: 'refused'; hangupCause: number; sipStatus: number | null }
  /** Asterisk is away or refused: nothing is known of the number. */
  | { kind: 'not-made'; reason: string }

export type NumberTelephony = {
  /** Rings the number and listens. Never rejects. */
  ringNumber: (order: CheckOrder) => Promise<HeardCall>
  /** Puts a text into the dialplan as if it had come from the carrier. @returns whether Asterisk took it */
  loopText: (order: Pick<CheckOrder, 'checkId' | 'trunkId' | 'lineKind'> & { body: string }) => Promise<boolean>
}

/** A prompt as callers should hear it now, a whole wav; undefined when there is none. */
export type SoundOf = (languageCode: string, prompt: string) => Promise<Buffer | undefined>
