/** A trunk failed and nothing rang: the same attempt goes on over the country's next trunk. */
import { inTransaction } from '../../../platform/db/transaction.ts'
import { announce } from '../../../platform/live/announce.ts'
import { SECOND } from '../../../platform/time/duration.ts'
import { record } from '../../activity-log/service.ts'
import { getCountryFacts } from '../../countries/service.ts'
import * as attempts from './attempt-queries.ts'
import * as claims from '../dispatching/claim-queries.ts'
import { CALLBACK_CHANGED, type DiallingDeps } from '../deps.ts'
import { figuresOf, lockBoth } from './line.ts'
import { type LineEnd, outcomeOfLineEnd } from '../outcomes/outcome-rules.ts'
import { watchTrunk } from './settling.ts'
import { ATTEMPT_LEASE_MS } from '../dispatching/starting.ts'
import { chooseTrunk } from './trunk-choice.ts'

type NextTrunk = { trunkId: string; maxCallSeconds: number }

/**
 * Null: there is none, or the attempt is over, or something rang; then the attempt ends as the line did. A trunk that is named is
 * written into the ledger, and the one that failed beside it, before anything is dialled over it. Each failed trunk once.
 * @param ended as `attemptEnded` would be told it @throws NotFound
 */
export function nextTrunk(deps: DiallingDeps, attemptId: string, { at, ended }: { at: Date; ended: LineEnd }): Promise<NextTrunk | null> {
  return inTransaction(deps.db, async (tx) => {
    const { attempt, callback, holdsClaim } = await lockBoth(tx, attemptId)
    const isGoingOn = holdsClaim && callback.status === 'claimed' && attempt.endedAt === null && attempt.rangAt === null
    if (!isGoingOn || outcomeOfLineEnd(ended) !== 'trunk-failure') return null
    const country = await getCountryFacts({ db: tx }, callback.countryId)
    const except = [attempt.trunkId, ...(await attempts.listFailedTrunks(tx, attemptId))]
    const { trunkState } = deps.callbackTelephony
    const chosen = await chooseTrunk(tx, { country, now: deps.clock.now(), trunkState, except })
    if (chosen.kind === 'none') return null
    const { trunkId, maxCallSeconds } = chosen
    const figures = figuresOf(ended)
    await attempts.moveToTrunk(tx, attempt, { trunkId, at, ...figures })
    await claims.extendLease(tx, callback.id, 'claimed', ATTEMPT_LEASE_MS + country.ringTimeoutSeconds * SECOND)
    await watchTrunk(tx, attempt.trunkId, at)
    const detail = { attemptId, from: attempt.trunkId, to: trunkId, sipStatus: figures.sipStatus }
    await record(tx, { actorUserId: null, action: 'callback.trunk-changed', subjectKind: 'callback', subjectId: callback.id, detail })
    await announce(tx, CALLBACK_CHANGED, callback.id)
    return { trunkId, maxCallSeconds }
  })
}
