/** A visit that was put down wrongly: another day, or none at all, as long as nothing follows from it yet. */
import { inTransaction } from '../../platform/db/transaction.ts'
import { Refused, Unprocessable } from '../../platform/errors.ts'
import type { Scope } from '../../platform/http/policy.ts'
import { localDate } from '../../platform/time/local.ts'
import { record } from '../activity-log/service.ts'
import { lockOpenAudit } from './access.ts'
import type { AuditView, ChangeAudit } from './contract.ts'
import * as queries from './queries.ts'
import { auditDateProblem } from './rules.ts'
import { type AuditDeps, getAudit } from './service.ts'

/** @throws AuditNotFound, AuditClosed, Unprocessable for an impossible day, Refused once callbacks are planned from the day */
export async function changeAudit(deps: AuditDeps, actor: Scope, auditId: string, { auditDate }: ChangeAudit): Promise<AuditView> {
  await inTransaction(deps.db, async (tx) => {
    const audit = await lockOpenAudit(tx, actor, auditId)
    if (audit.planned > 0)
      throw new Refused('audit-planned', 'Callbacks are planned from the day of this visit: it cannot be changed any more.')
    const problem = auditDateProblem(auditDate, localDate(deps.clock.now(), audit.timeZone))
    if (problem) throw new Unprocessable('audit-date', problem)
    await queries.setAuditDate(tx, auditId, auditDate)
    const detail = { from: audit.auditDate, to: auditDate }
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
