/** What auditors' phones took without a connection: each entry opened and put on the list, once, in one transaction. */
import { Value } from 'typebox/value'
import { KeyDestroyed, SealBroken } from '../../platform/crypto/errors.ts'
import { openEnvelope } from '../../platform/crypto/envelope.ts'
import type { Tx } from '../../platform/db/db.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { AppError, NotFound } from '../../platform/errors.ts'
import type { Scope } from '../../platform/http/policy.ts'
import { record } from '../activity-log/service.ts'
import { messages, raiseAlert, resolveAlert } from '../alerts/service.ts'
import { findCountry, listCountries } from '../countries/service.ts'
import { findOwnAudit, lockOwnAudit } from './access.ts'
import { listConsentAudio } from './consent-audio.ts'
import { CONSENT_TEXT_VERSION, consentTexts } from '../prompts/service.ts'
import { IntakeEntry, type IntakeResult, type IntakeSetup, type IntakeVisit, type KeptEntry, type SyncIntake } from './contract.ts'
import { currentIntakeKey, openKeyPair } from './intake-keys.ts'
import * as queries from './intake-queries.ts'
import { entryContext, languageNotServed, notReadable, parseEntry, type Reason, refusalOf } from './intake-rules.ts'
import type { AuditRecord } from './queries.ts'
import { type AuditDeps, listAudits, putOnRoster } from './service.ts'

export { rotateIntakeKey } from './intake-keys.ts'

export class EntryNotFound extends NotFound {
  constructor() {
    super('entry-not-found', 'This entry does not exist, or was decided on already.')
  }
}

type SealedEntry = SyncIntake['entries'][number]
const KEPT_ALERT = 'intake-kept'
/** More than anybody has: the phone keeps all it is given. */
const MOST_OPEN_VISITS = 500

/** What an auditor's phone keeps: the key, the open visits, their languages and what workers agree to. */
export async function getIntakeSetup(deps: AuditDeps & { consentFolder: string }, actor: Scope, displayName: string): Promise<IntakeSetup> {
  const spoken = await listConsentAudio(deps.consentFolder)
  const open = (await listAudits(deps, actor, { status: 'open', limit: MOST_OPEN_VISITS })).audits
  const { id, publicKey } = await currentIntakeKey(deps)
  const kept = await queries.countKept(
    deps.db,
    open.map((audit) => audit.id),
  )
  const consentTextOf = await consentTexts(deps.db)
  const countries = new Map((await listCountries(deps)).map((country) => [country.id, country]))
  const toVisit = ({ id: auditId, auditorUserId, factoryName, countryId, timeZone, ...visit }: (typeof open)[number]): IntakeVisit => ({
    ...{ auditId, factoryName, countryId, timeZone, auditDate: visit.auditDate, lastDate: visit.lastDate, workers: visit.workers },
    isMine: auditorUserId === actor.userId,
    kept: kept.get(auditId) ?? 0,
    countryName: countries.get(countryId)?.name ?? countryId,
    languages: (countries.get(countryId)?.languages ?? []).map(({ code, ownName, direction }) => ({
      ...{ code, ownName, direction },
      consentText: consentTextOf(code),
      hasConsentAudio: spoken.has(code),
    })),
  })
  return {
    auditor: { id: actor.userId, displayName },
    key: { id, publicKey: publicKey.toString('base64url') },
    consentTextVersion: CONSENT_TEXT_VERSION,
    visits: open.map(toVisit).toSorted((one, other) => Number(other.isMine) - Number(one.isMine)),
  }
}

/**
 * Takes what a phone sends, entry by entry: cut anywhere, what was confirmed is in and the rest comes again.
 * @throws AuditNotFound when the visit is not the auditor's: the phone keeps everything
 */
export async function syncIntake(deps: AuditDeps, actor: Scope, auditId: string, entries: readonly SealedEntry[]): Promise<IntakeResult[]> {
  const results: IntakeResult[] = []
  for (const entry of entries) results.push(await inTransaction(deps.db, (tx) => takeIn(deps, tx, actor, auditId, entry)))
  return results
}

/** Entries that could not go on the list. @throws AuditNotFound */
export async function listKept({ db }: Pick<AuditDeps, 'db'>, reader: Scope, auditId: string): Promise<KeptEntry[]> {
  await findOwnAudit(db, reader, auditId)
  return (await queries.listKept(db, auditId)).map(({ id, reasonCode, reason, createdAt }) => ({
    ...{ id, auditId, code: reasonCode ?? '', message: reason ?? '' },
    arrivedAt: createdAt.toISOString(),
  }))
}

/**
 * A supervisor tries again, after opening the visit or adding a language: on the list, or kept with what is wrong now.
 * @throws EntryNotFound
 */
export function retryKept(deps: AuditDeps, actor: Scope, entryId: string): Promise<IntakeResult> {
  return inTransaction(deps.db, async (tx) => {
    const { entry, audit } = await lockKept(tx, actor, entryId)
    const sealed = { entryId, keyId: entry.intakeKeyId, sealed: entry.sealed!.toString('base64url') }
    const plain = await openEntry(deps, tx, { auditId: audit.id, auditorUserId: entry.auditorUserId }, sealed)
    const outcome = plain ? await putOnList(deps, tx, actor, audit, plain) : notReadable
    if ('code' in outcome) return { entryId, status: 'kept', ...outcome }
    await queries.settleEntry(tx, entryId, { status: 'accepted', byUserId: actor.userId, ...outcome })
    await noteKept(tx, audit)
    return { entryId, status: 'accepted', ...outcome }
  })
}

