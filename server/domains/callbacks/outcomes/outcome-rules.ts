/** What each outcome means: whether it uses up an attempt, and what comes next. The defaults of every country, as data. */
import { HOUR, MINUTE } from '../../../platform/time/duration.ts'
import type { AgentOutcome, Outcome } from '../contract.ts'
import { why } from '../why-rules.ts'

export type OutcomeRule = {
  /** Uses up one of the country's attempts: the carrier reported the far end's state. */
  counts: boolean
  /** The number was disturbed without a conversation: 90 minutes and two a day are kept. */
  isRingInVain: boolean
  then:
    | { kind: 'done' }
    | { kind: 'close'; reason: string }
    /** Only a supervisor goes on from here. */
    | { kind: 'hold'; reason: string }
    /** At the time the worker named, which becomes the slot. */
    | { kind: 'named-time' }
    /** Claimable again; the trunk or the agent that failed is kept away by its own state. */
    | { kind: 'at-once' }
    | Retry
}

export type Retry = {
  kind: 'retry'
  /** Waited inside the slot before trying again; null: the slot's next occurrence, on a later day. */
  delayMs: number | null
  /** Which of the callback's tries with this outcome wait `delayMs`; after the others comes the slot's next occurrence. */
  shortDelays: 'first' | 'first-of-day' | 'always' | 'doubling'
  /** Offered to the agent who knows the conversation first. */
  sameAgentFirst?: true
  /** Closed after this many of this outcome; `onDays`: on that many different days. */
  closesAfter?: { times: number; onDays?: true; reason: string }
}

const nextDay: Retry = { kind: 'retry', delayMs: null, shortDelays: 'always' }
const sure = { counts: true, isRingInVain: false } as const
const inVain = { counts: true, isRingInVain: true } as const
const notCounted = { counts: false, isRingInVain: false } as const

export type OutcomeTable = Readonly<Record<Outcome, OutcomeRule>>

export const OUTCOME_RULES: OutcomeTable = {
  complete: { ...sure, then: { kind: 'done' } },
  partial: { ...sure, then: { kind: 'retry', delayMs: 10 * MINUTE, shortDelays: 'first', sameAgentFirst: true } },
  'no-answer': { ...inVain, then: { kind: 'retry', delayMs: 2 * HOUR, shortDelays: 'first-of-day' } },
  busy: { ...inVain, then: { kind: 'retry', delayMs: 90 * MINUTE, shortDelays: 'always' } },
  rejected: { ...inVain, then: nextDay },
  unreachable: { ...inVain, then: { kind: 'retry', delayMs: 4 * HOUR, shortDelays: 'first-of-day' } },
  machine: { ...inVain, then: nextDay },
  'someone-else': { ...sure, then: { ...nextDay, closesAfter: { times: 2, reason: why.say('someone-else-twice') } } },
  'not-safe-now': { ...notCounted, then: { kind: 'named-time' } },
  reschedule: { ...notCounted, then: { kind: 'named-time' } },
  'language-mismatch': { ...notCounted, then: { kind: 'at-once' } },
  refused: { ...sure, then: { kind: 'close', reason: why.say('refused') } },
  'dead-number': {
    ...sure,
    then: { ...nextDay, closesAfter: { times: 2, onDays: true, reason: why.say('dead-twice') } },
  },
  // Longer each time, so that one number a carrier never answers for does not stand before all others.
  'trunk-failure': { ...notCounted, then: { kind: 'retry', delayMs: 5 * MINUTE, shortDelays: 'doubling' } },
  'agent-failure': { ...notCounted, then: { kind: 'at-once' } },
  unknown: {
    ...notCounted,
    then: { kind: 'hold', reason: why.say('outcome-unknown') },
  },
}

/** After these the worker expects the next call: the gap after a ring in vain does not hold it back. */
export function mayComeSooner(lastOutcome: Outcome | null): boolean {
  return lastOutcome === 'partial' || lastOutcome === 'language-mismatch' || lastOutcome === 'not-safe-now' || lastOutcome === 'reschedule'
}

/** What an agent must name besides the outcome; undefined: nothing. */
export function neededFor(outcome: AgentOutcome): 'callAgainAt' | 'languageCode' | undefined {
  if (outcome === 'not-safe-now' || outcome === 'reschedule') return 'callAgainAt'
  return outcome === 'language-mismatch' ? 'languageCode' : undefined
}

