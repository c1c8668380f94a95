/** The vault: who is behind an id, and their number. A number leaves it for one purpose only, to be dialled. */
import { randomUUID } from 'node:crypto'
import type { FieldCipher } from '../../platform/crypto/field-cipher.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import { aliasContext, codeWordContext, numberContext } from './contexts.ts'
import * as queries from './queries.ts'
import { renewNumbers } from './roster.ts'
import { isOrdinaryNumber, normalisePhone } from './rules.ts'

export { addRosterWorkers, findKnownNumbers, type NewRosterWorker, numberIndex } from './roster.ts'
export { BadPhone, type DialDecision, mayDial, normalisePhone } from './rules.ts'

export type WorkerDeps = { cipher: FieldCipher }

/**
 * The row of a number, made when it is new. Equal numbers are one row, whoever they belong to.
 * @param e164 as `normalisePhone` returns it
 */
export async function findOrCreateNumber(
  { cipher }: WorkerDeps,
  tx: Tx,
  { e164, countryId }: { e164: string; countryId: string },
): Promise<string> {
  const blindIndex = cipher.blindIndex('phone', e164)
  const known = await queries.findNumberByIndex(tx, blindIndex)
  if (known) {
    if (known.isErased) await renewNumbers({ cipher }, tx, [{ id: known.id, e164 }])
    return known.id
  }
  const id = randomUUID()
  const dataKeyId = await cipher.newKey(tx, 'phone-number')
  const e164Sealed = await cipher.seal(tx, dataKeyId, numberContext(id), e164)
  if (await queries.insertNumber(tx, { id, blindIndex, countryId, dataKeyId, e164Sealed })) return id
  // Two calls of one number at the same moment: the other one's row it is.
  await cipher.destroyKey(tx, dataKeyId)
  const theirs = await queries.findNumberByIndex(tx, blindIndex)
  if (!theirs) throw new Error('a phone number was refused as a duplicate but is not there')
  return theirs.id
}

/** The number itself, E.164, for dialling and nothing else. @throws KeyDestroyed when it was erased */
export async function openNumber({ cipher }: WorkerDeps, tx: Db, phoneNumberId: string): Promise<string> {
  const { e164Sealed, dataKeyId } = await queries.getSealedNumber(tx, phoneNumberId)
  return cipher.openText(tx, dataKeyId, numberContext(phoneNumberId), e164Sealed)
}

/** The language they chose last, of whoever rang or wrote from this number; undefined when nobody has. */
export async function findCallerLanguage(tx: Db, phoneNumberId: string): Promise<string | undefined> {
  return (await queries.findCaller(tx, phoneNumberId))?.languageCode ?? undefined
}

/**
 * The language chosen last by whoever rang from this number, else that of the workers who gave it. Null when nobody did, when they
 * differ, or when it is no number of the country.
 * @param number as the carrier sent it
 */
export async function findLanguageOfNumber(
  { db, cipher }: WorkerDeps & { db: Db },
  { countryId, number }: { countryId: string; number: string },
): Promise<string | null> {
  if (!isOrdinaryNumber(countryId, number)) return null
  const row = await queries.findNumberByIndex(db, cipher.blindIndex('phone', normalisePhone(countryId, number)))
  if (!row) return null
  const workers = await queries.listLanguages(db, row.id)
  const caller = workers.find(({ origin }) => origin === 'caller')
  if (caller) return caller.languageCode
  const [language, ...others] = new Set(workers.map(({ languageCode }) => languageCode))
  return others.length ? null : (language ?? null)
}

export type Caller = { id: string; dataKeyId: string }

/**
 * The unnamed worker behind a number that rang or wrote to us first: one per number. One who is known keeps the language they had:
 * `noteLanguage` changes it, once their callback is locked.
 */
export async function findOrCreateCaller(
  { cipher }: WorkerDeps,
  tx: Tx,
  { phoneNumberId, countryId, languageCode }: { phoneNumberId: string; countryId: string; languageCode: string },
): Promise<Caller> {
  const known = await queries.findCaller(tx, phoneNumberId)
  if (known) return known
  const id = randomUUID()
  const dataKeyId = await cipher.newKey(tx, 'worker')
  const worker = { id, phoneNumberId, dataKeyId, origin: 'caller' as const, aliasSealed: null, languageCode, countryId, factoryId: null }
  if (await queries.insertWorker(tx, worker)) return { id, dataKeyId }
  await cipher.destroyKey(tx, dataKeyId)
  const theirs = await queries.findCaller(tx, phoneNumberId)
  if (!theirs) throw new Error('a caller was refused as a duplicate but is not there')
  return theirs
}

/**
 * The language a caller chose last. It locks the worker, and a callback's outcome locks the callback first and the worker second:
 * whoever changes both does it in that order, else two transactions wait for each other.
 */
export const noteLanguage = queries.setLanguage

