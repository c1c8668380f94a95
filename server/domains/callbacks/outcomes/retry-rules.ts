import { closedBecause, sayPeriods } from '../../countries/hours-rules.ts'
import { DAY, HOUR, MINUTE } from '../../../platform/time/duration.ts'
import { addLocalDays, atLocal, localDate, localTime } from '../../../platform/time/local.ts'
import type { Outcome, Slot } from '../contract.ts'
import type { OutcomeTable, Retry } from './outcome-rules.ts'
import { firstOccurrence, isInside, neverOpen, nextOccurrence, startOfDay, type Wish, zoneOf } from '../planning/slot-rules.ts'
import { why } from '../why-rules.ts'

/** How many days a time the worker named comes up again before the callback is closed. */
const NAMED_TIME_DAYS = 5

export type RetryFacts = Wish & {
  /** What the country has set, or the defaults. */
  outcomes: OutcomeTable
  /** Before this outcome. */
  countedAttempts: number
  maxAttempts: number
  /** No try starts at or after it; null: never expires. */
  expiresAt: Date | null
  /** The time the worker named, for not-safe-now and reschedule. */
  callAgainAt?: Date | undefined
}

/** An earlier try of the same callback. */
export type PastAttempt = { outcome: Outcome; endedAt: Date }

/** What becomes of a callback after a try. `counts`: whether the try used up an attempt. */
export type Next =
  | { kind: 'at'; counts: boolean; dueAt: Date; slot: Slot | null; expiresAt: Date | null; sameAgentFirst: boolean; note: string | null }
  | { kind: 'done'; counts: boolean }
  | { kind: 'close'; counts: boolean; reason: string }
  | { kind: 'hold'; counts: boolean; reason: string }

/**
 * What comes after a try: a due time inside the worker's slot and the country's hours, or the named end.
 * @param history earlier tries of this callback, oldest first, without this one
 * @param now instant the outcome became known (UTC)
 * Source: OUTCOME_RULES, outcome-rules.ts, and what the country has set, outcome-table-rules.ts
 */
export function nextAttempt(outcome: Outcome, facts: RetryFacts, history: readonly PastAttempt[], now: Date): Next {
  const { counts, then } = facts.outcomes[outcome]
  switch (then.kind) {
    case 'done':
      return { kind: 'done', counts }
    case 'close':
    case 'hold':
      return { ...then, counts }
    case 'named-time':
      return atNamedTime(facts, now)
    case 'at-once':
      return { kind: 'at', counts, dueAt: now, ...unchanged(facts), note: null }
    case 'retry':
      return retry({ outcome, rule: then, facts, history, now })
  }
}

/** Why the time a worker named cannot be promised, in one sentence for the agent to read out; undefined when it can. */
export function namedTimeProblem(callAgainAt: Date, { hours }: Pick<Wish, 'hours'>, now: Date): string | undefined {
  if (callAgainAt.getTime() < now.getTime() - MINUTE) return 'That time has passed.'
  if (callAgainAt.getTime() > now.getTime() + 92 * DAY) return 'That is more than three months ahead.'
  if (isInside({ slot: null, timeZone: hours.timeZone, hours }, callAgainAt)) return undefined
  const next = firstOccurrence({ slot: null, timeZone: hours.timeZone, hours }, callAgainAt)
  const instead = next ? ` The next time is ${localDate(next, hours.timeZone)} ${localTime(next, hours.timeZone)}.` : ''
  const day = localDate(callAgainAt, hours.timeZone)
  const closed = closedBecause(hours, day)
  const why = closed ? `that day is ${closed}` : `open from ${sayPeriods(hours, day)} (${hours.timeZone})`
  return `${hours.countryName} may not be called then: ${why}.${instead}`
}

type Retrying = { outcome: Outcome; rule: Retry; facts: RetryFacts; history: readonly PastAttempt[]; now: Date }

function retry({ outcome, rule, facts, history, now }: Retrying): Next {
  const { counts } = facts.outcomes[outcome]
  const same = history.filter((attempt) => attempt.outcome === outcome)
  const close = (reason: string): Next => ({ kind: 'close', counts, reason })
  if (rule.closesAfter && occurrences(rule.closesAfter, same, facts, now) >= rule.closesAfter.times) return close(rule.closesAfter.reason)
  if (counts && facts.countedAttempts + 1 >= facts.maxAttempts) {
    return close(why.say('attempts-used-last', { max: facts.maxAttempts, outcome }))
  }
  const delayMs = delayOf(rule, same, facts, now)
  const dueAt = delayMs === null ? laterDay(facts, history, now) : firstOccurrence(facts, new Date(now.getTime() + delayMs))
  if (!dueAt) return { kind: 'hold', counts, reason: facts.slot ? neverOpen(facts.slot, facts.hours) : neverOpenAtAll(facts) }
  if (facts.expiresAt && dueAt >= facts.expiresAt) {
    const lastDay = localDate(new Date(facts.expiresAt.getTime() - 1), zoneOf(facts))
    return close(why.say('last-day-passes', { date: lastDay, outcome }))
  }
  return { kind: 'at', counts, dueAt, ...unchanged(facts), sameAgentFirst: delayMs !== null && rule.sameAgentFirst === true, note: null }
}

