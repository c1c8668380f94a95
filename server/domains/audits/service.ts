import { randomUUID } from 'node:crypto'
import type { FieldCipher } from '../../platform/crypto/field-cipher.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import { readCursor, toPage } from '../../platform/db/page.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { NotFound, Refused, Unprocessable } from '../../platform/errors.ts'
import type { Scope } from '../../platform/http/policy.ts'
import type { Clock } from '../../platform/time/clock.ts'
import { record } from '../activity-log/service.ts'
import { planAuditCallbacks, type VisitWorker, watchCoverage, why } from '../callbacks/service.ts'
import { findCountry } from '../countries/service.ts'
import { addRosterWorker, normalisePhone, openAlias } from '../workers/service.ts'
import { AuditNotFound, factoryScope, findOwnAudit, lockOpenAudit } from './access.ts'
import type { AddInterview, AuditList, AuditQuery, AuditRow, AuditView, CloseAuditResult, InterviewView } from './contract.ts'
import * as queries from './queries.ts'
import { duplicatesIn, slotProblem } from './rules.ts'
import { untranslatedOf } from './untranslated.ts'

export { findVisitSite, type VisitSite } from './access.ts'
export {
  addClient,
  addFactory,
  assignAuditors,
  changeClient,
  changeFactory,
  listAuditors,
  listClients,
  listFactories,
} from './sites-service.ts'

/** Nobody reads a list of thousands; a file may have made one. */
const MOST_SHOWN = 500

export type AuditDeps = { db: Db; cipher: FieldCipher; clock: Clock }

/** The reader's audits, newest visit first, a page at a time. @throws Invalid for a place that is none of ours */
export async function listAudits(
  { db }: Pick<AuditDeps, 'db'>,
  reader: Scope,
  { after, limit = 50, ...filter }: AuditQuery = {},
): Promise<AuditList> {
  const place = after === undefined ? undefined : readCursor(after)
  const rows = await queries.listAudits(db, factoryScope(reader), {
    filter,
    limit: limit + 1,
    ...(place && { after: { day: place.at.slice(0, 10), id: place.id } }),
  })
  const page = toPage(
    rows,
    limit,
    (audit) => toRow(audit, reader),
    ({ auditDate, id }) => ({ at: `${auditDate}T00:00:00.000000Z`, id }),
  )
  return { audits: page.items, next: page.next }
}

/**
 * One audit with its roster. Aliases are opened for the auditor alone, until the visit is closed, and that is written down; numbers never.
 * @throws NotFound also when it is not the reader's
 */
export async function getAudit(deps: AuditDeps, reader: Scope, id: string): Promise<AuditView> {
  const audit = await findOwnAudit(deps.db, reader, id)
  const lines = await queries.listInterviews(deps.db, id)
  const duplicates = duplicatesIn(lines)
  const showsAlias = audit.status === 'open' && reader.role === 'auditor'
  if (showsAlias && lines.some(({ aliasSealed }) => aliasSealed))
    await inTransaction(deps.db, (tx) =>
      record(tx, { actorUserId: reader.userId, action: 'audit.aliases-read', subjectKind: 'audit', subjectId: id }),
    )
  const interviews = await Promise.all(lines.slice(-MOST_SHOWN).map((line) => toInterview(deps, line, duplicates.has(line.id), showsAlias)))
  return { ...toRow(audit, reader), interviews }
}

/**
 * Puts a worker on the roster of an open audit. The number goes into the vault in the same transaction and is not sent back.
 * @throws BadPhone with a sentence, AuditClosed, Unprocessable
 */
export async function addInterview(deps: AuditDeps, actor: Scope, auditId: string, input: AddInterview): Promise<InterviewView> {
  return inTransaction(deps.db, async (tx) => putOnRoster(deps, tx, actor, await lockOpenAudit(tx, actor, auditId), input))
}

/** Of the phone page alone. */
type OfThePhone = { codeWord?: string; consentTextVersion?: number }

