/** Nobody is forgotten and nobody is called twice: what a crash left behind is told apart by what was written before it. */
import type { Tx } from '../../platform/db/db.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { announce } from '../../platform/live/announce.ts'
import { record } from '../activity-log/service.ts'
import * as attempts from './attempt-queries.ts'
import * as claims from './claim-queries.ts'
import { CALLBACK_CHANGED, type CallbackDeps } from './deps.ts'
import { freeAgent } from './line.ts'
import { type CallbackRecord, closeExpired } from './record-queries.ts'
import { settle } from './settling.ts'

const BATCH = 100

/**
 * Claims whose lease ran out: back to waiting when no attempt was written, for nothing can have been dialled; else the
 * outcome is unknown and a supervisor decides. @returns how many of each
 */
export function recoverLeases(deps: CallbackDeps): Promise<{ released: number; unknown: number }> {
  return inTransaction(deps.db, async (tx) => {
    const count = { released: 0, unknown: 0 }
    for (const callback of await claims.lockExpired(tx, BATCH)) {
      const attempt = await attempts.findAttemptOfClaim(tx, callback.claimToken!)
      if (attempt) await giveUp(deps, tx, callback, attempt)
      else await release(tx, callback)
      count[attempt ? 'unknown' : 'released'] += 1
    }
    return count
  })
}

/** Waiting callbacks whose last day has passed. @returns how many were closed */
export function closeOverdue(deps: CallbackDeps): Promise<number> {
  return inTransaction(deps.db, async (tx) => {
    const reason = 'The last day for this callback has passed.'
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
  const wasTalking = callback.status === 'talking' || callback.status === 'wrap-up'
  const heldReason = wasTalking ? 'There was a conversation, but the agent named no outcome; a supervisor decides.' : undefined
  await settle(deps, tx, { attempt, callback, outcome: 'unknown', at: deps.clock.now(), ...(heldReason && { heldReason }) })
  await freeAgent(deps, tx, attempt.agentUserId, 'away')
}
