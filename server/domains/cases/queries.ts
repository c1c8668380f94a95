import { anyOf } from '../../platform/db/any-of.ts'
import type { Db } from '../../platform/db/db.ts'
import { beyond, exactly, type Position } from '../../platform/db/page.ts'
import type { CaseCategory, CaseRow, Decision, Finding, Severity } from './contract.ts'

export type CaseRecord = {
  id: string
  reference: string
  category: CaseCategory
  severity: Severity
  status: CaseRow['status']
  countryId: string
  factoryName: string | null
  finding: Finding | null
  createdAt: Date
  exactCreatedAt: string
  callbackId: string | null
  voicemailId: string | null
  workerId: string
  workerWish: 'confidential' | 'anonymous' | 'named'
  peopleAffected: number | null
  openedByUserId: string
  dataKeyId: string
  summarySealed: Buffer
  findingReasonSealed: Buffer | null
  clientDecision: Decision | null
  /** "2026-12-01". */
  clientDecidedOn: string | null
  clientDecisionNoteSealed: Buffer | null
}

const cases = (db: Db) =>
  db
    .selectFrom('grievanceCase as grievance')
    .leftJoin('factory', 'factory.id', 'grievance.factoryId')
    // Of a worker who is erased a case stays as a figure; there is nothing in it to read.
    .innerJoin('worker', (join) => join.onRef('worker.id', '=', 'grievance.workerId').on('worker.erasedAt', 'is', null))
    .select([
      'grievance.id',
      'grievance.reference',
      'grievance.category',
      'grievance.severity',
      'grievance.status',
      'grievance.countryId',
      'factory.name as factoryName',
      'grievance.finding',
      'grievance.createdAt',
      exactly('grievance.createdAt').as('exactCreatedAt'),
      'grievance.callbackId',
      'grievance.voicemailId',
      'grievance.workerId',
      'grievance.workerWish',
      'grievance.peopleAffected',
      'grievance.openedByUserId',
      'grievance.dataKeyId',
      'grievance.summarySealed',
      'grievance.findingReasonSealed',
      'grievance.clientDecision',
      'grievance.clientDecidedOn',
      'grievance.clientDecisionNoteSealed',
    ])
    .$narrowType<Pick<CaseRecord, 'category' | 'severity' | 'status' | 'finding' | 'workerWish' | 'clientDecision'>>()

export function findCase(db: Db, id: string): Promise<CaseRecord | undefined> {
  return cases(db).where('grievance.id', '=', id).executeTakeFirst()
}

export type CaseFilter = {
  countryIds: readonly string[]
  openedByUserId?: string
  callbackId?: string
  after?: Position
  limit: number
}

/** Newest first; reads one row more than `limit`, to know whether there is more. */
export function listCases(db: Db, filter: CaseFilter): Promise<CaseRecord[]> {
  const { openedByUserId, callbackId, after } = filter
  return cases(db)
    .where('grievance.countryId', '=', anyOf(filter.countryIds))
    .$if(openedByUserId !== undefined, (query) => query.where('grievance.openedByUserId', '=', openedByUserId!))
    .$if(callbackId !== undefined, (query) => query.where('grievance.callbackId', '=', callbackId!))
    .$if(after !== undefined, (query) => query.where(beyond('grievance.createdAt', 'grievance.id', after!, 'desc')))
    .orderBy('grievance.createdAt', 'desc')
    .orderBy('grievance.id', 'desc')
    .limit(filter.limit + 1)
    .execute()
}

export type CaseToInsert = {
  id: string
  dataKeyId: string
  callbackId: string | null
  voicemailId: string | null
  workerId: string
  factoryId: string | null
  countryId: string
  category: CaseCategory
  severity: Severity
  workerWish: CaseRecord['workerWish']
  peopleAffected: number | null
  summarySealed: Buffer
  openedByUserId: string
  createdAt: Date
}

/** What a case is opened from when nobody can be called back. */
export function findMessage(db: Db, voicemailId: string) {
  return db.selectFrom('voicemail').select(['workerId', 'countryId', 'languageCode']).where('id', '=', voicemailId).executeTakeFirst()
}

export async function insertCase(db: Db, input: CaseToInsert): Promise<void> {
  await db.insertInto('grievanceCase').values(input).execute()
}

export type FindingToSave = { id: string; finding: Finding; findingReasonSealed: Buffer; at: Date; byUserId: string }

export async function updateFinding(db: Db, input: FindingToSave): Promise<void> {
  const { id, finding, findingReasonSealed, at, byUserId } = input
  await db
    .updateTable('grievanceCase')
    .set({ finding, findingReasonSealed, findingAt: at, findingByUserId: byUserId, status: 'in-review', updatedAt: at })
    .where('id', '=', id)
    .execute()
}

export type DecisionToSave = { id: string; decision: Decision; decidedOn: string; noteSealed: Buffer; at: Date; byUserId: string }

export async function updateDecision(db: Db, input: DecisionToSave): Promise<void> {
  const { id, decision: clientDecision, decidedOn: clientDecidedOn, noteSealed: clientDecisionNoteSealed, at, byUserId } = input
  const decided = { clientDecision, clientDecidedOn, clientDecisionNoteSealed, clientDecisionAt: at, clientDecisionByUserId: byUserId }
  await db
    .updateTable('grievanceCase')
    .set({ ...decided, status: 'action', updatedAt: at })
    .where('id', '=', id)
    .execute()
}
