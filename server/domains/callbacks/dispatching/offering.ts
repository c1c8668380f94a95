/** One offer: the most urgent callback an agent may be given, looked at and put in front of them alone. */
import type { Tx } from '../../../platform/db/db.ts'
import { inTransaction } from '../../../platform/db/transaction.ts'
import { announce } from '../../../platform/live/announce.ts'
import { lockAgent, type LockedAgent } from '../../agents/service.ts'
import { CALLBACK_CHANGED, type DiallingDeps, OFFER_CHANGED } from '../deps.ts'
import { ClaimMoved } from '../errors.ts'
import type { CallOrder } from '../ports.ts'
import { type CallbackRecord, updateCallback } from '../record-queries.ts'
import { interpreterAt } from '../unserved/assigning-rules.ts'
import { claimOne } from './claim-queries.ts'
import * as offers from './offer-queries.ts'
import { type Callable, type Claim, lookAt, type Obstacle, setAside, startLookedAt } from './starting.ts'

/** Longer than it takes to begin a call: a process that dies in between gives it back. */
const PROGRESSIVE_SECONDS = 20

/**
 * `ordered`: the agent is rung without being asked, as soon as the order is given. `nothing`: nobody to offer to, or nothing to offer.
 * `put-off`: what was most urgent may not ring yet, and comes back when it may.
 * `overtaken`: another process offered it this moment. `trunk-full`: no call can go out in that country for the moment.
 */
export type Offered =
  | { kind: 'offered'; offerId: string; mode: offers.OfferMode }
  | { kind: 'ordered'; order: CallOrder }
  | { kind: 'nothing' }
  | { kind: 'put-off' }
  | { kind: 'overtaken' }
  | { kind: 'trunk-full'; countryId: string }

/** @param countryIds those in which calls may go out now */
export function offerTo(deps: DiallingDeps, { agentUserId, countryIds }: { agentUserId: string; countryIds: readonly string[] }) {
  return inTransaction(deps.db, async (tx): Promise<Offered> => {
    const now = deps.clock.now()
    const ready = await offers.lockOfferable(tx, agentUserId)
    if (!ready) return { kind: 'nothing' }
    const agent = await lockAgent(tx, agentUserId)
    const open = agent.countryIds.filter((id) => countryIds.includes(id))
    const { languageCodes } = agent
    const callback = await offers.lockDue(tx, { agentUserId, countryIds: open, givenCountryIds: countryIds, languageCodes, now })
    if (!callback?.phoneNumberId) return { kind: 'nothing' }
    const { id, phoneNumberId } = callback
    const looked = await lookAt(deps, tx, { id, phoneNumberId }, now, (countryId) => offers.countOpenOffers(tx, countryId))
    if (looked.kind === 'callable') {
      const offering = { callback, agentUserId, mode: ready.mode, seconds: looked.country.offerSeconds }
      // With an interpreter two agents are locked, which is done in one order everywhere: after this transaction.
      if (ready.mode === 'preview' || interpreterAt(callback, now) !== null) return offer(tx, offering)
      return order(deps, tx, { offering, phoneNumberId, agent, looked }, now)
    }
    if ('isTrunks' in looked) return { kind: 'trunk-full', countryId: callback.countryId }
    await putOff(tx, callback, looked, now)
    return { kind: 'put-off' }
  })
}

type Offering = { callback: CallbackRecord; agentUserId: string; mode: offers.OfferMode; seconds: number }

async function offer(tx: Tx, { callback, agentUserId, mode, seconds }: Offering): Promise<Offered> {
  const open = mode === 'preview' ? seconds : PROGRESSIVE_SECONDS
  const offerId = await offers.insertOffer(tx, { callbackId: callback.id, agentUserId, mode, seconds: open })
  if (offerId === undefined) return { kind: 'overtaken' }
  await announce(tx, OFFER_CHANGED, agentUserId)
  await announce(tx, CALLBACK_CHANGED, callback.id)
  return { kind: 'offered', offerId, mode }
}

type Ordering = { offering: Offering; phoneNumberId: string; agent: LockedAgent; looked: Extract<Callable, { kind: 'callable' }> }

/** Offered, taken and begun in one go: what an agent who is rung without being asked would only have done a moment later. */
async function order(deps: DiallingDeps, tx: Tx, { offering, phoneNumberId, agent, looked }: Ordering, now: Date): Promise<Offered> {
  const { callback, agentUserId } = offering
  const offered = await offer(tx, offering)
  if (offered.kind !== 'offered') return offered
  await offers.endOffer(tx, { id: offered.offerId, agentUserId, as: 'rung' })
  const claim = await claimOne(tx, callback.id, agentUserId)
  // It is locked, and was waiting when it was.
  if (!claim) throw new ClaimMoved()
  const started = await startLookedAt(deps, tx, { claim: claim as Claim, phoneNumberId, agent, callable: looked }, now)
  return started.kind === 'order' ? { kind: 'ordered', order: started.order } : { kind: 'put-off' }
}

async function putOff(tx: Tx, callback: CallbackRecord, obstacle: Obstacle, now: Date): Promise<void> {
  if (obstacle.kind === 'wait') await updateCallback(tx, callback.id, obstacle.until ? { dueAt: obstacle.until } : {})
  else await setAside(tx, callback, { kind: obstacle.kind, reason: obstacle.reason }, now)
  await announce(tx, CALLBACK_CHANGED, callback.id)
}
