/** Gathers what decides whether callbacks may ring: one query a kind of fact, however many callbacks. */
import type { Db } from '../../platform/db/db.ts'
import { type CountryFacts, isPaused, loadCountryFacts } from '../countries/service.ts'
import * as attempts from './calling/attempt-queries.ts'
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

/** No call can go out: why the first of the trunks is paused, when all are; null: at least one is not. */
export function pausedReason({ trunks }: CountryFacts, now: Date): string | null {
  return trunks.every((trunk) => isPaused(trunk, now)) ? (trunks[0]?.pausedReason ?? '') : null
}

function toFacts(
  callback: ListedCallback,
  country: CountryFacts,
  number: Pick<CallFacts, 'ringsInVain' | 'isNumberBusy'>,
  now: Date,
): CallFacts {
  const { hours, maxAttempts } = country
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
    assignedUntil,
    assignedAgentName,
    interpreterName,
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
    trunkPausedReason: pausedReason(country, now),
    assigned: assignedUntil && { agentName: assignedAgentName ?? '', until: assignedUntil, interpreterName },
  }
}
