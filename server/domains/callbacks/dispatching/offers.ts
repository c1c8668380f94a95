/** What an agent does with an offer, and what becomes of one that nobody answers. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Tx } from '../../../platform/db/db.ts'
import { inTransaction } from '../../../platform/db/transaction.ts'
import { announce } from '../../../platform/live/announce.ts'
import type { TopicOptions } from '../../../platform/live/topic.ts'
import { record } from '../../activity-log/service.ts'
import { lockAgent, noteAnsweredOffer, noteMissedOffer } from '../../agents/service.ts'
import { getCountryFacts } from '../../countries/service.ts'
import * as claims from './claim-queries.ts'
import type { OfferView } from '../contract.ts'
import { CALLBACK_CHANGED, type CallbackDeps, type DiallingDeps, OFFER_CHANGED } from '../deps.ts'
import { ClaimMoved, NotNow, OfferOver } from '../errors.ts'
import { findCallback } from '../list-queries.ts'
import * as offers from './offer-queries.ts'
import { type Claim, startAttempt } from './starting.ts'
import { assertReady, placeCall, type Taken } from './taking.ts'

type ByAgent = { offerId: string; agentUserId: string }
type Accepting = ByAgent & { as: 'accepted' | 'rung' }
const CLAIM_TRIES = 5
const CLAIM_PAUSE_MS = 30

/**
 * The agent's phone rings, then the worker's, as for a callback taken from the list.
 * @param as `rung` when the agent wants no asking
 * @throws OfferOver, NotNow with the reason, ClaimMoved, AgentNotReady, PhoneSystemAway
 */
export async function acceptOffer(
  deps: DiallingDeps,
  { offerId, agentUserId, as = 'accepted' }: ByAgent & { as?: 'accepted' | 'rung' },
): Promise<Taken> {
  const claim = await claimOffered(deps, { offerId, agentUserId, as })
  const started = await startAttempt(deps, claim, { keepsDueAt: false })
  if (started.kind === 'not-now') throw new NotNow(started.reason)
  return placeCall(deps, started.order)
}

/**
 * Another process may have the callback locked for a moment, only to find that it is offered already. It is passed over, not waited
 * for, so that nobody waits for each other; but left alone the offer would stay open with nobody rung, and count as missed.
 */
async function claimOffered(deps: CallbackDeps, offer: Accepting): Promise<Claim> {
  for (let tried = 1; ; tried++) {
    try {
      return await inTransaction(deps.db, (tx) => claimIn(tx, offer))
    } catch (error) {
      if (!(error instanceof ClaimMoved) || tried === CLAIM_TRIES) throw error
      await wait(CLAIM_PAUSE_MS)
    }
  }
}

async function claimIn(tx: Tx, { offerId, agentUserId, as }: Accepting): Promise<Claim> {
  assertReady(await lockAgent(tx, agentUserId))
  const offer = await offers.endOffer(tx, { id: offerId, agentUserId, as })
  if (!offer) throw new OfferOver()
  const claimed = await claims.claimOne(tx, offer.callbackId, agentUserId)
  if (!claimed) throw new ClaimMoved()
  if (as === 'accepted') await noteAnsweredOffer(tx, agentUserId)
  await announce(tx, OFFER_CHANGED, agentUserId)
  await announce(tx, CALLBACK_CHANGED, offer.callbackId)
  return claimed as Claim
}

/** Long enough for the longest message, and to think. */
const LISTENING_SECONDS = 240

/** The agent hears first what the worker has left: the offer stays theirs meanwhile, once. @throws OfferOver */
export async function listenFirst({ db }: Pick<CallbackDeps, 'db'>, { offerId, agentUserId }: ByAgent): Promise<void> {
  await inTransaction(db, async (tx) => {
    const offer = await offers.giveTimeToListen(tx, { id: offerId, agentUserId, seconds: LISTENING_SECONDS })
    if (!offer) throw new OfferOver()
    await announce(tx, OFFER_CHANGED, agentUserId)
  })
}

/** It goes to somebody else, and to this agent again in a while when there is nobody. No try is used up. @throws OfferOver */
export async function declineOffer({ db }: Pick<CallbackDeps, 'db'>, { offerId, agentUserId }: ByAgent): Promise<void> {
  await inTransaction(db, async (tx) => {
    const offer = await offers.endOffer(tx, { id: offerId, agentUserId, as: 'declined' })
    if (!offer) throw new OfferOver()
    await noteAnsweredOffer(tx, agentUserId)
    await record(tx, { actorUserId: agentUserId, action: 'callback.declined', subjectKind: 'callback', subjectId: offer.callbackId })
    await announce(tx, OFFER_CHANGED, agentUserId)
    await announce(tx, CALLBACK_CHANGED, offer.callbackId)
  })
}

/** The phone could not be rung after all: somebody else may have the callback at once, and nothing was missed. */
export async function withdrawOffer({ db }: Pick<CallbackDeps, 'db'>, { offerId, agentUserId }: ByAgent): Promise<void> {
  await inTransaction(db, async (tx) => {
    const offer = await offers.endOffer(tx, { id: offerId, agentUserId, as: 'withdrawn' })
    if (!offer) return
    await announce(tx, OFFER_CHANGED, agentUserId)
    await announce(tx, CALLBACK_CHANGED, offer.callbackId)
  })
}

/** Ends those that nobody answered in time, and those whose agent or callback was needed elsewhere. */
export async function endOverOffers({ db }: Pick<CallbackDeps, 'db'>): Promise<void> {
  await inTransaction(db, async (tx) => {
    for (const { callbackId, agentUserId, endedAs } of await offers.endOver(tx)) {
      if (endedAs === 'lapsed') await noteMissedOffer(tx, agentUserId)
      await announce(tx, OFFER_CHANGED, agentUserId)
      await announce(tx, CALLBACK_CHANGED, callbackId)
    }
  })
}

/** What is in front of an agent now; null: nothing. */
export async function findOffer({ db }: Pick<CallbackDeps, 'db'>, agentUserId: string): Promise<OfferView | null> {
  const offer = await offers.findOpenOffer(db, agentUserId)
  // One whose time is over, and that nobody has cleared away yet, is none.
  if (offer?.mode !== 'preview' || offer.secondsLeft === 0) return null
  const callback = await findCallback(db, offer.callbackId)
  if (!callback) return null
  const { offerSeconds } = await getCountryFacts({ db }, callback.countryId)
  const { id: callbackId, reference, reason, countryId, languageCode, factoryName, timeZone, countedAttempts, lastOutcome } = callback
  return {
    id: offer.id,
    ...{ callbackId, reference, reason, countryId, languageCode, factoryName, timeZone, countedAttempts, lastOutcome },
    dueAt: callback.dueAt.toISOString(),
    secondsLeft: offer.secondsLeft,
    secondsInAll: offer.isListening ? LISTENING_SECONDS : offerSeconds,
    mayListen: !offer.isListening,
  }
}

/** Topic "offer": what is offered to whoever follows it, and nobody else's. */
export function offerTopic(deps: Pick<CallbackDeps, 'db'>): TopicOptions<OfferView | null> {
  return {
    policy: { roles: ['agent'] },
    on: [OFFER_CHANGED],
    snapshot: async (user) => ({ offer: await findOffer(deps, user.id) }),
    load: ({ id }) => findOffer(deps, id),
    toFrame: (user, { id }, offer) => (user.id === id ? { offer } : null),
  }
}