/** A worker of whom no number is known, or none that may be used: each call makes a new one. */
export async function addUnknownCaller(
  { cipher }: WorkerDeps,
  tx: Tx,
  { countryId, languageCode }: { countryId: string; languageCode: string | null },
): Promise<string> {
  const id = randomUUID()
  const dataKeyId = await cipher.newKey(tx, 'worker')
  const worker = {
    id,
    phoneNumberId: null,
    dataKeyId,
    origin: 'caller' as const,
    aliasSealed: null,
    languageCode,
    countryId,
    factoryId: null,
  }
  await queries.insertWorker(tx, worker)
  return id
}

export type RosterWorker = {
  e164: string
  countryId: string
  alias?: string | undefined
  /** By which the worker knows that it is us. */
  codeWord?: string | undefined
  languageCode: string
  factoryId: string
}

/** A worker interviewed in an audit: always a new one, even on a number that others gave too. */
export async function addRosterWorker(
  deps: WorkerDeps,
  tx: Tx,
  worker: RosterWorker,
): Promise<{ workerId: string; phoneNumberId: string }> {
  const { e164, countryId, alias, codeWord, languageCode, factoryId } = worker
  const phoneNumberId = await findOrCreateNumber(deps, tx, { e164, countryId })
  const id = randomUUID()
  const dataKeyId = await deps.cipher.newKey(tx, 'worker')
  const aliasSealed = alias === undefined ? null : await deps.cipher.seal(tx, dataKeyId, aliasContext(id), alias)
  const codeWordSealed = codeWord === undefined ? null : await deps.cipher.seal(tx, dataKeyId, codeWordContext(id), codeWord)
  const kept = { id, phoneNumberId, dataKeyId, aliasSealed, codeWordSealed, languageCode, countryId, factoryId }
  await queries.insertWorker(tx, { ...kept, origin: 'roster' })
  return { workerId: id, phoneNumberId }
}

/** Opens the alias an auditor wrote down. The caller has checked who reads it. */
export async function openAlias(
  { db, cipher }: WorkerDeps & { db: Db },
  worker: { workerId: string; dataKeyId: string; aliasSealed: Buffer | null },
): Promise<string | null> {
  if (!worker.aliasSealed) return null
  return cipher.openText(db, worker.dataKeyId, aliasContext(worker.workerId), worker.aliasSealed)
}

/** Opens the word agreed with an auditor. The caller has checked who reads it. */
export async function openCodeWord({ db, cipher }: WorkerDeps & { db: Db }, workerId: string): Promise<string | null> {
  const { dataKeyId, codeWordSealed } = await queries.getCodeWord(db, workerId)
  return codeWordSealed && cipher.openText(db, dataKeyId, codeWordContext(workerId), codeWordSealed)
}

export const getWorker = queries.getWorker
/** Whether, and since when, a number must never ring again; locks it until the transaction ends. */
export const lockNumber = queries.lockNumber
export const getNumber = queries.getNumber
export const listNeverCalled = queries.listNeverCalled

/** Keeps when a number was last rung without a conversation. */
export const noteRungInVain = queries.setLastRung

/**
 * The worker does not want to be called, in this campaign or any other. The number is never called again either, unless
 * another worker gave the same one: a refusal does not speak for those who share a phone.
 */
export async function noteRefusal(
  tx: Tx,
  { workerId, phoneNumberId, at }: { workerId: string; phoneNumberId: string; at: Date },
): Promise<void> {
  await queries.setRefused(tx, workerId, at)
  if ((await queries.countRosterWorkers(tx, phoneNumberId)) <= 1) await queries.setNeverCall(tx, phoneNumberId, at)
}

/** For whom one number speaks when it writes: its caller, and the worker of an audit when only one gave it. A text does not speak for several. */
export async function workersMeantBy(tx: Tx, phoneNumberId: string): Promise<string[]> {
  const workers = await queries.listWorkersOfNumber(tx, phoneNumberId)
  const isShared = workers.filter(({ origin }) => origin === 'roster').length > 1
  return workers.filter(({ origin }) => origin === 'caller' || !isShared).map(({ id }) => id)
}

/**
 * They wrote STOP: nothing is written to this number until they write START. It is not called either, under the same limit as any
 * refusal: never more than `workersMeantBy`.
 */
export async function noteStop(tx: Tx, { phoneNumberId, at }: { phoneNumberId: string; at: Date }): Promise<void> {
  const meant = await workersMeantBy(tx, phoneNumberId)
  await queries.setNeverText(tx, phoneNumberId, at)
  const { neverTextSince } = await queries.getNumber(tx, phoneNumberId)
  for (const workerId of meant) await queries.setRefused(tx, workerId, neverTextSince ?? at)
  if ((await queries.countRosterWorkers(tx, phoneNumberId)) <= 1) await queries.setNeverCall(tx, phoneNumberId, neverTextSince ?? at)
}

/** They wrote START: what their STOP had stopped may go on; what they refused on the phone stays refused. */
export async function liftStop(tx: Tx, { phoneNumberId }: { phoneNumberId: string }): Promise<void> {
  await queries.clearStop(tx, phoneNumberId)
}

/** They rang us after refusing, and a person decided to call them: the refusal no longer stands. */
export async function liftRefusal(tx: Tx, { workerId, phoneNumberId }: { workerId: string; phoneNumberId: string }): Promise<void> {
  await queries.clearRefusal(tx, workerId, phoneNumberId)
}
