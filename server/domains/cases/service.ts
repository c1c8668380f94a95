import { randomUUID } from 'node:crypto'
import type { FieldCipher, SealContext } from '../../platform/crypto/field-cipher.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import { readCursor, toPage } from '../../platform/db/page.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { Forbidden, NotFound, Refused, Unprocessable } from '../../platform/errors.ts'
import type { Scope } from '../../platform/http/policy.ts'
import { announce } from '../../platform/live/announce.ts'
import type { Clock } from '../../platform/time/clock.ts'
import { DAY } from '../../platform/time/duration.ts'
import { record } from '../activity-log/service.ts'
import { findAgentView } from '../agents/service.ts'
import { getCallbackForCase } from '../callbacks/service.ts'
import type { CasePage, CaseQuery, CaseRow, CaseView, ClientDecision, NameFinding, OpenCase } from './contract.ts'
import * as queries from './queries.ts'
import { mayReadCase, startingSeverity } from './rules.ts'

export type CaseDeps = { db: Db; cipher: FieldCipher; clock: Clock }

class CaseNotFound extends NotFound {
  constructor() {
    super('case-not-found', 'This case does not exist, or is not yours to read.')
  }
}

class NoFinding extends Refused {
  constructor() {
    super('no-finding', 'Say first what the review found.')
  }
}

class DecisionAhead extends Unprocessable {
  constructor() {
    super('decision-ahead', 'The day of the decision has not come yet.')
  }
}

/**
 * Opens a case from a callback's conversation. Only the agent who holds or held the callback may; the summary is sealed
 * under a key of its own.
 * @throws Forbidden, NotFound
 */
export async function openCase(deps: CaseDeps, reader: Scope, input: OpenCase): Promise<CaseView> {
  const id = randomUUID()
  await inTransaction(deps.db, async (tx) => {
    const origin = await originOf(deps, tx, reader, input)
    // Outside their countries they could not read what they open: told nothing was kept, they would open it again and again. Who was
    // given a callback of another country is told, by the reply.
    if (!origin.isReaders || !(origin.isGiven || reader.countryIds.includes(origin.countryId)))
      throw new Forbidden('not-your-callback', 'Only the agent of this callback, or who may hear this message, may open a case from it.')
    const dataKeyId = await deps.cipher.newKey(tx, 'case')
    await queries.insertCase(tx, {
      id,
      dataKeyId,
      callbackId: input.callbackId ?? null,
      voicemailId: input.voicemailId ?? null,
      workerId: origin.workerId,
      factoryId: origin.factoryId,
      countryId: origin.countryId,
      category: input.category,
      severity: startingSeverity(input.category, input.severity),
      workerWish: input.workerWish,
      peopleAffected: input.peopleAffected ?? null,
      summarySealed: await deps.cipher.seal(tx, dataKeyId, summaryContext(id), input.summary),
      openedByUserId: reader.userId,
      createdAt: deps.clock.now(),
    })
    await record(tx, {
      actorUserId: reader.userId,
      action: 'case.opened',
      subjectKind: 'case',
      subjectId: id,
      detail: { category: input.category },
    })
    await announce(tx, 'case.changed', id)
  })
  return inTransaction(deps.db, async (tx) => openView(deps, tx, reader, (await queries.findCase(tx, id))!))
}

/** `isGiven`: a supervisor gave the callback to this agent, whatever its country. */
type Origin = { workerId: string; factoryId: string | null; countryId: string; isReaders: boolean; isGiven: boolean }

/** A callback's conversation; or a message of someone who cannot be called back. @throws NotFound */
async function originOf(deps: CaseDeps, tx: Tx, reader: Scope, { callbackId, voicemailId }: OpenCase): Promise<Origin> {
  if ((callbackId === undefined) === (voicemailId === undefined))
    throw new Unprocessable('one-origin', 'A case is opened from a callback or from a message.')
  if (callbackId !== undefined) {
    const { agentUserIds, assignedAgentUserId, ...callback } = await getCallbackForCase({ ...deps, db: tx }, callbackId)
    return { ...callback, isReaders: agentUserIds.includes(reader.userId), isGiven: assignedAgentUserId === reader.userId }
  }
  const message = await queries.findMessage(tx, voicemailId!)
  if (!message?.workerId) throw new NotFound('voicemail-not-found', 'This message does not exist.')
  const { workerId, countryId, languageCode } = message
  const agent = await findAgentView({ db: tx }, reader.userId)
  return { workerId, countryId, factoryId: null, isReaders: agent?.languageCodes.includes(languageCode) ?? false, isGiven: false }
}

/** One case, opened and noted as read. @throws NotFound also when it is not the reader's to read */
export function readCase(deps: CaseDeps, reader: Scope, id: string): Promise<CaseView> {
  return inTransaction(deps.db, async (tx) => openView(deps, tx, reader, await findReadable(tx, reader, id)))
}