/**
 * `addInterview` in a transaction that has locked the audit and found it open. What refuses does so before anything is written.
 * @throws BadPhone with a sentence, Unprocessable
 */
export async function putOnRoster(
  deps: AuditDeps,
  tx: Tx,
  actor: Scope,
  { id: auditId, countryId, factoryId }: queries.AuditRecord,
  input: AddInterview & OfThePhone,
): Promise<InterviewView> {
  const problem = slotProblem(input.slot)
  if (problem) throw new Unprocessable('slot', problem)
  const e164 = normalisePhone(countryId, input.phone)
  const id = randomUUID()
  const country = await findCountry({ db: tx }, countryId)
  if (!country?.languages.some(({ code }) => code === input.languageCode))
    throw new Unprocessable(
      'language-not-served',
      'No agent of this country is called in this language: choose another, or ask a supervisor.',
    )
  const { alias, codeWord, languageCode, slot, isSharedPhone, consentMode, consentTextVersion = null, mayShowCardNumber } = input
  const { workerId } = await addRosterWorker(deps, tx, { e164, countryId, languageCode, factoryId, alias, codeWord })
  await queries.insertInterview(tx, { id, auditId, workerId, slot, isSharedPhone, consentMode, consentTextVersion, mayShowCardNumber })
  await record(tx, {
    actorUserId: actor.userId,
    action: 'interview.added',
    subjectKind: 'audit',
    subjectId: auditId,
    detail: { interviewId: id },
  })
  const lines = await queries.listInterviews(tx, auditId)
  const line = lines.find((candidate) => candidate.id === id)!
  return toInterview({ ...deps, db: tx }, line, duplicatesIn(lines).has(id), true)
}

/** Takes a worker off the roster of an open audit; refused once a callback was planned for them. @throws NotFound, AuditClosed, Refused */
export async function removeInterview(deps: AuditDeps, actor: Scope, auditId: string, interviewId: string): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    await lockOpenAudit(tx, actor, auditId)
    if (await queries.isPlanned(tx, auditId, interviewId)) {
      throw new Refused('callback-planned', 'A callback is planned for this worker already; a supervisor can close that callback.')
    }
    if (!(await queries.deleteInterview(tx, auditId, interviewId)))
      throw new NotFound('interview-not-found', 'This worker is not on the list.')
    await record(tx, {
      actorUserId: actor.userId,
      action: 'interview.removed',
      subjectKind: 'audit',
      subjectId: auditId,
      detail: { interviewId },
    })
  })
}

/**
 * Closes the visit and plans one callback per worker who has none from it, each in the worker's slot.
 * Closing twice plans once: a partial unique index says so too.
 * @throws AuditClosed, AuditNotFound, Refused for an empty roster
 */
export function closeAudit(deps: AuditDeps, actor: Scope, auditId: string): Promise<CloseAuditResult> {
  return inTransaction(deps.db, async (tx) => {
    const audit = await lockOpenAudit(tx, actor, auditId)
    const lines = await queries.listInterviews(tx, auditId)
    if (lines.length === 0) throw new Refused('empty-roster', 'Nobody is on the list: add the workers who were interviewed first.')
    const untranslated = await untranslatedOf({ db: tx }, audit.questionnaireId, await queries.listUnplanned(tx, auditId))
    const { refused, ...planned } = await planAll(deps, tx, audit, lines)
    const result = { ...planned, untranslated }
    await queries.setAuditStatus(tx, auditId, 'closed', deps.clock.now())
    await watchCoverage({ db: tx, clock: deps.clock })
    await record(tx, {
      actorUserId: actor.userId,
      action: 'audit.closed',
      subjectKind: 'audit',
      subjectId: auditId,
      detail: { planned: result.planned, refused },
    })
    return toCloseResult(actor, result, refused)
  })
}

