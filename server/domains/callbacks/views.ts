/** Callbacks as people see them: everything but the number. */
import { readCursor, toPage } from '../../platform/db/page.ts'
import type { Db } from '../../platform/db/db.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import type { Scope } from '../../platform/http/policy.ts'
import { record } from '../activity-log/service.ts'
import { findAgentView } from '../agents/service.ts'
import { currentQuestion, getVersion, listAnswers } from '../questionnaires/service.ts'
import * as attempts from './calling/attempt-queries.ts'
import type { AttemptView, CallbackPage, CallbackQuery, CallbackRow, CallbackView } from './contract.ts'
import type { CallbackDeps } from './deps.ts'
import { CallbackNotFound } from './errors.ts'
import { type WithFacts, withFacts } from './facts.ts'
import { likelyTimes } from './planning/likely-times-rules.ts'
import * as queries from './list-queries.ts'
import { whyNow } from './rules.ts'
import { why } from './why-rules.ts'

type ListDeps = Pick<CallbackDeps, 'db' | 'clock'>
/** Whose callbacks somebody sees. @property languageCodes an agent's own; undefined: any */
type Reader = { userId: string; countryIds: readonly string[]; languageCodes: readonly string[] | undefined }
const BOARD_LIMIT = 200

/** The reader's callbacks, soonest first; without a status those that are not over. */
export async function listCallbacks(deps: ListDeps, scope: Scope, query: CallbackQuery): Promise<CallbackPage> {
  const reader = await readerOf(deps.db, scope)
  const limit = query.limit ?? 50
  const rows = await queries.listCallbacks(deps.db, {
    countryIds: query.countryId === undefined ? reader.countryIds : reader.countryIds.filter((id) => id === query.countryId),
    agent: reader.languageCodes && { userId: reader.userId, languageCodes: reader.languageCodes },
    ...{ status: query.status, languageCode: query.languageCode, reason: query.reason, isHeld: query.isHeld },
    ...{ dueBy: query.isDue ? deps.clock.now() : undefined, reference: query.reference },
    after: query.after === undefined ? undefined : readCursor(query.after),
    limit,
  })
  const known = await withFacts(deps.db, rows, deps.clock.now())
  return toPage(
    known,
    limit,
    (item) => toRow(item, deps.clock.now()),
    ({ callback }) => ({ at: callback.exactDueAt, id: callback.id }),
  )
}

/** For the board: what is not over in these countries, soonest first; for an agent, in their languages, and what was given to them. */
export async function listBoardCallbacks(
  deps: ListDeps,
  { countryIds, agent }: Pick<queries.ListFilter, 'countryIds' | 'agent'>,
): Promise<CallbackRow[]> {
  const rows = await queries.listCallbacks(deps.db, { countryIds, agent, limit: BOARD_LIMIT - 1 })
  const now = deps.clock.now()
  return (await withFacts(deps.db, rows, now)).map((item) => toRow(item, now))
}

/** For the board, by id; without those there are none of. The caller decides who sees them. */
export async function findCallbackRows(deps: ListDeps, ids: readonly string[]): Promise<Map<string, CallbackRow>> {
  if (ids.length === 0) return new Map()
  const now = deps.clock.now()
  const known = await withFacts(deps.db, await queries.listByIds(deps.db, ids), now)
  return new Map(known.map((item) => [item.callback.id, toRow(item, now)]))
}

/**
 * What an agent sees on the desk. Answers are opened for the agent who holds the callback and for supervisors, whose reading
 * is written down. @throws CallbackNotFound also when it is not the reader's
 */
export async function getCallback(deps: CallbackDeps, scope: Scope, id: string): Promise<CallbackView> {
  const reader = await readerOf(deps.db, scope)
  const callback = await queries.findCallback(deps.db, id)
  if (!callback || !maySee(reader, callback)) throw new CallbackNotFound()
  const [[known], tries] = await Promise.all([withFacts(deps.db, [callback], deps.clock.now()), attempts.listAttempts(deps.db, id)])
  const questionnaire = callback.questionnaireVersionId === null ? null : await getVersion(deps, callback.questionnaireVersionId)
  const holdsIt = callback.claimedByUserId === scope.userId
  const opensAnswers = holdsIt || scope.role === 'supervisor'
  const answers = opensAnswers ? await listAnswers(deps, id, callback.workerDataKeyId) : []
  if (answers.length && !holdsIt) await noteRead(deps, scope, id)
  return {
    ...toRow(known!, deps.clock.now()),
    slot: callback.slot,
    plannedNote: callback.plannedNote,
    plannedNoteSaid: why.read(callback.plannedNote ?? ''),
    factoryName: callback.factoryName,
    interpreterName: callback.interpreterName,
    canBeCalled: callback.phoneNumberId !== null,
    attempts: tries.map(toAttempt),
    questionnaire,
    answers,
    likelyTimes: likelyTimes({ ...callback, hours: known!.country.hours }, deps.clock.now()).map((time) => time.toISOString()),
    resumeQuestionId: questionnaire && answers.length ? (currentQuestion(questionnaire.body, answers)?.id ?? null) : null,
  }
}