/** A supervisor gives an entry up, and what it held with it. @throws EntryNotFound */
export function discardKept(deps: Pick<AuditDeps, 'db'>, actor: Scope, entryId: string): Promise<void> {
  return inTransaction(deps.db, async (tx) => {
    const { audit } = await lockKept(tx, actor, entryId)
    await queries.settleEntry(tx, entryId, { status: 'discarded', byUserId: actor.userId })
    await note(tx, actor, 'intake-entry.discarded', audit.id, entryId)
    await noteKept(tx, audit)
  })
}

async function takeIn(deps: AuditDeps, tx: Tx, actor: Scope, auditId: string, entry: SealedEntry): Promise<IntakeResult> {
  const { entryId, keyId } = entry
  // The lock comes first: two phones, or one that lost the answer, send the same entry one after the other.
  const audit = await lockOwnAudit(tx, actor, auditId)
  const known = await queries.findEntry(tx, entryId)
  const isSame = known && known.auditId === auditId && known.auditorUserId === actor.userId
  if (isSame) return resultOf(known)
  const plain = known ? undefined : await openEntry(deps, tx, { auditId, auditorUserId: actor.userId }, entry)
  if (!plain) return unopened(entryId)
  const outcome = refusalOf(audit.status) ?? (await putOnList(deps, tx, actor, audit, plain))
  const base = { id: entryId, auditId, auditorUserId: actor.userId, intakeKeyId: keyId }
  if ('code' in outcome) {
    const { code: reasonCode, message: reason } = outcome
    await queries.insertEntry(tx, { ...base, status: 'kept', reasonCode, reason, sealed: Buffer.from(entry.sealed, 'base64url') })
    await note(tx, actor, 'intake-entry.kept', auditId, entryId, { reason: reasonCode })
    await noteKept(tx, audit)
    return { entryId, status: 'kept', ...outcome }
  }
  await queries.insertEntry(tx, { ...base, status: 'accepted', ...outcome })
  return { entryId, status: 'accepted', ...outcome }
}

/** Undefined when it was not sealed by this auditor for this visit, or not to a key of ours. */
async function openEntry(
  { cipher }: AuditDeps,
  tx: Tx,
  owner: { auditId: string; auditorUserId: string },
  { entryId, keyId, sealed }: SealedEntry,
): Promise<Buffer | undefined> {
  try {
    const pair = await openKeyPair(cipher, tx, keyId)
    return pair && openEnvelope(pair, entryContext({ ...owner, entryId, keyId }), Buffer.from(sealed, 'base64url'))
  } catch (error) {
    if (!(error instanceof SealBroken || error instanceof KeyDestroyed)) throw error
    return undefined
  }
}

/** By the very rules of the console; a refusal of theirs comes before anything is written. */
async function putOnList(
  deps: AuditDeps,
  tx: Tx,
  actor: Scope,
  audit: AuditRecord,
  plain: Buffer,
): Promise<{ isDuplicateNumber: boolean } | Reason> {
  if (audit.status !== 'open') return refusalOf(audit.status)!
  const entry = parseEntry(plain)
  plain.fill(0)
  if (!Value.Check(IntakeEntry, entry)) return notReadable
  const country = await findCountry({ db: tx }, audit.countryId)
  if (!country?.languages.some(({ code }) => code === entry.languageCode)) return languageNotServed
  try {
    const { isDuplicateNumber } = await putOnRoster(deps, tx, actor, audit, entry)
    return { isDuplicateNumber }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { code: error.code, message: error.message }
  }
}

async function lockKept(tx: Tx, actor: Scope, entryId: string): Promise<{ entry: queries.EntryRow; audit: AuditRecord }> {
  const found = await queries.findEntry(tx, entryId)
  if (!found) throw new EntryNotFound()
  const audit = await lockOwnAudit(tx, actor, found.auditId)
  const entry = await queries.findEntry(tx, entryId)
  if (entry?.status !== 'kept') throw new EntryNotFound()
  return { entry, audit }
}

/** One alert for each visit while something is kept. */
async function noteKept(tx: Tx, { id, factoryName, auditDate, countryId }: AuditRecord): Promise<void> {
  const kept = (await queries.countKept(tx, [id])).get(id) ?? 0
  if (kept === 0) return resolveAlert(tx, { kind: KEPT_ALERT, subject: id })
  const where = { factory: factoryName.slice(0, 120), date: auditDate }
  const message = kept === 1 ? messages.say('alert-entry-kept', where) : messages.say('alert-entries-kept', { n: kept, ...where })
  await raiseAlert(tx, { kind: KEPT_ALERT, subject: id, severity: 'warning', message, countryId })
}

const note = (
  tx: Tx,
  actor: Scope,
  action: `intake-entry.${string}`,
  auditId: string,
  entryId: string,
  detail: Record<string, string> = {},
) => record(tx, { actorUserId: actor.userId, action, subjectKind: 'audit', subjectId: auditId, detail: { entryId, ...detail } })

function resultOf({ id: entryId, status, isDuplicateNumber, reasonCode, reason }: queries.EntryRow): IntakeResult {
  // Discarded is decided on: for the phone it has arrived, as accepted has.
  if (status !== 'kept') return { entryId, status: 'accepted', isDuplicateNumber }
  return { entryId, status: 'kept', code: reasonCode ?? '', message: reason ?? '' }
}

/** Nothing of it is stored: else whoever sends rubbish under its id first would keep the true one out. */
const unopened = (entryId: string): IntakeResult => ({
  entryId,
  status: 'unopened',
  code: 'entry-unopened',
  message: 'This entry does not open: it was changed on its way, or made by another auditor. It stays on the phone.',
})
