import { HOUR, MINUTE, SECOND } from '../../platform/time/duration.ts'

export const SESSION_IDLE_MS = 30 * MINUTE
export const SESSION_MAX_MS = 12 * HOUR

/** How often one key (an account, an address) may fail: the first tries at once, then each doubles the wait. */
export type DelayRule = { freeTries: number; firstMs: number; mostMs: number }
/** One account from one address: the guesser, or the one who forgot. */
export const PAIR_DELAY: DelayRule = { freeTries: 5, firstMs: 1 * SECOND, mostMs: 5 * MINUTE }
/** One account from anywhere. Short, because a stranger can cause it to its owner. */
export const ACCOUNT_DELAY: DelayRule = { freeTries: 20, firstMs: 1 * SECOND, mostMs: 15 * SECOND }
/** One address, any account. Many free tries: an office shares an address. */
export const ADDRESS_DELAY: DelayRule = { freeTries: 50, firstMs: 1 * SECOND, mostMs: 5 * MINUTE }
/** Quiet for this long, and the tries are forgotten. */
export const DELAY_MEMORY_MS = 1 * HOUR

export type Tries = { attempts: number; lastAttemptAt: Date; blockedUntil: Date }
export type TryDecision = { kind: 'wait'; ms: number } | { kind: 'go'; tries: Tries }

/**
 * Whether a sign-in may be tried now. It counts as failed until it succeeds, so that many at once cannot slip through together.
 */
export function decideTry({ attempts, lastAttemptAt, blockedUntil }: Tries, now: Date, rule: DelayRule): TryDecision {
  const ms = blockedUntil.getTime() - now.getTime()
  if (ms > 0) return { kind: 'wait', ms }
  const isForgotten = now.getTime() - lastAttemptAt.getTime() > DELAY_MEMORY_MS
  const counted = isForgotten ? 1 : attempts + 1
  const blocked = new Date(now.getTime() + delayAfter(counted, rule))
  return { kind: 'go', tries: { attempts: counted, lastAttemptAt: now, blockedUntil: blocked } }
}

function delayAfter(tries: number, { freeTries, firstMs, mostMs }: DelayRule): number {
  if (tries < freeTries) return 0
  return Math.min(mostMs, firstMs * 2 ** Math.min(30, tries - freeTries))
}

/** A password that a guesser with the account's own words would try first. */
export function isEasyPassword(password: string, { email, displayName }: { email: string; displayName: string }): boolean {
  const lower = password.toLowerCase()
  if (new Set(lower).size < 4) return true
  const own = [email, email.split('@')[0] ?? '', displayName].map((word) => word.toLowerCase()).filter((word) => word.length > 3)
  return own.some((word) => lower.replaceAll(word, '').length < 6)
}
