/** A visit is put down; what was wrong of it is put right, or it is removed, as long as nothing follows from it yet. */
import type { Tx } from '../../platform/db/db.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { Forbidden, Refused, Unprocessable } from '../../platform/errors.ts'
import type { Scope } from '../../platform/http/policy.ts'
import { addLocalDays, daysBetween, localDate, type LocalDate } from '../../platform/time/local.ts'
import { record } from '../activity-log/service.ts'
import { listAuditorsOf } from '../users/service.ts'
import { FactoryNotFound, lockOpenAudit, worksFor } from './access.ts'
import type { AuditView, ChangeAudit, SaveAudit } from './contract.ts'
import * as queries from './queries.ts'
import { visitDaysProblem } from './rules.ts'
import { type AuditDeps, getAudit } from './service.ts'

/** @throws FactoryNotFound, Unprocessable for days that cannot be meant, or as `named` */
export async function addAudit(deps: AuditDeps, actor: Scope, input: SaveAudit): Promise<AuditView> {
  const { factoryId, auditDate, lastDate = auditDate, auditorUserId = null } = input
  const id = await inTransaction(deps.db, async (tx) => {
    const factory = await queries.findFactory(tx, factoryId)
    if (!factory || !worksFor(actor, factory)) throw new FactoryNotFound()
    const days = assertDays({ auditDate, lastDate }, localDate(deps.clock.now(), factory.timeZone))
    const isOwn = actor.role === 'auditor' && auditorUserId === null
    const auditor = isOwn ? actor.userId : await named(tx, actor, factory, auditorUserId)
    const auditId = await queries.insertAudit(tx, { factoryId, ...days, auditorUserId: auditor })
    await record(tx, { actorUserId: actor.userId, action: 'audit.added', subjectKind: 'audit', subjectId: auditId })
    return auditId
  })
  return getAudit(deps, actor, id)
}

/**
 * Only what is named changes. A first day that moves takes a last day that is not named along.
 * @throws AuditNotFound, AuditClosed, Unprocessable for impossible days, Refused once callbacks are planned from them, or as `named`
 */
export async function changeAudit(deps: AuditDeps, actor: Scope, auditId: string, change: ChangeAudit): Promise<AuditView> {
  await inTransaction(deps.db, async (tx) => {
    const audit = await lockOpenAudit(tx, actor, auditId)
    const { auditDate = audit.auditDate } = change
    const { lastDate = addLocalDays(auditDate, daysBetween(audit.auditDate, audit.lastDate)) } = change
    const hasMoved = auditDate !== audit.auditDate || lastDate !== audit.lastDate
    if (hasMoved && audit.planned > 0)
      throw new Refused('audit-planned', 'Callbacks are planned from the day of this visit: it cannot be changed any more.')
    const days = hasMoved
      ? assertDays({ auditDate, lastDate }, localDate(deps.clock.now(), audit.timeZone))
      : toDays({ auditDate, lastDate })
    const { auditorUserId = audit.auditorUserId } = change
    const isSameAuditor = auditorUserId === audit.auditorUserId
    const factory = { id: audit.factoryId, countryId: audit.countryId }
    if (!hasMoved && isSameAuditor) return
    const auditor = isSameAuditor ? auditorUserId : await named(tx, actor, factory, auditorUserId)
    await queries.updateAudit(tx, auditId, { ...days, auditorUserId: auditor })
    const detail = {
      ...(hasMoved && { from: audit.auditDate, to: auditDate, lastDate }),
      ...(!isSameAuditor && { auditorUserId: auditor }),
    }
    await record(tx, { actorUserId: actor.userId, action: 'audit.changed', subjectKind: 'audit', subjectId: auditId, detail })
  })
  return getAudit(deps, actor, auditId)
}

/** One that was made by mistake. @throws AuditNotFound, AuditClosed, Refused when anything hangs on it: workers, cards, entries of a phone */
export async function removeAudit(deps: AuditDeps, actor: Scope, auditId: string): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    const { factoryId, auditDate } = await lockOpenAudit(tx, actor, auditId)
    if (!(await queries.deleteEmptyAudit(tx, auditId)))
      throw new Refused('audit-not-empty', 'Only a visit without workers, cards and entries of a phone can be removed.')
    const detail = { factoryId, auditDate }
    await record(tx, { actorUserId: actor.userId, action: 'audit.removed', subjectKind: 'audit', subjectId: auditId, detail })
  })
}

type Days = { auditDate: LocalDate; lastDate: LocalDate }

function assertDays(days: Days, today: LocalDate): queries.VisitDays {
  const problem = visitDaysProblem(days, today)
  if (problem) throw new Unprocessable('audit-date', problem)
  return toDays(days)
}

const toDays = ({ auditDate, lastDate }: Days): queries.VisitDays => ({ auditDate, lastDate: lastDate === auditDate ? null : lastDate })

/** @throws Forbidden for an auditor who names another, Unprocessable for one who has not this factory */
async function named(tx: Tx, actor: Scope, factory: { id: string; countryId: string }, userId: string | null): Promise<string | null> {
  if (actor.role === 'auditor') {
    if (userId === actor.userId) return userId
    throw new Forbidden('not-yours-to-name', 'Only a supervisor can name another auditor for a visit.')
  }
  if (userId === null) return null
  const auditors = await listAuditorsOf(tx, factory)
  if (!auditors.some(({ id, isAssigned }) => id === userId && isAssigned))
    throw new Unprocessable(
      'auditor-without-factory',
      'This auditor has not this factory. Give it to them on the page of clients and factories first.',
    )
  return userId
}