const MOST_DOUBLINGS = 8

/** Null: the slot's next occurrence. */
function delayOf({ delayMs, shortDelays }: Retry, same: readonly PastAttempt[], facts: RetryFacts, now: Date): number | null {
  if (delayMs === null) return null
  const today = localDate(now, zoneOf(facts))
  const sameToday = same.filter((attempt) => localDate(attempt.endedAt, zoneOf(facts)) === today).length
  switch (shortDelays) {
    case 'always':
      return delayMs
    case 'first':
      return same.length === 0 ? delayMs : null
    case 'first-of-day':
      return sameToday === 0 ? delayMs : null
    case 'doubling':
      return delayMs * 2 ** Math.min(sameToday, MOST_DOUBLINGS)
  }
}

function occurrences({ onDays }: { onDays?: true }, same: readonly PastAttempt[], facts: RetryFacts, now: Date): number {
  if (!onDays) return same.length + 1
  const day = (instant: Date) => localDate(instant, zoneOf(facts))
  return new Set([...same.map((attempt) => day(attempt.endedAt)), day(now)]).size
}

/** The slot's next occurrence; who gave no hours is tried at the part of that day, of those we are open in, that was tried least. */
function laterDay(facts: RetryFacts, history: readonly PastAttempt[], now: Date): Date | undefined {
  const next = nextOccurrence(facts, now)
  if (!next || facts.slot) return next
  const tried = triesByPart([...history.map((attempt) => attempt.endedAt), now], facts)
  const starts = tried.flatMap((tries, part) => {
    const start = firstInPart(part, next, facts)
    return start ? [{ tries, start }] : []
  })
  return starts.toSorted((one, other) => one.tries - other.tries)[0]?.start ?? next
}

/** Morning, midday and evening: thirds of the hours from the country's earliest opening to its latest closing on any day of the week. */
const PARTS_OF_DAY = 3
const dayOpens = (instant: Date, { hours }: Wish) => atLocal(localDate(instant, hours.timeZone), hours.opensAtLocal, hours.timeZone)
const dayCloses = (instant: Date, { hours }: Wish) => atLocal(localDate(instant, hours.timeZone), hours.closesAtLocal, hours.timeZone)
const partLengthMs = (instant: Date, wish: Wish) => (dayCloses(instant, wish).getTime() - dayOpens(instant, wish).getTime()) / PARTS_OF_DAY

/** The first open instant of a part of the day of `next`, not before `next`; undefined when we are closed all through it. */
function firstInPart(part: number, next: Date, facts: Wish): Date | undefined {
  const [opens, length] = [dayOpens(next, facts).getTime(), partLengthMs(next, facts)]
  const start = firstOccurrence(facts, new Date(Math.max(next.getTime(), opens + part * length)))
  return start && start.getTime() < opens + (part + 1) * length ? start : undefined
}

function triesByPart(tries: readonly Date[], wish: Wish): number[] {
  const tried = new Array<number>(PARTS_OF_DAY).fill(0)
  for (const instant of tries) {
    const part = Math.floor((instant.getTime() - dayOpens(instant, wish).getTime()) / partLengthMs(instant, wish))
    const known = Math.min(PARTS_OF_DAY - 1, Math.max(0, part))
    tried[known] = tried[known]! + 1
  }
  return tried
}

/** The slot that a named time becomes: an hour from then, daily for a few days. */
export function namedSlot({ timeZone }: Pick<Wish, 'timeZone'>, callAgainAt: Date): { slot: Slot; expiresAt: Date } {
  const date = localDate(callAgainAt, timeZone)
  const startLocal = localTime(callAgainAt, timeZone)
  const later = localTime(new Date(callAgainAt.getTime() + HOUR), timeZone)
  const slot: Slot = { date, startLocal, endLocal: later > startLocal ? later : '23:59' }
  return { slot, expiresAt: startOfDay(addLocalDays(date, NAMED_TIME_DAYS), timeZone) }
}

function atNamedTime(facts: RetryFacts, now: Date): Next {
  const { hours, timeZone } = facts
  if (!facts.callAgainAt) return { kind: 'hold', counts: false, reason: why.say('no-time-named') }
  const { slot, expiresAt } = namedSlot(facts, facts.callAgainAt)
  const notBefore = facts.callAgainAt > now ? facts.callAgainAt : now
  const dueAt = firstOccurrence({ slot, timeZone, hours }, notBefore)
  if (!dueAt) return { kind: 'hold', counts: false, reason: neverOpen(slot, hours) }
  return { kind: 'at', counts: false, dueAt, slot, expiresAt, sameAgentFirst: true, note: why.say('worker-named-time') }
}

const neverOpenAtAll = ({ hours }: Wish) => why.say('no-open-day', { country: hours.countryName })

const unchanged = ({ slot, expiresAt }: RetryFacts) => ({ slot, expiresAt, sameAgentFirst: false })
