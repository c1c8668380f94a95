/**
 * The dispatcher: what is due goes to whoever is free, longest free first, the promise that ends first first. Every process
 * dispatches and none leads: an agent and a callback are locked where they stand, and what another process is at is passed over.
 * It is woken by what changes (NOTIFY) and by the next due time; the heartbeat's minute is only the last resort.
 */
import { SECOND } from '../../../platform/time/duration.ts'
import type { Log } from '../../../platform/log.ts'
import { loadCountryFacts } from '../../countries/service.ts'
import type { DiallingDeps } from '../deps.ts'
import { AgentNotReady, ClaimMoved, NotNow, OfferOver, PhoneSystemAway } from '../errors.ts'
import { pausedReason } from '../facts.ts'
import * as offers from './offer-queries.ts'
import { acceptOffer, endOverOffers, withdrawOffer } from './offers.ts'
import { type Offered, offerTo } from './offering.ts'
import { placeCall, type Taken } from './taking.ts'

export type DispatchDeps = DiallingDeps & {
  log: Pick<Log, 'info' | 'warn'>
  /** Whether an order given now would be taken. */
  isTelephonyConnected: () => boolean
}

/** When the phone system took no order. */
const TELEPHONY_RETRY_MS = 5 * SECOND

/**
 * Offers all that can be offered now. @returns milliseconds until there may be more without anybody saying so; undefined: not known
 */
export async function dispatch(deps: DispatchDeps): Promise<number | undefined> {
  const { hasAgents, hasOffers } = await offers.outlook(deps.db)
  if (hasOffers) await endOverOffers(deps)
  // Nobody is free: whoever becomes so is announced.
  if (!hasAgents && !hasOffers) return undefined
  if (!deps.isTelephonyConnected()) return TELEPHONY_RETRY_MS
  const now = deps.clock.now()
  const countryIds = new Set(
    [...(await loadCountryFacts(deps)).values()].flatMap((country) => (pausedReason(country, now) === null ? country.id : [])),
  )
  try {
    while (await offerRound(deps, countryIds));
  } catch (error) {
    if (!(error instanceof PhoneSystemAway)) throw error
    return TELEPHONY_RETRY_MS
  }
  return offers.msUntilNext(deps.db, deps.clock.now())
}

/**
 * Each free agent once. As soon as one finds nothing those that are left are asked only if something is still there for them.
 * @param countryIds loses those whose trunk is full @returns whether another round may find more
 */
async function offerRound(deps: DispatchDeps, countryIds: Set<string>): Promise<boolean> {
  const asked = new Set<string>()
  const listLeft = async () => {
    const listed = await offers.listOfferable(deps.db, { countryIds: [...countryIds], now: deps.clock.now() })
    return listed.filter((agentUserId) => !asked.has(agentUserId))
  }
  let hasMoved = false
  for (let left = await listLeft(); left.length > 0; left = await listLeft()) {
    for (const agentUserId of left) {
      asked.add(agentUserId)
      const offered = await offerTo(deps, { agentUserId, countryIds: [...countryIds] })
      if (offered.kind === 'nothing') break
      hasMoved = true
      await goOn(deps, { agentUserId, offered, countryIds })
    }
  }
  return hasMoved
}

async function goOn(
  deps: DispatchDeps,
  { agentUserId, offered, countryIds }: { agentUserId: string; offered: Offered; countryIds: Set<string> },
): Promise<void> {
  if (offered.kind === 'trunk-full') countryIds.delete(offered.countryId)
  if (offered.kind === 'ordered') give(deps, await placeCall(deps, offered.order))
  if (offered.kind === 'offered' && offered.mode === 'progressive') await ring(deps, { offerId: offered.offerId, agentUserId })
}

const give = ({ log }: DispatchDeps, { callbackId, attemptId }: Taken) => log.info({ callbackId, attemptId }, 'callback given to an agent')

async function ring(deps: DispatchDeps, offer: { offerId: string; agentUserId: string }): Promise<void> {
  try {
    give(deps, await acceptOffer(deps, { ...offer, as: 'rung' }))
  } catch (error) {
    // Something else was quicker than we are: another call, another agent, a supervisor.
    const isOvertaken = [AgentNotReady, ClaimMoved, NotNow, OfferOver].some((known) => error instanceof known)
    if (!isOvertaken) throw error
    await withdrawOffer(deps, offer)
  }
}
