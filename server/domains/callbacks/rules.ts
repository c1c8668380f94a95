/** May this callback ring now, and why (not). */
import { DAY, HOUR, MINUTE } from '../../platform/time/duration.ts'
import { addLocalDays, localDate } from '../../platform/time/local.ts'
import type { CallbackStatus, Outcome } from './contract.ts'
import { mayComeSooner } from './outcomes/outcome-rules.ts'
import { firstOccurrence, neverOpen, startOfDay, type Wish, zoneOf } from './planning/slot-rules.ts'
import { atOf, why } from './why-rules.ts'

/** After any ring without a conversation, whoever it was for. */
export const NUMBER_GAP_MS = 90 * MINUTE
export const RINGS_IN_VAIN_A_DAY = 2
/** How far back rings of a number matter: two local days, whatever the zone. */
export const RINGS_LOOK_BACK_MS = 2 * DAY
/** When a state that nobody can foresee the end of is looked at again. */
const LOOK_AGAIN_MS = MINUTE

export type CallFacts = Wish & {
  dueAt: Date
  expiresAt: Date | null
  countedAttempts: number
  maxAttempts: number
  lastOutcome: Outcome | null
  /** Why only a supervisor may go on with this callback; null: anyone may. */
  heldReason: string | null
  /** The worker refused, or the number must never ring again. */
  neverCall: boolean
  /** Instants of the number's rings without a conversation in the last two days, whoever they were for. */
  ringsInVain: readonly Date[]
  /** A call to this number is going on, for this callback or another. */
  isNumberBusy: boolean
  trunkPausedReason: string | null
  /** Offered to this agent alone until then. */
  assigned: { agentName: string; until: Date; interpreterName: string | null } | null
}

/** `reason` is one plain sentence. 'over': nothing more will come of it. 'hold': only a supervisor can go on. */
export type MayCall =
  { kind: 'call' } | { kind: 'wait'; until: Date; reason: string } | { kind: 'over'; reason: string } | { kind: 'hold'; reason: string }

/** Whether a waiting callback may be rung at this moment; when not, until when it waits and why. */
export function mayCall(facts: CallFacts, now: Date): MayCall {
  if (facts.heldReason !== null) return { kind: 'hold', reason: facts.heldReason }
  const over = overBecause(facts, now)
  if (over) return { kind: 'over', reason: over }
  const soon = new Date(now.getTime() + LOOK_AGAIN_MS)
  if (facts.trunkPausedReason !== null)
    return { kind: 'wait', until: soon, reason: `${why.say('trunk-paused')} ${facts.trunkPausedReason}` }
  if (facts.isNumberBusy) return { kind: 'wait', until: soon, reason: why.say('number-busy') }
  if (facts.dueAt > now) return { kind: 'wait', until: facts.dueAt, reason: why.say('due', atOf(facts.dueAt, zoneOf(facts))) }
  return byHours(facts, now) ?? byGap(facts, now) ?? { kind: 'call' }
}

export type WhyNowFacts = CallFacts & { status: CallbackStatus; closedReason: string | null; isOffered: boolean }

/** "Why (not) now?", one plain sentence for each callback on a list. */
export function whyNow(facts: WhyNowFacts, now: Date): string {
  switch (facts.status) {
    case 'planned':
      return why.say('planned-for', atOf(facts.dueAt, zoneOf(facts)))
    case 'claimed':
      return why.say('agent-rung')
    case 'ringing':
      return why.say('worker-rung')
    case 'talking':
      return why.say('talking')
    case 'wrap-up':
      return why.say('wrap-up')
    case 'done':
      return why.say('done')
    case 'closed':
      return facts.closedReason ?? why.say('closed')
    case 'waiting': {
      const decision = mayCall(facts, now)
      if (decision.kind === 'call' && facts.isOffered) return why.say('offered')
      return decision.kind === 'call' ? mayCallNow(facts, now) : decision.reason
    }
  }
}

function mayCallNow(facts: CallFacts, now: Date): string {
  const sentence = why.say('may-call', atOf(facts.dueAt, zoneOf(facts)))
  if (!facts.assigned || facts.assigned.until <= now) return sentence
  const { agentName: agent, until, interpreterName: interpreter } = facts.assigned
  const alone = `${sentence} ${why.say('assigned-to', { agent, ...atOf(until, zoneOf(facts)) })}`
  return interpreter === null ? alone : `${alone} ${why.say('with-interpreter', { interpreter })}`
}

function overBecause(facts: CallFacts, now: Date): string | undefined {
  if (facts.neverCall) return why.say('asked-not')
  if (facts.countedAttempts >= facts.maxAttempts) return why.say('attempts-used', { max: facts.maxAttempts })
  if (facts.expiresAt && facts.expiresAt <= now) return why.say('last-day-passed')
  return undefined
}

function byHours(facts: CallFacts, now: Date): MayCall | undefined {
  const allowed = firstOccurrence(facts, now)
  if (!allowed) {
    const { slot, hours } = facts
    return { kind: 'hold', reason: slot ? neverOpen(slot, hours) : why.say('no-open-day', { country: hours.countryName }) }
  }
  if (allowed.getTime() === now.getTime()) return undefined
  const again = atOf(allowed, zoneOf(facts))
  const closed = { country: facts.hours.countryName, ...again }
  return { kind: 'wait', until: allowed, reason: facts.slot ? why.say('outside-hours', again) : why.say('country-closed', closed) }
}

function byGap(facts: CallFacts, now: Date): MayCall | undefined {
  if (mayComeSooner(facts.lastOutcome)) return undefined
  const gapEnds = Math.max(0, ...facts.ringsInVain.map((ring) => ring.getTime() + NUMBER_GAP_MS))
  const zone = zoneOf(facts)
  const today = localDate(now, zone)
  const ringsToday = facts.ringsInVain.filter((ring) => localDate(ring, zone) === today).length
  if (ringsToday >= RINGS_IN_VAIN_A_DAY) {
    return waitFor(facts, startOfDay(addLocalDays(today, 1), zone), 'rung-twice')
  }
  if (gapEnds > now.getTime()) return waitFor(facts, new Date(gapEnds), 'rung-lately')
  return undefined
}

function waitFor(facts: CallFacts, notBefore: Date, code: 'rung-twice' | 'rung-lately'): MayCall {
  const until = firstOccurrence(facts, notBefore) ?? new Date(notBefore.getTime() + HOUR)
  return { kind: 'wait', until, reason: why.say(code, atOf(until, zoneOf(facts))) }
}
