import { MINUTE } from './duration.ts'

/** Where "now" comes from. Everything that decides by the calendar takes a Clock or an instant, never the system's time. */
export type Clock = { now(): Date }

/** A clock whose time can be set: a test's. */
export type SettableClock = Clock & { set(instant: Date): void; advance(ms: number): void }

export const systemClock: Clock = { now: () => new Date() }

/** Stands still until told otherwise. */
export function fixedClock(start: Date | string): SettableClock {
  let instant = new Date(start)
  return {
    now: () => new Date(instant),
    set: (to) => void (instant = new Date(to)),
    advance: (ms) => void (instant = new Date(instant.getTime() + ms)),
  }
}

/** Milliseconds that only grow, for measuring how long something took; says nothing about the time of day. */
export function monotonicMs(): number {
  return performance.now()
}

/** The start of the UTC minute an instant lies in. */
export function startOfMinute(instant: Date): Date {
  return new Date(Math.floor(instant.getTime() / MINUTE) * MINUTE)
}
