import { type RawBuilder, sql } from 'kysely'
import { anyOf } from '../../platform/db/any-of.ts'
import type { Db } from '../../platform/db/db.ts'
import type { AuditQuery, AuditRow, ClientView, FactoryView } from './contract.ts'
import type { Outcome, Slot } from '../callbacks/contract.ts'
import { wasReached } from '../callbacks/service.ts'

export type ClientToSave = Omit<ClientView, 'id'>

const clientColumns = ['id', 'name', 'callbackOffsetDays', 'questionnaireId', 'retentionMonths'] as const

export async function insertClient(db: Db, input: ClientToSave): Promise<ClientView> {
  return db.insertInto('client').values(input).returning(clientColumns).executeTakeFirstOrThrow()
}

export function listClients(db: Db): Promise<ClientView[]> {
  return db.selectFrom('client').select(clientColumns).orderBy('name').execute()
}

/** @returns undefined when there is no such client */
export function updateClient(db: Db, id: string, change: Partial<ClientToSave>): Promise<ClientView | undefined> {
  return db.updateTable('client').set(change).where('id', '=', id).returning(clientColumns).executeTakeFirst()
}

const factories = (db: Db) =>
  db
    .selectFrom('factory')
    .innerJoin('client', 'client.id', 'factory.clientId')
    .select([
      'factory.id',
      'factory.clientId',
      'client.name as clientName',
      'factory.name',
      'factory.countryId',
      'factory.timeZone',
      'factory.languageCodes',
    ])

export function listFactories(db: Db, scope: FactoryScope): Promise<FactoryView[]> {
  return factories(db)
    .where('factory.countryId', '=', anyOf(scope.countryIds))
    .$if(scope.factoryIds !== undefined, (query) => query.where('factory.id', '=', anyOf(scope.factoryIds!)))
    .orderBy('factory.name')
    .execute()
}

export function findFactory(db: Db, id: string): Promise<FactoryView | undefined> {
  return factories(db).where('factory.id', '=', id).executeTakeFirst()
}

/** Languages of factories by the questionnaire of their client, with how many factories speak each. */
export function listSpoken(db: Db): Promise<{ questionnaireId: string; languageCode: string; factories: number }[]> {
  return db
    .selectFrom('factory')
    .innerJoin('client', 'client.id', 'factory.clientId')
    .innerJoin('questionnaire', (join) =>
      join.on(sql<boolean>`questionnaire.id = client.questionnaire_id or (client.questionnaire_id is null and questionnaire.is_standard)`),
    )
    .innerJoin(sql<{ code: string }>`unnest(factory.language_codes)`.as<'spoken'>(sql`spoken(code)`), (join) => join.onTrue())
    .select(['questionnaire.id as questionnaireId', 'spoken.code as languageCode', sql<number>`count(*)`.as('factories')])
    .groupBy(['questionnaire.id', 'spoken.code'])
    .orderBy('factories', 'desc')
    .orderBy('spoken.code')
    .execute()
}

export type FactoryToInsert = Omit<FactoryView, 'id' | 'clientName'>

export async function insertFactory(db: Db, input: FactoryToInsert): Promise<string> {
  const { id } = await db.insertInto('factory').values(input).returning('id').executeTakeFirstOrThrow()
  return id
}

export async function updateFactory(
  db: Db,
  id: string,
  change: { name?: string; timeZone?: string; languageCodes?: string[] },
): Promise<void> {
  await db.updateTable('factory').set(change).where('id', '=', id).execute()
}

/** The days of a visit. @property lastDate null: it takes one day */
export type VisitDays = { auditDate: string; lastDate: string | null }

export async function insertAudit(db: Db, input: VisitDays & { factoryId: string; auditorUserId: string | null }): Promise<string> {
  const { id } = await db.insertInto('audit').values(input).returning('id').executeTakeFirstOrThrow()
  return id
}

/** Which rows a reader may see: supervisors by country, auditors by factory besides. */
export type FactoryScope = { countryIds: readonly string[]; factoryIds?: readonly string[] }

