/** One offer: the most urgent callback an agent may be given, looked at and put in front of them alone. */
import type { Tx } from '../../../platform/db/db.ts'
import { inTransaction } from '../../../platform/db/transaction.ts'
import { announce } from '../../../platform/live/announce.ts'
import { lockAgent } from '../../agents/service.ts'
import { CALLBACK_CHANGED, type DiallingDeps, OFFER_CHANGED } from '../deps.ts'
import * as offers from './offer-queries.ts'
import { type CallbackRecord, updateCallback } from '../record-queries.ts'
import { lookAt, type Obstacle, setAside } from './starting.ts'

/** Longer than it takes to begin a call: a process that dies in between gives it back. */
const PROGRESSIVE_SECONDS = 20

/**
 * `nothing`: nobody to offer to, or nothing to offer. `put-off`: what was most urgent may not ring yet, and comes back when it may.
 * `overtaken`: another process offered it this moment. `trunk-full`: no call can go out in that country for the moment.
 */
export type Offered =
  | { kind: 'offered'; offerId: string; mode: offers.OfferMode }
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
    if (looked.kind === 'callable') return offer(tx, { callback, agentUserId, mode: ready.mode, seconds: looked.country.offerSeconds })
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

async function putOff(tx: Tx, callback: CallbackRecord, obstacle: Obstacle, now: Date): Promise<void> {
  if (obstacle.kind === 'wait') await updateCallback(tx, callback.id, obstacle.until ? { dueAt: obstacle.until } : {})
  else await setAside(tx, callback, { kind: obstacle.kind, reason: obstacle.reason }, now)
  await announce(tx, CALLBACK_CHANGED, callback.id)
}
