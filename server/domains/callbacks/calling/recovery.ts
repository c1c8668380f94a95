/** Nobody is forgotten and nobody is called twice: what a crash left behind is told apart by what was written before it. */
import type { Tx } from '../../../platform/db/db.ts'
import { inTransaction } from '../../../platform/db/transaction.ts'
import { announce } from '../../../platform/live/announce.ts'
import { record } from '../../activity-log/service.ts'
import * as attempts from './attempt-queries.ts'
import * as claims from '../dispatching/claim-queries.ts'
import { CALLBACK_CHANGED, type CallbackDeps } from '../deps.ts'
import { freeAgent, freeInterpreter, holdPeople } from './agent-of-call.ts'
import { type CallbackRecord, closeExpired } from '../record-queries.ts'
import { settle } from './settling.ts'
import { why } from '../why-rules.ts'

/** In one go; the next minute takes the rest. */
const MOST = 500

type Recovered = 'released' | 'unknown'

/**
 * Claims whose lease ran out: back to waiting when no attempt was written, for nothing can have been dialled; else the
 * outcome is unknown and a supervisor decides, unless the agent had named it. @returns how many of each
 */
export async function recoverLeases(deps: CallbackDeps): Promise<Record<Recovered, number>> {
  const count = { released: 0, unknown: 0 }
  for (let done = 0; done < MOST; done++) {
    const recovered = await recoverOne(deps)
    if (!recovered) break
    count[recovered] += 1
  }
  return count
}

/** Each in a transaction of its own: locks of several callbacks, agents and numbers together could meet a call's in a circle. */
function recoverOne(deps: CallbackDeps): Promise<Recovered | undefined> {
  return inTransaction(deps.db, async (tx) => {
    const callback = await claims.lockExpired(tx)
    if (!callback) return undefined
    const attempt = await attempts.findAttemptOfClaim(tx, callback.claimToken!)
    if (attempt) await giveUp(deps, tx, callback, attempt)
    else await release(tx, callback)
    return attempt ? 'unknown' : 'released'
  })
}

/** Waiting callbacks whose last day has passed. @returns how many were closed */
export function closeOverdue(deps: CallbackDeps): Promise<number> {
  return inTransaction(deps.db, async (tx) => {
    const reason = why.say('last-day-passed')
    const ids = await closeExpired(tx, deps.clock.now(), reason)
    for (const id of ids) {
      await record(tx, { actorUserId: null, action: 'callback.closed', subjectKind: 'callback', subjectId: id, detail: { reason } })
      await announce(tx, CALLBACK_CHANGED, id)
    }
    return ids.length
  })
}

async function release(tx: Tx, callback: CallbackRecord): Promise<void> {
  await claims.releaseClaim(tx, { id: callback.id, claimToken: callback.claimToken! })
  await record(tx, { actorUserId: null, action: 'callback.released', subjectKind: 'callback', subjectId: callback.id })
  await announce(tx, CALLBACK_CHANGED, callback.id)
}

async function giveUp(deps: CallbackDeps, tx: Tx, callback: CallbackRecord, attempt: attempts.AttemptRecord): Promise<void> {
  const named = attempt.namedOutcome
  const wasTalking = callback.status === 'talking' || callback.status === 'wrap-up'
  const heldReason = wasTalking ? why.say('outcome-unnamed') : undefined
  const { agent, interpreter } = await holdPeople(tx, attempt)
  await freeInterpreter(deps, tx, { attemptId: attempt.id, interpreter, status: 'away' })
  const at = deps.clock.now()
  // What the worker said stands, a refusal above all, though the end of the line was never told.
  if (named) await settle(deps, tx, { attempt, callback, outcome: named.outcome, at, named, actorUserId: attempt.agentUserId })
  else await settle(deps, tx, { attempt, callback, outcome: 'unknown', at, ...(heldReason && { heldReason }) })
  await freeAgent(deps, tx, agent, 'away')
}