const count = (where: RawBuilder<boolean>) => sql<number>`count(callback.id) filter (where ${where})`
const isOpen = sql<boolean>`callback.status not in ('done', 'closed')`
const last = (outcome: Outcome) => sql<boolean>`coalesce(callback.last_outcome, '') = ${sql.lit(outcome)}`
const stillOpen = sql<boolean>`not ${wasReached()} and ${isOpen}`
const isOver = sql<boolean>`not ${wasReached()} and not ${isOpen}`

/** Audits with what became of their callbacks: each is in one of reached, waiting, refused, dead number and closed unreached. */
const audits = (db: Db) =>
  db
    .selectFrom('audit')
    .innerJoin('factory', 'factory.id', 'audit.factoryId')
    .innerJoin('client', 'client.id', 'factory.clientId')
    .leftJoin('appUser as auditor', 'auditor.id', 'audit.auditorUserId')
    .leftJoin('callback', 'callback.auditId', 'audit.id')
    .groupBy(['audit.id', 'factory.id', 'client.id', 'auditor.id'])
    .select([
      'audit.id',
      'audit.factoryId',
      'factory.name as factoryName',
      'client.name as clientName',
      'client.callbackOffsetDays',
      'client.questionnaireId',
      'factory.countryId',
      'factory.timeZone',
      'audit.auditDate',
      sql<string>`coalesce(audit.last_date, audit.audit_date)`.as('lastDate'),
      'audit.auditorUserId',
      'audit.status',
      'audit.closedAt',
      'auditor.displayName as auditorName',
      // Not a second join: roster times callbacks would be counted.
      sql<number>`(select count(*) from interview where interview.audit_id = audit.id)`.as('workers'),
      sql<number>`count(callback.id)`.as('planned'),
      count(wasReached()).as('reached'),
      count(stillOpen).as('waiting'),
      count(sql<boolean>`${stillOpen} and ${last('not-safe-now')}`).as('notSafe'),
      count(sql<boolean>`${isOver} and ${last('refused')}`).as('refused'),
      count(sql<boolean>`${isOver} and ${last('dead-number')}`).as('deadNumbers'),
      count(sql<boolean>`${isOver} and not ${last('refused')} and not ${last('dead-number')}`).as('closedUnreached'),
    ])
    .$narrowType<{ status: AuditRow['status'] }>()

export type AuditRecord = Awaited<ReturnType<typeof listAudits>>[number]

export type AuditFilter = Omit<AuditQuery, 'after' | 'limit'>

