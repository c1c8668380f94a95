import type { Db } from '../../platform/db/db.ts'
import { NotFound, Refused } from '../../platform/errors.ts'
import type { Scope } from '../../platform/http/policy.ts'
import * as queries from './queries.ts'

export class AuditNotFound extends NotFound {
  constructor() {
    super('audit-not-found', 'This audit does not exist, or is not yours.')
  }
}

export class FactoryNotFound extends NotFound {
  constructor() {
    super('factory-not-found', 'This factory does not exist, or is not yours.')
  }
}

export class AuditClosed extends Refused {
  constructor() {
    super('audit-closed', 'This audit is closed. Reopen it first.')
  }
}

/** Auditors work for the factories they are assigned to; supervisors for all of their countries. */
export function factoryScope({ role, countryIds, factoryIds }: Scope): queries.FactoryScope {
  return role === 'auditor' ? { countryIds, factoryIds } : { countryIds }
}

/** Whether somebody works for a factory. */
export function worksFor(reader: Scope, factory: { id: string; countryId: string }): boolean {
  const { countryIds, factoryIds } = factoryScope(reader)
  return countryIds.includes(factory.countryId) && (factoryIds?.includes(factory.id) ?? true)
}

/** @throws AuditNotFound also when it is not the reader's */
export async function findOwnAudit(db: Db, reader: Scope, id: string): Promise<queries.AuditRecord> {
  const audit = await queries.findAudit(db, id)
  if (!audit || !worksFor(reader, { id: audit.factoryId, countryId: audit.countryId })) throw new AuditNotFound()
  return audit
}

/** Locks an audit of the reader's, open or closed, until the transaction ends. @throws AuditNotFound */
export async function lockOwnAudit(db: Db, reader: Scope, id: string): Promise<queries.AuditRecord> {
  await queries.lockAudit(db, id)
  return findOwnAudit(db, reader, id)
}

/** Locks an open audit of the reader's until the transaction ends. @throws AuditNotFound, AuditClosed */
export async function lockOpenAudit(db: Db, reader: Scope, id: string): Promise<queries.AuditRecord> {
  const audit = await lockOwnAudit(db, reader, id)
  if (audit.status !== 'open') throw new AuditClosed()
  return audit
}

/** Where a visit takes place. */
export type VisitSite = { factoryName: string; countryId: string; timeZone: string; languageCodes: string[] }

/** Without the roster, and so without a row in the activity log. @throws AuditNotFound also when it is not the reader's */
export async function findVisitSite(db: Db, reader: Scope, auditId: string): Promise<VisitSite> {
  const { factoryId } = await findOwnAudit(db, reader, auditId)
  const factory = await queries.findFactory(db, factoryId)
  if (!factory) throw new AuditNotFound()
  const { name: factoryName, countryId, timeZone, languageCodes } = factory
  return { factoryName, countryId, timeZone, languageCodes }
}
