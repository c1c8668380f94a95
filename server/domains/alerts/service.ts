import type { Db, Tx } from '../../platform/db/db.ts'
import { readCursor, toPage } from '../../platform/db/page.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { NotFound } from '../../platform/errors.ts'
import type { Scope } from '../../platform/http/policy.ts'
import { announce } from '../../platform/live/announce.ts'
import type { TopicOptions } from '../../platform/live/topic.ts'
import { maskNumbers } from '../../platform/log.ts'
import { record } from '../activity-log/service.ts'
import type { AlertChange, AlertPage, AlertQuery, AlertSeverity, AlertView, OpenAlerts } from './contract.ts'
import { messages } from './message-rules.ts'
import * as queries from './queries.ts'
import { closesWhenAcknowledged, closesWhenResolved, maySee, type OpenAlert, raisedAgain } from './rules.ts'

export { messages } from './message-rules.ts'
export type AlertDeps = { db: Db }
/** Announced with the alert's id whenever what is seen of it changed. */
export const ALERT_CHANGED = 'alert.changed'
/** On one board; whoever has more open alerts has one problem. */
const MOST_OPEN = 200
const LONGEST_MESSAGE = 300

export class AlertNotFound extends NotFound {
  constructor() {
    super('alert-not-found', 'This alert does not exist, or is not yours.')
  }
}

export type Alert = {
  /** What is wrong, as one word for programs: `trunk-paused`. */
  kind: string
  /** Which one: a trunk, `BD-card`, an instance, a callback's id; never a phone number. One alert of a kind and subject is open at a time. */
  subject: string
  severity: AlertSeverity
  /** One English sentence for whoever must act. */
  message: string
  /** Absent or null: of the machine. */
  countryId?: string | null
  /** It happened and is over, so nobody will resolve it: acknowledging closes it. Default: a state that lasts. */
  isHappening?: boolean
}

/**
 * Puts it on the board. Raising what is open already refreshes it: one alert however often it is raised. It goes in the
 * change's own transaction, so that what rolled back alarms nobody.
 */
export async function raiseAlert(tx: Tx, { countryId = null, isHappening = false, ...alert }: Alert): Promise<void> {
  const message = maskNumbers(alert.message).slice(0, LONGEST_MESSAGE)
  const open = await queries.lockOpen(tx, alert)
  if (open) return refresh(tx, open, { severity: alert.severity, message })
  const id = await queries.insertAlert(tx, { ...alert, message, countryId, isHappening })
  // Another transaction was first by a moment: its alert says it already.
  if (id === undefined) return
  await note(tx, id, 'alert.raised', null, { kind: alert.kind, subject: alert.subject, severity: alert.severity })
}

/** What is open of one kind, for who compares it with what is so now. */
export const listOpenAlerts = queries.listOpenOfKind

/** It is over. A critical one stays until a person has acknowledged it; what is not open is left alone. */
export async function resolveAlert(tx: Tx, name: { kind: string; subject: string }): Promise<void> {
  const open = await queries.lockOpen(tx, name)
  if (!open || open.resolvedAt) return
  await queries.markResolved(tx, open.id, { isClosed: closesWhenResolved(toOpen(open)) })
  await note(tx, open.id, 'alert.resolved', null, name)
}

/** A person has seen it. Saying so twice is no error. @throws AlertNotFound */
export function acknowledgeAlert({ db }: AlertDeps, scope: Scope, id: string): Promise<AlertView> {
  return inTransaction(db, async (tx) => {
    const alert = await queries.lockAlert(tx, id)
    if (!alert || !maySee(scope, alert)) throw new AlertNotFound()
    if (alert.acknowledgedAt) return toView(alert)
    await queries.markAcknowledged(tx, id, { userId: scope.userId, isClosed: closesWhenAcknowledged(toOpen(alert)) })
    await note(tx, id, 'alert.acknowledged', scope.userId, { kind: alert.kind, subject: alert.subject })
    return toView((await queries.findAlert(tx, id))!)
  })
}

/** Newest first: an administrator's are all, a supervisor's those of their countries. */
export async function listAlerts({ db }: AlertDeps, scope: Scope, { isOpen, after, limit = 50 }: AlertQuery): Promise<AlertPage> {
  const rows = await queries.listAlerts(db, { ...filterOf(scope), isOpen, limit: limit + 1, ...(after && { after: readCursor(after) }) })
  return toPage(rows, limit, toView, ({ id, exactRaisedAt }) => ({ at: exactRaisedAt, id }))
}

/** Topic "alerts": what is open now, and every change of it. */
export function alertsTopic({ db }: AlertDeps): TopicOptions<AlertView | null> {
  return {
    policy: { roles: ['administrator', 'supervisor'] },
    on: [ALERT_CHANGED],
    snapshot: async (user): Promise<OpenAlerts> => {
      const rows = await queries.listAlerts(db, { ...filterOf(user), isOpen: true, limit: MOST_OPEN })
      return { alerts: rows.map(toView) }
    },
    load: async ({ id }) => {
      const row = await queries.findAlert(db, id)
      return row ? toView(row) : null
    },
    toFrame: (user, _change, alert): AlertChange | null => (alert && maySee(user, alert) ? { kind: 'alert', alert } : null),
  }
}

async function refresh(tx: Tx, open: queries.AlertRow, raised: { severity: AlertSeverity; message: string }): Promise<void> {
  const { isNews, needsNewEyes } = raisedAgain(toOpen(open), raised)
  // It does not get less severe by being raised again: who raises it may know less.
  const severity = open.severity === 'critical' ? 'critical' : raised.severity
  await queries.raiseAgain(tx, open.id, { severity, message: raised.message, forgetsEyes: needsNewEyes })
  if (isNews) await note(tx, open.id, 'alert.raised', null, { kind: open.kind, subject: open.subject, severity: raised.severity })
}

async function note(
  tx: Tx,
  id: string,
  action: 'alert.raised' | 'alert.resolved' | 'alert.acknowledged',
  actorUserId: string | null,
  detail: Record<string, string>,
): Promise<void> {
  await record(tx, { actorUserId, action, subjectKind: 'alert', subjectId: id, detail })
  await announce(tx, ALERT_CHANGED, id)
}

const filterOf = ({ role, countryIds }: Pick<Scope, 'role' | 'countryIds'>) => (role === 'administrator' ? {} : { countryIds })

const toOpen = (row: queries.AlertRow): OpenAlert => ({ ...row, severity: row.severity as AlertSeverity })

function toView({ isHappening: _, exactRaisedAt: __, ...row }: queries.AlertRow): AlertView {
  return {
    ...row,
    messageSaid: messages.read(row.message),
    severity: row.severity as AlertSeverity,
    raisedAt: row.raisedAt.toISOString(),
    lastRaisedAt: row.lastRaisedAt.toISOString(),
    acknowledgedAt: row.acknowledgedAt?.toISOString() ?? null,
    resolvedAt: row.resolvedAt?.toISOString() ?? null,
    closedAt: row.closedAt?.toISOString() ?? null,
  }
}
