/** What supervisors do to callbacks that wait, alone or many at once. */
import { inTransaction } from '../../platform/db/transaction.ts'
import { AppError } from '../../platform/errors.ts'
import type { Scope } from '../../platform/http/policy.ts'
import { announce } from '../../platform/live/announce.ts'
import { maskNumbers } from '../../platform/log.ts'
import { atLocal } from '../../platform/time/local.ts'
import type { Tx } from '../../platform/db/db.ts'
import { record } from '../activity-log/service.ts'
import { liftRefusal } from '../workers/service.ts'
import type { Supervised, SuperviseCallbacks, Supervision } from './contract.ts'
import { CALLBACK_CHANGED, type CallbackDeps } from './deps.ts'
import { CallbackNotFound, NotInThisState } from './errors.ts'
import { findCallback } from './list-queries.ts'
import { closeCallback, lockIdle, rescheduleCallback } from './outcomes/naming.ts'
import { type CallbackChange, type CallbackRecord, updateCallback } from './record-queries.ts'
import { resolveUnknown } from './calling/unknown-alert.ts'
import { assignCallback } from './unserved/unserved.ts'
import { why } from './why-rules.ts'

/**
 * Does one thing to each of these callbacks, each in a transaction of its own: one that refuses keeps no other back, and none is
 * locked while another is waited for. Never throws for what a callback refuses.
 */
export async function superviseCallbacks(deps: CallbackDeps, scope: Scope, { ids, act }: SuperviseCallbacks): Promise<Supervised> {
  const supervised: Supervised = { done: [], refused: [] }
  for (const id of ids) {
    const callback = await findCallback(deps.db, id)
    const isTheirs = callback !== undefined && scope.countryIds.includes(callback.countryId)
    try {
      if (!isTheirs) throw new CallbackNotFound()
      await supervise(deps, scope, { callbackId: id, actorUserId: scope.userId, timeZone: callback.timeZone }, act)
      supervised.done.push(id)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      const { code, message } = error
      supervised.refused.push({ id, reference: isTheirs ? callback.reference : null, code, message })
    }
  }
  return supervised
}

/** @property timeZone whose clocks the worker's are */
type BySupervisor = { callbackId: string; actorUserId: string; timeZone: string }

function supervise(deps: CallbackDeps, scope: Scope, { timeZone, ...by }: BySupervisor, act: Supervision): Promise<void> {
  switch (act.kind) {
    case 'close':
      return closeCallback(deps, { ...by, reason: act.reason })
    case 'reschedule':
      return rescheduleCallback(deps, { ...by, callAgainAt: atLocal(act.date, act.time, timeZone) })
    case 'hold':
      return change(deps, by, 'callback.held', () => ({ heldReason: `${why.say('supervisor-holds')} ${maskNumbers(act.reason)}` }))
    case 'release':
      return change(deps, by, 'callback.released', release)
    case 'assign':
      return assignCallback(deps, scope, { callbackId: by.callbackId, agentUserId: act.agentUserId })
  }
}

/** Whatever held it: a person has looked, and it may be offered again. */
async function release({ id, reason, heldReason, workerId, phoneNumberId }: CallbackRecord, tx: Tx): Promise<CallbackChange> {
  if (heldReason === null) throw new NotInThisState('This callback is not held.')
  // They rang us after they had asked not to be called, and a person has decided to answer.
  if (reason !== 'audit' && phoneNumberId !== null) await liftRefusal(tx, { workerId, phoneNumberId })
  await resolveUnknown(tx, id)
  return { heldReason: null }
}

function change(
  deps: CallbackDeps,
  { callbackId, actorUserId }: Omit<BySupervisor, 'timeZone'>,
  action: 'callback.held' | 'callback.released',
  decide: (callback: CallbackRecord, tx: Tx) => CallbackChange | Promise<CallbackChange>,
): Promise<void> {
  return inTransaction(deps.db, async (tx) => {
    const changed = await decide(await lockIdle(tx, callbackId), tx)
    await updateCallback(tx, callbackId, changed)
    await record(tx, { actorUserId, action, subjectKind: 'callback', subjectId: callbackId })
    await announce(tx, CALLBACK_CHANGED, callbackId)
  })
}
