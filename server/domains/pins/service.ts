/** Who rings with a PIN, and what they may hear. The ten digits are known to the worker alone: here is only their keyed hash. */
import { randomInt } from 'node:crypto'
import type { FieldCipher } from '../../platform/crypto/field-cipher.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import type { Clock } from '../../platform/time/clock.ts'
import { DAY } from '../../platform/time/duration.ts'
import { record } from '../activity-log/service.ts'
import * as queries from './queries.ts'
import { isLimited, isPin, MISS_MEMORY_MS, type NeutralSentence, PIN_DIGITS } from './rules.ts'
import { openPublishedAudio, publishedSentence } from './statuses.ts'

export { isPin, NEUTRAL_SENTENCES, type NeutralSentence, PIN_DIGITS } from './rules.ts'
export { RecordStatusQuery, STATUS_SECONDS, WorkerStatusList, WriteStatus } from './contract.ts'
export { draftStatus, findStatusAudio, listStatuses, publishStatus, StatusNotFound, withdrawStatus } from './statuses.ts'

export type PinDeps = { db: Db; cipher: FieldCipher; clock: Clock }

/** Ten digits that nobody can guess; not yet known to be free. */
export const newPin = () => Array.from({ length: PIN_DIGITS }, () => randomInt(10)).join('')

/**
 * PINs that are nobody else's, for a process to keep in memory until they are read out. Reservations are given back after a day;
 * a PIN read out later than that is given all the same, as long as nobody has it.
 */
export async function reservePins({ db, cipher }: Pick<PinDeps, 'db' | 'cipher'>, count: number): Promise<string[]> {
  const pins: string[] = []
  while (pins.length < count) {
    const pin = newPin()
    if (await queries.reservePin(db, indexOf(cipher, pin))) pins.push(pin)
  }
  return pins
}

/**
 * The PIN that was read out is this worker's; told again it changes nothing.
 * @returns false when it is somebody else's already: it was made without the database, and one in ten thousand million hit
 */
export async function givePin({ cipher }: Pick<PinDeps, 'cipher'>, tx: Tx, given: { pin: string; workerId: string; at: Date }) {
  const { pin, workerId, at } = given
  const owner = await queries.givePin(tx, { blindIndex: indexOf(cipher, pin), workerId, at })
  if (owner !== workerId) return false
  await record(tx, { actorUserId: null, action: 'pin.given', subjectKind: 'worker', subjectId: workerId })
  return true
}

/** Whose PIN it is, without limits and without a trace: for what was entered while the database was away. */
export async function workerOfPin({ cipher }: Pick<PinDeps, 'cipher'>, db: Db, pin: string): Promise<string | null> {
  return isPin(pin) ? queries.findWorkerOf(db, indexOf(cipher, pin)) : null
}

export type CheckedPin = { isFound: false } | { isFound: true; workerId: string; status: Buffer | null }

/**
 * A caller entered a PIN. Wrong ones are counted per number that rings and per number of ours; beyond the limits a right one is
 * not found either, so that nothing can be learnt.
 * @returns `status`: the wav that the case-handler published for them; null when there is none
 */
export async function checkPin(deps: PinDeps, { callId, pin }: { callId: string; pin: string }): Promise<CheckedPin> {
  const trier = await queries.findTrier(deps.db, callId)
  if (!trier) return { isFound: false }
  const workerId = await tryPin(deps, { ...trier, pin })
  if (workerId === null) return { isFound: false }
  return { isFound: true, workerId, status: await openPublishedAudio(deps, workerId) }
}

/**
 * The neutral sentence for a PIN that came as a text; limits and traces as for a call.
 * @param sent.lineDid our number it came to @param sent.phoneNumberId the sender's row, null when it is none we keep
 * @returns `workerId` null when not found
 */
export async function statusForPin(
  deps: PinDeps,
  sent: { pin: string; lineDid: string; phoneNumberId: string | null },
): Promise<{ sentence: NeutralSentence; workerId: string | null }> {
  const workerId = await tryPin(deps, sent)
  if (workerId === null) return { sentence: 'not-found', workerId }
  return { sentence: (await publishedSentence(deps.db, workerId)) ?? 'nothing-new', workerId }
}

function tryPin(deps: PinDeps, { pin, ...trier }: queries.Trier & { pin: string }): Promise<string | null> {
  const { db, cipher, clock } = deps
  return inTransaction(db, async (tx) => {
    const now = clock.now()
    await queries.lockLine(tx, trier.lineDid)
    const misses = await queries.countMisses(tx, trier, new Date(now.getTime() - MISS_MEMORY_MS))
    const isOver = isLimited({ ...misses, isWithheld: trier.phoneNumberId === null })
    const workerId = isOver || !isPin(pin) ? null : await queries.findWorkerOf(tx, indexOf(cipher, pin))
    if (workerId !== null) {
      await record(tx, { actorUserId: null, action: 'pin.used', subjectKind: 'worker', subjectId: workerId })
      return workerId
    }
    // Beyond the limit nothing more is counted: whoever mistyped may try again within the hour.
    if (!isOver) await queries.insertMiss(tx, { ...trier, missedAt: now })
    const subject = await queries.lineName(tx, trier.lineDid)
    await record(tx, { actorUserId: null, action: isOver ? 'pin.limited' : 'pin.missed', subjectKind: 'country-line', subjectId: subject })
    return null
  })
}

/** Misses that count no more, and reservations of processes that are gone. */
export const forgetOldPins = ({ db, clock }: Pick<PinDeps, 'db' | 'clock'>) => queries.deleteOld(db, new Date(clock.now().getTime() - DAY))

const indexOf = (cipher: FieldCipher, pin: string) => cipher.blindIndex('pin', pin)