/** How the line of an attempt ended, as telephony saw it. */
export type LineEnd =
  | { kind: 'agent-did-not-answer' }
  | { kind: 'agent-hung-up-before-answer' }
  /** Or hung up before the worker answered. */
  | { kind: 'interpreter-did-not-answer' }
  | {
      kind: 'worker'
      /** Q.850 cause of the worker's leg; 0 when Asterisk named none. */
      hangupCause: number
      /** Final SIP status of the worker's leg; null when there was none. */
      sipStatus: number | null
      /** The last dial status Asterisk reported for the leg: BUSY, NOANSWER, CANCEL, CONGESTION, ANSWER … */
      lastDialStatus: string | null
      /** Our own ring timeout ended it. */
      timedOutByUs: boolean
      /** The far end said that the phone rings. */
      rang: boolean
      /** Both were bridged. */
      hadConversation: boolean
    }
  /** The service or Asterisk died in between: nobody knows. */
  | { kind: 'lost' }

type WorkerLineEnd = Extract<LineEnd, { kind: 'worker' }>

/**
 * The outcome of a line that ended, or 'conversation': then the agent names it.
 * NOTE: our own timeout comes from Asterisk as cause 19 with status 480, and an answer as cause 0 or 16 with none; so what we
 * did ourselves is asked first, the SIP status second, and the cause last. Silence (no ringing, and then our timeout or 408,
 * which Asterisk makes itself when the carrier never answers) is the trunk's failure: what nobody reported burns no attempt.
 */
export function outcomeOfLineEnd(end: LineEnd): Outcome | 'conversation' {
  switch (end.kind) {
    case 'agent-did-not-answer':
    case 'agent-hung-up-before-answer':
    case 'interpreter-did-not-answer':
      return 'agent-failure'
    case 'lost':
      return 'unknown'
    case 'worker':
      return end.hadConversation ? 'conversation' : withoutConversation(end)
  }
}

function withoutConversation(end: WorkerLineEnd): Outcome {
  if (end.timedOutByUs) return end.rang ? 'no-answer' : 'trunk-failure'
  if (end.sipStatus === ANSWERED_BY_MACHINE) return 'machine'
  if (end.sipStatus !== null && end.sipStatus >= 300) return fromSipStatus(end.sipStatus, end)
  return fromDialStatus(end) ?? fromCause(end)
}

/** Telephony's word for a call that was picked up by a machine, before anybody was put through. */
const ANSWERED_BY_MACHINE = 200
const DEAD = [404, 410, 484, 604]
const BUSY = [486, 600]
const REJECTED = [603, 607, 608]

function fromSipStatus(status: number, end: WorkerLineEnd): Outcome {
  if (BUSY.includes(status)) return 'busy'
  if (DEAD.includes(status)) return 'dead-number'
  if (REJECTED.includes(status)) return 'rejected'
  if (status === 480) return end.rang ? 'no-answer' : 'unreachable'
  if (status === 487) return end.rang ? 'no-answer' : 'agent-failure'
  if (status === 488) return 'trunk-failure'
  // A carrier's refusal before any ringing is the carrier's; after ringing the phone was there and nobody talked.
  if (!end.rang) return 'trunk-failure'
  return status === 403 ? 'rejected' : 'no-answer'
}

function fromDialStatus(end: WorkerLineEnd): Outcome | undefined {
  switch (end.lastDialStatus) {
    case 'BUSY':
      return 'busy'
    case 'CANCEL':
      return end.rang ? 'no-answer' : 'agent-failure'
    case 'CONGESTION':
    case 'CHANUNAVAIL':
      return end.rang ? 'no-answer' : 'trunk-failure'
    case 'ANSWER':
      // Picked up and gone before the two were bridged.
      return 'no-answer'
    default:
      return undefined
  }
}

/** Q.850 causes, for a carrier that gave no SIP status. Without any, 18 to 20 are Asterisk's own words for "nothing came back". */
function fromCause(end: WorkerLineEnd): Outcome {
  switch (end.hangupCause) {
    case 17:
      return 'busy'
    case 1:
    case 22:
    case 28:
      return 'dead-number'
    case 21:
      return end.rang ? 'rejected' : 'trunk-failure'
    default:
      return end.rang ? 'no-answer' : 'trunk-failure'
  }
}