/** Newest visit first. @param after a place in that order: day of the visit, then id */
export function listAudits(
  db: Db,
  scope: FactoryScope,
  { filter, after, limit }: { filter: AuditFilter; after?: { day: string; id: string }; limit: number },
) {
  const { countryId, clientId, factoryId, status, from, to } = filter
  return audits(db)
    .where('factory.countryId', '=', anyOf(scope.countryIds))
    .$if(scope.factoryIds !== undefined, (query) => query.where('factory.id', '=', anyOf(scope.factoryIds!)))
    .$if(countryId !== undefined, (query) => query.where('factory.countryId', '=', countryId!))
    .$if(clientId !== undefined, (query) => query.where('factory.clientId', '=', clientId!))
    .$if(factoryId !== undefined, (query) => query.where('factory.id', '=', factoryId!))
    .$if(status !== undefined, (query) => query.where('audit.status', '=', status!))
    .$if(from !== undefined, (query) => query.where(sql<boolean>`coalesce(audit.last_date, audit.audit_date) >= ${from}::date`))
    .$if(to !== undefined, (query) => query.where('audit.auditDate', '<=', sql<string>`${to}::date`))
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(audit.audit_date, audit.id) < (${after!.day}::date, ${after!.id}::uuid)`),
    )
    .orderBy('audit.auditDate', 'desc')
    .orderBy('audit.id', 'desc')
    .limit(limit)
    .execute()
}

export function findAudit(db: Db, id: string): Promise<AuditRecord | undefined> {
  return audits(db).where('audit.id', '=', id).executeTakeFirst()
}

/** Locks the audit until the transaction ends: closing and adding a worker exclude each other. */
export async function lockAudit(db: Db, id: string): Promise<AuditRow['status'] | undefined> {
  const row = await db.selectFrom('audit').select('status').where('id', '=', id).forUpdate().executeTakeFirst()
  return row?.status as AuditRow['status'] | undefined
}

export async function updateAudit(db: Db, id: string, change: VisitDays & { auditorUserId: string | null }): Promise<void> {
  await db.updateTable('audit').set(change).where('id', '=', id).execute()
}

/** @returns false when anything hangs on it: then it stays */
export async function deleteEmptyAudit(db: Db, id: string): Promise<boolean> {
  const { numAffectedRows } = await sql`
    delete from audit
    where id = ${id}
      and not exists (select from interview where audit_id = audit.id)
      and not exists (select from callback where audit_id = audit.id)
      and not exists (select from card_batch where audit_id = audit.id)
      and not exists (select from intake_entry where audit_id = audit.id)
      and not exists (select from roster_import where audit_id = audit.id)`.execute(db)
  return numAffectedRows === 1n
}

export async function setAuditStatus(db: Db, id: string, status: AuditRow['status'], closedAt: Date | null): Promise<void> {
  await db.updateTable('audit').set({ status, closedAt }).where('id', '=', id).execute()
}

export type InterviewToInsert = {
  id: string
  auditId: string
  workerId: string
  slot: Slot
  isSharedPhone: boolean
  consentMode: 'spoken' | 'written'
  /** Which wording was heard or read; null: not from the phone page. */
  consentTextVersion: number | null
  mayShowCardNumber: boolean
}

export async function insertInterview(db: Db, input: InterviewToInsert): Promise<void> {
  await db
    .insertInto('interview')
    .values({ ...input, slot: JSON.stringify(input.slot) })
    .execute()
}

export async function deleteInterview(db: Db, auditId: string, interviewId: string): Promise<boolean> {
  const result = await db.deleteFrom('interview').where('auditId', '=', auditId).where('id', '=', interviewId).executeTakeFirst()
  return result.numDeletedRows > 0n
}

/** The roster in the order it was taken; `phoneNumberId` tells shared phones, never shown. */
export async function listInterviews(db: Db, auditId: string) {
  const rows = await db
    .selectFrom('interview')
    .innerJoin('worker', 'worker.id', 'interview.workerId')
    .select([
      'interview.id',
      'interview.workerId',
      'interview.slot',
      'interview.isSharedPhone',
      'interview.mayShowCardNumber',
      'interview.createdAt',
      'worker.aliasSealed',
      'worker.dataKeyId',
      'worker.phoneNumberId',
      'worker.languageCode',
      'worker.refusedAt',
    ])
    .where('interview.auditId', '=', auditId)
    .orderBy('interview.createdAt')
    .orderBy('interview.id')
    .execute()
  return rows.map((row) => ({ ...row, slot: row.slot as unknown as Slot }))
}

/** Who on the list has no callback from this visit yet, alike ones together. */
export async function listUnplanned(db: Db, auditId: string): Promise<{ languageCode: string; slot: Slot; count: number }[]> {
  const { rows } = await sql<{ languageCode: string; slot: Slot; count: number }>`
    select worker.language_code, interview.slot, count(*)::integer as count
    from interview
    join worker on worker.id = interview.worker_id
    left join callback on callback.audit_id = interview.audit_id and callback.worker_id = interview.worker_id
    where interview.audit_id = ${auditId} and callback.id is null and worker.language_code is not null
    group by worker.language_code, interview.slot
  `.execute(db)
  return rows
}

/** Whether a callback of this audit exists for the worker of that line. */
export async function isPlanned(db: Db, auditId: string, interviewId: string): Promise<boolean> {
  const row = await db
    .selectFrom('interview')
    .innerJoin('callback', (join) =>
      join.onRef('callback.auditId', '=', 'interview.auditId').onRef('callback.workerId', '=', 'interview.workerId'),
    )
    .select('callback.id')
    .where('interview.id', '=', interviewId)
    .where('interview.auditId', '=', auditId)
    .executeTakeFirst()
  return row !== undefined
}
