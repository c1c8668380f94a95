/** Gathers what decides whether callbacks may ring: one query a kind of fact, however many callbacks. */
import type { Db } from '../../platform/db/db.ts'
import { type CountryFacts, loadCountryFacts } from '../countries/service.ts'
import * as attempts from './attempt-queries.ts'
import type { ListedCallback } from './list-queries.ts'
import { type CallFacts, RINGS_LOOK_BACK_MS } from './rules.ts'

export type WithFacts = { callback: ListedCallback; country: CountryFacts; facts: CallFacts }

/** Callbacks with their facts, in the same order. */
export async function withFacts(db: Db, callbacks: readonly ListedCallback[], now: Date): Promise<WithFacts[]> {
  const numbers = [...new Set(callbacks.flatMap(({ phoneNumberId }) => phoneNumberId ?? []))]
  const [countries, rings, busy] = await Promise.all([
    loadCountryFacts({ db }),
    attempts.listRingsInVain(db, numbers, new Date(now.getTime() - RINGS_LOOK_BACK_MS)),
    attempts.listBusyNumbers(db, numbers),
  ])
  return callbacks.map((callback) => {
    const country = countries.get(callback.countryId)
    if (!country) throw new Error(`callback ${callback.id} is of ${callback.countryId}, which is not set up`)
    const { phoneNumberId } = callback
    const number =
      phoneNumberId === null
        ? { ringsInVain: [], isNumberBusy: false }
        : { ringsInVain: rings.get(phoneNumberId) ?? [], isNumberBusy: busy.has(phoneNumberId) }
    return { callback, country, facts: toFacts(callback, country, number, now) }
  })
}

/** One whose rest is over is tried again by the next call. */
export function isTrunkPaused({ trunk }: CountryFacts, now: Date): boolean {
  return trunk.pausedReason !== null && !(trunk.resumesAt && trunk.resumesAt <= now)
}

function toFacts(
  callback: ListedCallback,
  country: CountryFacts,
  number: Pick<CallFacts, 'ringsInVain' | 'isNumberBusy'>,
  now: Date,
): CallFacts {
  const { hours, maxAttempts, trunk } = country
  const {
    slot,
    timeZone,
    dueAt,
    expiresAt,
    countedAttempts,
    lastOutcome,
    heldReason,
    refusedAt,
    neverCallSince,
    preferredUntil,
    preferredAgentName,
  } = callback
  return {
    slot,
    timeZone,
    hours,
    dueAt,
    expiresAt,
    countedAttempts,
    maxAttempts,
    lastOutcome,
    heldReason,
    neverCall: refusedAt !== null || neverCallSince !== null,
    ...number,
    trunkPausedReason: isTrunkPaused(country, now) ? trunk.pausedReason : null,
    keptFor: preferredUntil && { agentName: preferredAgentName ?? '', until: preferredUntil },
  }
}