/** Opens a closed visit again, to add workers; callbacks already planned stay. @throws AuditNotFound, Refused */
export async function reopenAudit(deps: AuditDeps, actor: Scope, auditId: string): Promise<AuditView> {
  await inTransaction(deps.db, async (tx) => {
    const status = await queries.lockAudit(tx, auditId)
    if (!status) throw new AuditNotFound()
    await findOwnAudit(tx, actor, auditId)
    if (status === 'open') throw new Refused('audit-open', 'This audit is open already.')
    await queries.setAuditStatus(tx, auditId, 'open', null)
    await record(tx, { actorUserId: actor.userId, action: 'audit.reopened', subjectKind: 'audit', subjectId: auditId })
  })
  return getAudit(deps, actor, auditId)
}

type Line = Awaited<ReturnType<typeof queries.listInterviews>>[number]

/**
 * An auditor has just spoken with these workers, and must not learn from the reply which of them once asked not to be called: for
 * an auditor they count as planned.
 */
function toCloseResult({ role }: Scope, result: CloseAuditResult, refused: number): CloseAuditResult {
  if (role === 'auditor') return { ...result, planned: result.planned + refused }
  const warning = `${refused} on the list asked earlier not to be called again, and will not be.`
  return refused ? { ...result, warnings: [...result.warnings, warning] } : result
}

async function planAll(
  deps: AuditDeps,
  tx: Tx,
  { id: auditId, countryId, timeZone, lastDate, callbackOffsetDays: offsetDays, questionnaireId }: queries.AuditRecord,
  lines: readonly Line[],
): Promise<Omit<CloseAuditResult, 'untranslated'> & { refused: number }> {
  const workers = lines.flatMap(mayBePlanned)
  const planned = await planAuditCallbacks(deps, tx, { auditId, countryId, timeZone, lastDate, offsetDays, questionnaireId }, workers)
  const isNew = planned.filter((callback) => callback.isNew)
  const wanted = isNew.filter(({ isRefused }) => !isRefused)
  return {
    planned: wanted.length,
    alreadyPlanned: planned.length - isNew.length,
    moved: wanted.flatMap(({ reference, note }) => (note ? [{ callbackReference: reference, note, noteSaid: why.read(note) }] : [])),
    warnings: [],
    refused: lines.length - workers.length + isNew.length - wanted.length,
  }
}

/** None for who asked not to be called, and for who has no number or language. */
function mayBePlanned({ workerId, phoneNumberId, languageCode, refusedAt, slot, mayShowCardNumber }: Line): VisitWorker[] {
  return refusedAt || !phoneNumberId || !languageCode ? [] : [{ workerId, phoneNumberId, languageCode, slot, mayShowCardNumber }]
}

async function toInterview(
  deps: Omit<AuditDeps, 'clock'>,
  line: Line,
  isDuplicateNumber: boolean,
  showsAlias: boolean,
): Promise<InterviewView> {
  return {
    id: line.id,
    alias: showsAlias ? await openAlias(deps, line) : null,
    languageCode: line.languageCode ?? '',
    slot: line.slot,
    isSharedPhone: line.isSharedPhone,
    isDuplicateNumber,
    createdAt: line.createdAt.toISOString(),
  }
}

function toRow(audit: queries.AuditRecord, { role }: Pick<Scope, 'role'>): AuditRow {
  const { planned, reached, refused, deadNumbers, waiting, notSafe, closedUnreached, closedAt, ...visit } = audit
  const { callbackOffsetDays: _, questionnaireId: __, ...rest } = visit
  const coverage = { planned, reached, refused, deadNumbers, waiting, notSafe, closedUnreached }
  return { ...rest, closedAt: closedAt?.toISOString() ?? null, coverage: role === 'auditor' ? coverageForAuditor(audit) : coverage }
}

/** To an auditor everybody on a closed list is planned, and who refused is not reached yet: with few on it, a refusal would have a face. */
function coverageForAuditor({ status, workers, planned, reached, deadNumbers }: queries.AuditRecord): AuditRow['coverage'] {
  const all = status === 'closed' ? workers : planned
  return { planned: all, reached, refused: 0, deadNumbers, waiting: all - reached - deadNumbers, notSafe: 0, closedUnreached: 0 }
}