async function openView(deps: CaseDeps, tx: Tx, reader: Scope, found: queries.CaseRecord): Promise<CaseView> {
  const { id, callbackId, voicemailId, workerWish, peopleAffected } = found
  await record(tx, { actorUserId: reader.userId, action: 'case.read', subjectKind: 'case', subjectId: id })
  const summary = await deps.cipher.openText(tx, found.dataKeyId, summaryContext(id), found.summarySealed)
  return { ...toRow(found), callbackId, voicemailId, workerWish, peopleAffected, summary, ...(await openReview(deps, tx, reader, found)) }
}

/** The cases this person may read, newest first. */
export async function listCases(deps: Pick<CaseDeps, 'db'>, reader: Scope, query: CaseQuery): Promise<CasePage> {
  const limit = query.limit ?? 50
  const rows = await queries.listCases(deps.db, {
    countryIds: reader.countryIds,
    ...(reader.role === 'agent' && { openedByUserId: reader.userId }),
    ...(query.callbackId !== undefined && { callbackId: query.callbackId }),
    ...(query.after !== undefined && { after: readCursor(query.after) }),
    limit,
  })
  return toPage(rows, limit, toRow, (row) => ({ at: row.exactCreatedAt, id: row.id }))
}

/** What review found. Naming it again replaces it; the activity-log keeps both. @throws NotFound */
export async function nameFinding(deps: CaseDeps, reader: Scope, id: string, { finding, reason }: NameFinding): Promise<CaseView> {
  await inTransaction(deps.db, async (tx) => {
    const found = await findReadable(tx, reader, id)
    const findingReasonSealed = await deps.cipher.seal(tx, found.dataKeyId, findingContext(id), reason)
    await queries.updateFinding(tx, { id, finding, findingReasonSealed, at: deps.clock.now(), byUserId: reader.userId })
    await record(tx, { actorUserId: reader.userId, action: 'case.finding-named', subjectKind: 'case', subjectId: id, detail: { finding } })
    await announce(tx, 'case.changed', id)
  })
  return readCase(deps, reader, id)
}

/** What the client decided, as the case-handler was told. @throws NotFound, NoFinding, DecisionAhead */
export async function noteClientDecision(deps: CaseDeps, reader: Scope, id: string, decided: ClientDecision): Promise<CaseView> {
  const { decision, decidedOn, note } = decided
  await inTransaction(deps.db, async (tx) => {
    const found = await findReadable(tx, reader, id)
    if (found.finding === null) throw new NoFinding()
    const at = deps.clock.now()
    // In the zone that is farthest ahead it may be tomorrow already.
    if (decidedOn > new Date(at.getTime() + DAY).toISOString().slice(0, 10)) throw new DecisionAhead()
    const noteSealed = await deps.cipher.seal(tx, found.dataKeyId, decisionContext(id), note)
    await queries.updateDecision(tx, { id, decision, decidedOn, noteSealed, at, byUserId: reader.userId })
    const detail = { decision, decidedOn }
    await record(tx, { actorUserId: reader.userId, action: 'case.client-decided', subjectKind: 'case', subjectId: id, detail })
    await announce(tx, 'case.changed', id)
  })
  return readCase(deps, reader, id)
}

/** What review made of it: not for the agent who opened it, who may have to speak with the worker again. */
async function openReview(
  { cipher }: CaseDeps,
  tx: Tx,
  { role }: Scope,
  found: queries.CaseRecord,
): Promise<Pick<CaseView, 'findingReason' | 'clientDecision'>> {
  if (role === 'agent') return { findingReason: null, clientDecision: null }
  const { id, dataKeyId, findingReasonSealed, clientDecision: decision, clientDecidedOn: decidedOn, clientDecisionNoteSealed } = found
  const open = (context: SealContext, sealed: Buffer | null) => (sealed ? cipher.openText(tx, dataKeyId, context, sealed) : null)
  const note = await open(decisionContext(id), clientDecisionNoteSealed)
  return {
    findingReason: await open(findingContext(id), findingReasonSealed),
    clientDecision: decision && decidedOn && note !== null ? { decision, decidedOn, note } : null,
  }
}

/** One case as stored, if this person may read it. @throws NotFound */
export async function findReadable(db: Db, reader: Scope, id: string): Promise<queries.CaseRecord> {
  const found = await queries.findCase(db, id)
  if (!found || !mayReadCase({ ...reader, id: reader.userId }, found)) throw new CaseNotFound()
  return found
}

function toRow({ id, reference, category, severity, status, countryId, factoryName, finding, createdAt }: queries.CaseRecord): CaseRow {
  return { id, reference, category, severity, status, countryId, factoryName, finding, createdAt: createdAt.toISOString() }
}

const findingContext = (caseId: string): SealContext => `grievance_case:finding_reason:${caseId}`
const decisionContext = (caseId: string): SealContext => `grievance_case:client_decision_note:${caseId}`
const summaryContext = (caseId: string): SealContext => `grievance_case:summary:${caseId}`