export type CallbackForCase = {
  workerId: string
  factoryId: string | null
  countryId: string
  /** Who holds it, and whoever called it before. */
  agentUserIds: string[]
  /** Whom a supervisor gave it to, whatever their country. */
  assignedAgentUserId: string | null
}

/** What a case opened from a callback needs of it. @throws CallbackNotFound */
export async function getCallbackForCase({ db }: Pick<CallbackDeps, 'db'>, id: string): Promise<CallbackForCase> {
  const callback = await queries.findCallback(db, id)
  if (!callback) throw new CallbackNotFound()
  const { workerId, factoryId, countryId, claimedByUserId, assignedAgentUserId } = callback
  const agents = (await attempts.listAttempts(db, id)).map(({ agentUserId }) => agentUserId)
  const agentUserIds = [...new Set(claimedByUserId === null ? agents : [claimedByUserId, ...agents])]
  return { workerId, factoryId, countryId, agentUserIds, assignedAgentUserId }
}

/** What a text to the worker of a callback needs of it. @throws CallbackNotFound */
export async function getCallbackForText(
  { db }: Pick<CallbackDeps, 'db'>,
  id: string,
): Promise<{ phoneNumberId: string | null; countryId: string; languageCode: string }> {
  const callback = await queries.findCallback(db, id)
  if (!callback) throw new CallbackNotFound()
  const { phoneNumberId, countryId, languageCode } = callback
  return { phoneNumberId, countryId, languageCode }
}

async function readerOf(db: Db, { userId, role, countryIds }: Scope): Promise<Reader> {
  if (role !== 'agent') return { userId, countryIds, languageCodes: undefined }
  const agent = await findAgentView({ db }, userId)
  return { userId, countryIds: agent?.countryIds ?? [], languageCodes: agent?.languageCodes ?? [] }
}

function maySee({ userId, countryIds, languageCodes }: Reader, callback: queries.ListedCallback): boolean {
  if (languageCodes && [callback.assignedAgentUserId, callback.claimedByUserId].includes(userId)) return true
  if (!countryIds.includes(callback.countryId)) return false
  return !languageCodes || languageCodes.includes(callback.languageCode) || callback.claimedByUserId === userId
}

function noteRead({ db }: Pick<CallbackDeps, 'db'>, { userId }: Scope, id: string): Promise<void> {
  return inTransaction(db, (tx) =>
    record(tx, { actorUserId: userId, action: 'callback.answers-read', subjectKind: 'callback', subjectId: id }),
  )
}

/** One line of the list and of the board. */
export function toRow({ callback, facts }: WithFacts, now: Date): CallbackRow {
  const { id, reference, reason, status, countryId, languageCode, timeZone, dueAt, countedAttempts, lastOutcome, closedReason, isOffered } =
    callback
  const sentence = whyNow({ ...facts, status, closedReason, isOffered }, now)
  return {
    id,
    reference,
    reason,
    status,
    countryId,
    languageCode,
    timeZone,
    dueAt: dueAt.toISOString(),
    countedAttempts,
    lastOutcome,
    agentUserId: callback.claimedByUserId,
    assignedAgentUserId: callback.assignedAgentUserId,
    assignedUntil: callback.assignedUntil?.toISOString() ?? null,
    interpreterUserId: callback.interpreterUserId,
    isHeld: callback.heldReason !== null,
    whyNow: sentence,
    whyNowSaid: why.read(sentence),
  }
}

function toAttempt({
  id,
  numberInCallback,
  isInbound,
  createdAt,
  rangAt,
  answeredAt,
  endedAt,
  outcome,
}: Awaited<ReturnType<typeof attempts.listAttempts>>[number]): AttemptView {
  const text = (instant: Date | null) => instant?.toISOString() ?? null
  return {
    id,
    numberInCallback,
    isInbound,
    createdAt: createdAt.toISOString(),
    rangAt: text(rangAt),
    answeredAt: text(answeredAt),
    endedAt: text(endedAt),
    outcome,
  }
}
