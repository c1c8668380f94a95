/**
 * Callbacks: one promise to ring one worker back, from planning to a named end.
 *
 *   planned by ─▶ waiting ─claim─▶ claimed ─worker's phone─▶ ringing ─both hear─▶ talking ─line ends─▶ wrap-up ─outcome─▶ done
 *                  ▲   ▲              │ may not ring yet         │ busy, no answer, …                      │ cut off, not safe, …
 *                  │   └──────────────┘                          │                                         │
 *                  └─────────────────────────────────────────────┴─────── next attempt, in the slot ◀──────┴─▶ closed, with its reason
 *
 * waiting    due at an instant; held (heldReason) when only a supervisor may go on.
 * claimed    one agent's alone; the agent's phone rings once the attempt is written.
 * ringing    the worker's phone rings.
 * talking    both hear each other; answers are kept as they are given.
 * wrap-up    the line is over and the agent names the outcome.
 * done       all was said. closed: no more tries, with a named outcome or a supervisor's reason.
 *
 * audit-planning.ts, planning.ts how they begin · live-call.ts a worker rang us and talks · dispatching.ts, offering.ts, offers.ts who is offered
 * what, and what they do with it · taking.ts, starting.ts claim and attempt · line.ts what the phone reports · naming.ts what people
 * decide · refusing.ts a refusal that comes by text · supervising.ts what supervisors do to many · settling.ts what an outcome leads to · recovery.ts what a crash left · views.ts what is shown.
 */
import * as attempts from './calling/attempt-queries.ts'
import type { CallbackDeps } from './deps.ts'

export {
  ATTEMPT_CALLED_OFF,
  CALLBACK_CHANGED,
  CALLBACK_TAKEN_BACK,
  CALLBACKS_PLANNED,
  type CallbackDeps,
  type DiallingDeps,
  OFFER_CHANGED,
} from './deps.ts'
export * from './errors.ts'
export { attemptAnswered, attemptConnected, attemptEnded, attemptRang, interpreterLeft } from './calling/line.ts'
export { answerQuestion, closeCallback, hangUp, nameOutcome, readCodeWord, rescheduleCallback } from './outcomes/naming.ts'
export { mayStillRing, refuseCallbacks } from './calling/refusing.ts'
export type { LineEnd } from './outcomes/outcome-rules.ts'
export { conversationBegan } from './calling/live-call.ts'
export { type PlannedCallback, planAuditCallbacks, planAuditDue, type Visit, type VisitWorker } from './planning/audit-planning.ts'
export { askCallback, dropPlan, findNewestCallback, findOpenCallback, planForCaller, recordMissedCall } from './planning/planning.ts'
export { getCallRules, saveCallRules } from './calling/calling.ts'
export { assignCallback, listUnserved } from './unserved/unserved.ts'
export { dispatch, type DispatchDeps } from './dispatching/dispatching.ts'
export { acceptOffer, declineOffer, findOffer, listenFirst, offerTopic } from './dispatching/offers.ts'
export { checkFit, type Demand, type FitGroup, MINUTES_PER_CALLBACK, watchCoverage } from './planning/feasibility.ts'
export { closeOverdue, recoverLeases } from './calling/recovery.ts'
export { wasReached } from './reached-queries.ts'
export { trunkUse } from './calling/trunk-choice.ts'
export { nextTrunk } from './calling/rerouting.ts'
export { superviseCallbacks } from './supervising.ts'
export { takeCallback, takeNext } from './dispatching/taking.ts'
export { why } from './why-rules.ts'
export { findCallbackRows, getCallback, getCallbackForCase, getCallbackForText, listBoardCallbacks, listCallbacks } from './views.ts'

export type OpenAttempt = { attemptId: string; callbackId: string; createdAt: Date; instance: string | null }

/** Tries whose line has not ended, with the process that has their call; null when no process told of one. For reconciling. */
export function listOpenAttempts({ db }: Pick<CallbackDeps, 'db'>): Promise<OpenAttempt[]> {
  return attempts.listOpenAttempts(db)
}
