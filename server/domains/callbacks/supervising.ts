/** What supervisors do to callbacks that wait, alone or many at once. */
import { inTransaction } from '../../platform/db/transaction.ts'
import { AppError } from '../../platform/errors.ts'
import type { Scope } from '../../platform/http/policy.ts'
import { announce } from '../../platform/live/announce.ts'
import { maskNumbers } from '../../platform/log.ts'
import { DAY } from '../../platform/time/duration.ts'
import { atLocal } from '../../platform/time/local.ts'
import type { Tx } from '../../platform/db/db.ts'
import { record } from '../activity-log/service.ts'
import { findAgentView } from '../agents/service.ts'
import { liftRefusal } from '../workers/service.ts'
import type { Supervised, SuperviseCallbacks, Supervision } from './contract.ts'
import { CALLBACK_CHANGED, type CallbackDeps } from './deps.ts'
import { AgentCannotTake, CallbackNotFound, NotInThisState } from './errors.ts'
import { findCallback } from './list-queries.ts'
import { closeCallback, lockIdle, rescheduleCallback } from './naming.ts'
import { type CallbackChange, type CallbackRecord, updateCallback } from './record-queries.ts'
import { resolveUnknown } from './unknown-alert.ts'
import { why } from './why-rules.ts'

/** How long after its due time a callback is kept for the agent it was given to: then anybody may take it, so nobody is forgotten. */
const KEPT_MS = DAY

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
      await supervise(deps, { callbackId: id, actorUserId: scope.userId, timeZone: callback.timeZone }, act)
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

function supervise(deps: CallbackDeps, { timeZone, ...by }: BySupervisor, act: Supervision): Promise<void> {
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
      return change(deps, by, 'callback.assigned', (callback, tx) => assign(deps, tx, callback, act.agentUserId))
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

async function assign({ clock }: CallbackDeps, tx: Tx, callback: CallbackRecord, agentUserId: string | null): Promise<CallbackChange> {
  if (agentUserId === null) return { preferredAgentUserId: null, preferredUntil: null }
  const agent = await findAgentView({ db: tx }, agentUserId)
  if (!agent?.countryIds.includes(callback.countryId)) throw new AgentCannotTake('country')
  if (!agent.languageCodes.includes(callback.languageCode)) throw new AgentCannotTake('language')
  const from = Math.max(callback.dueAt.getTime(), clock.now().getTime())
  return { preferredAgentUserId: agentUserId, preferredUntil: new Date(from + KEPT_MS) }
}

function change(
  deps: CallbackDeps,
  { callbackId, actorUserId }: Omit<BySupervisor, 'timeZone'>,
  action: 'callback.held' | 'callback.released' | 'callback.assigned',
  decide: (callback: CallbackRecord, tx: Tx) => CallbackChange | Promise<CallbackChange>,
): Promise<void> {
  return inTransaction(deps.db, async (tx) => {
    const changed = await decide(await lockIdle(tx, callbackId), tx)
    await updateCallback(tx, callbackId, changed)
    const agentUserId = changed.preferredAgentUserId
    await record(tx, {
      ...{ actorUserId, action, subjectKind: 'callback', subjectId: callbackId },
      ...(agentUserId && { detail: { agentUserId } }),
    })
    await announce(tx, CALLBACK_CHANGED, callbackId)
  })
}
