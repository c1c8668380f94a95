/** Closing a visit: one callback for each interviewed worker, all of them planned together. */
import type { Db, Tx } from '../../../platform/db/db.ts'
import { announce } from '../../../platform/live/announce.ts'
import { getCountryFacts } from '../../countries/service.ts'
import { listNeverCalled } from '../../workers/service.ts'
import type { Slot } from '../contract.ts'
import { CALLBACK_CHANGED, CALLBACKS_PLANNED, type CallbackDeps } from '../deps.ts'
import { type AuditPlan, planDueAt } from './plan-rules.ts'
import * as queries from './plan-queries.ts'
import { why } from '../why-rules.ts'

/** A visit that is being closed. */
export type Visit = {
  auditId: string
  countryId: string
  /** The factory's. */
  timeZone: string
  /** Last day of the visit, in the factory's zone. */
  lastDate: string
  offsetDays: number
  /** What its workers are asked; null: the standard questionnaire. */
  questionnaireId: string | null
}
export type VisitWorker = { workerId: string; phoneNumberId: string; languageCode: string; slot: Slot; mayShowCardNumber?: boolean }

/** `note`: why the due time is not the one asked for, or why there will be no call; null when all is as asked. */
export type PlannedCallback = {
  workerId: string
  callbackId: string
  reference: string
  isNew: boolean
  note: string | null
  /** The number asked earlier not to be called: closed at once. Whoever took the number down must not learn it. */
  isRefused: boolean
}

/**
 * Plans the callbacks of interviewed workers, in their order; planning one again finds the first. A number that asked not to be
 * called is closed at once as refused; hours that never fall into calling hours wait for a supervisor.
 */
export async function planAuditCallbacks(
  deps: CallbackDeps,
  tx: Tx,
  visit: Visit,
  workers: readonly VisitWorker[],
): Promise<PlannedCallback[]> {
  const { auditId, countryId, timeZone, questionnaireId } = visit
  const planFor = await planAuditDue(deps, tx, visit)
  const neverCalled = await listNeverCalled(tx, [...new Set(workers.map(({ phoneNumberId }) => phoneNumberId))])
  const closed = { at: deps.clock.now(), reason: why.say('asked-earlier-not'), outcome: 'refused' as const }
  const inserted = await queries.insertCallbacks(
    tx,
    workers.map(({ slot, mayShowCardNumber = false, ...worker }) => ({
      ...{ ...worker, auditId, countryId, timeZone, questionnaireId, mayShowCardNumber, reason: 'audit' },
      ...toDue(planFor(slot)),
      closed: neverCalled.has(worker.phoneNumberId) ? closed : null,
    })),
  )
  const isNew = new Map(inserted.map((callback) => [callback.workerId, callback]))
  const known = await knownBefore(tx, auditId, workers, isNew)
  const planned = workers.map(({ workerId, phoneNumberId, slot }) => {
    const { id, reference } = isNew.get(workerId) ?? known.get(workerId)!
    const { note } = planFor(slot)
    return { workerId, callbackId: id, reference, isNew: isNew.has(workerId), note, isRefused: neverCalled.has(phoneNumberId) }
  })
  await tell(tx, auditId, planned, (at) => planFor(workers[at]!.slot).dueAt)
  return planned
}

/** When a worker of a visit would be called, by their slot; workers of one visit ask for few different ones: each is decided once. */
export async function planAuditDue(
  { clock }: Pick<CallbackDeps, 'clock'>,
  tx: Db,
  visit: Omit<Visit, 'questionnaireId'>,
): Promise<(slot: Slot) => AuditPlan> {
  const { timeZone, lastDate, offsetDays } = visit
  const { hours } = await getCountryFacts({ db: tx }, visit.countryId)
  const now = clock.now()
  const decided = new Map<string, AuditPlan>()
  return (slot) => {
    const key = JSON.stringify(slot)
    const plan = decided.get(key) ?? planDueAt({ slot, timeZone, hours, lastDate, offsetDays, now })
    decided.set(key, plan)
    return plan
  }
}

function toDue(plan: AuditPlan) {
  return {
    slot: plan.slot,
    dueAt: plan.dueAt,
    expiresAt: plan.kind === 'planned' ? plan.expiresAt : null,
    plannedNote: plan.note,
    heldReason: plan.kind === 'impossible' ? plan.note : null,
  }
}

async function knownBefore(tx: Tx, auditId: string, workers: readonly VisitWorker[], isNew: ReadonlyMap<string, unknown>) {
  const rest = workers.filter(({ workerId }) => !isNew.has(workerId)).map(({ workerId }) => workerId)
  const known = new Map((await queries.listOfAudit(tx, auditId, rest)).map((callback) => [callback.workerId, callback]))
  const lost = rest.find((workerId) => !known.has(workerId))
  if (lost) throw new Error(`worker ${lost} has an open callback from elsewhere: roster workers are new in each audit`)
  return known
}

/**
 * One word for all of them: five thousand would keep the boards reading for a minute. The soonest is named besides, for whoever
 * waits for the next one that is due.
 */
async function tell(tx: Tx, auditId: string, planned: readonly PlannedCallback[], dueAt: (at: number) => Date): Promise<void> {
  let soonest: { callbackId: string; due: Date } | undefined
  planned.forEach(({ isNew, callbackId }, at) => {
    if (isNew && (!soonest || dueAt(at) < soonest.due)) soonest = { callbackId, due: dueAt(at) }
  })
  if (!soonest) return
  await announce(tx, CALLBACKS_PLANNED, auditId)
  await announce(tx, CALLBACK_CHANGED, soonest.callbackId)
}
