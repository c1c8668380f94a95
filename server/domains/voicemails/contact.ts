/**
 * Whose a message is, and whom it makes us call. The message and the caller's word about it come in either order, each perhaps
 * twice: both lock the call's row, so the second one finds what the first did and puts it right.
 */
import { openRecording, sealRecording } from '../../platform/crypto/recording-cipher.ts'
import type { Tx } from '../../platform/db/db.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { announce } from '../../platform/live/announce.ts'
import { record } from '../activity-log/service.ts'
import { messages, raiseAlert } from '../alerts/service.ts'
import { dropPlan, findOpenCallback, planForCaller } from '../callbacks/service.ts'
import type { ContactChoice } from '../calls/contract.ts'
import { type CallerFacts, linkCallback, lockCaller, setContact, setWorker } from '../calls/service.ts'
import { givePin, workerOfPin } from '../pins/service.ts'
import { addUnknownCaller, getWorker, normalisePhone } from '../workers/service.ts'
import { VOICEMAIL_CHANGED, type VoicemailDeps } from './deps.ts'
import * as queries from './queries.ts'

export type Owner = { workerId: string; workerDataKeyId: string; callbackId: string | null }
type Left = { languageCode: string; at: Date }

/** The worker behind a call's message: by PIN, by number, else a nameless one. A number is promised to be called back. */
export async function ownerOf(deps: VoicemailDeps, tx: Tx, caller: CallerFacts, left: Left): Promise<Owner> {
  const { id: callId, workerId, phoneNumberId, countryId } = caller
  if (workerId === null && phoneNumberId !== null) {
    const { languageCode, at } = left
    const planned = await planForCaller(deps, tx, { reason: 'voicemail', phoneNumberId, countryId, languageCode, at })
    await linkCallback(tx, callId, planned.callbackId)
    return planned
  }
  const known = workerId ?? (await nameless(deps, tx, caller, left.languageCode))
  const { dataKeyId: workerDataKeyId } = await getWorker(tx, known)
  return { workerId: known, workerDataKeyId, callbackId: (await findOpenCallback(tx, known)) ?? null }
}

export type Contact = {
  callId: string
  choice: ContactChoice
  /** As it was keyed in; brought to E.164 by the country's rules. For `other`. */
  number?: string | undefined
  /** As it was read out. For `none`. */
  pin?: string | undefined
  at: Date
}

/**
 * The caller said whether, and on which number, to be called. Told again it changes nothing.
 * @throws CallNotFound, BadPhone
 */
export async function recordContact(deps: VoicemailDeps, { callId, choice, number, pin, at }: Contact): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    const { countryId, languageCode } = await lockCaller(tx, callId)
    const e164 = number === undefined ? undefined : normalisePhone(countryId, number)
    const caller = await setContact(deps, tx, { callId, choice, e164 })
    if (choice === 'none') {
      const workerId = caller.workerId ?? (await nameless(deps, tx, caller, languageCode))
      caller.workerId = workerId
      if (pin !== undefined && !(await givePin(deps, tx, { pin, workerId, at }))) await alarm(tx, callId, countryId)
    }
    await record(tx, { actorUserId: null, action: 'call.contact-chosen', subjectKind: 'call', subjectId: callId, detail: { choice } })
    await moveMessages(deps, tx, caller, choice)
  })
}

/** The caller entered a PIN while it could not be looked up; told again, or unknown, it changes nothing. @throws CallNotFound */
export async function recordPinEntered(deps: VoicemailDeps, { callId, pin }: { callId: string; pin: string }): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    const caller = await lockCaller(tx, callId)
    const workerId = await workerOfPin(deps, tx, pin)
    if (workerId === null || caller.workerId === workerId) return
    await setWorker(tx, callId, workerId)
    await moveMessages(deps, tx, { ...caller, workerId }, 'none')
  })
}

/** What was brought in before the caller's word is brought to where it belongs now. */
async function moveMessages(deps: VoicemailDeps, tx: Tx, caller: CallerFacts, choice: ContactChoice): Promise<void> {
  if (choice === 'this') return
  const [wrongPlan, messages] = [caller.callbackId, await queries.lockOfCall(tx, caller.id)]
  for (const message of messages) {
    const owner = await ownerOf(deps, tx, caller, { languageCode: message.languageCode, at: message.leftAt })
    if (owner.workerId === message.workerId) continue
    await resealRecording(deps, tx, message, owner.workerDataKeyId)
    await queries.setOwner(tx, message.id, owner)
    await announce(tx, VOICEMAIL_CHANGED, message.id)
    if (wrongPlan === null || owner.callbackId === wrongPlan) continue
    await linkCallback(tx, caller.id, owner.callbackId)
    await dropPlan(deps, tx, { callbackId: wrongPlan, callId: caller.id, wish: choice })
  }
}

/** Under its new owner's key: erasing one worker must not touch another's message, nor leave it readable. */
async function resealRecording(
  { cipher }: VoicemailDeps,
  tx: Tx,
  { recordingId, byteLength, dataKeyId }: { recordingId: string; byteLength: number; dataKeyId: string },
  newKeyId: string,
): Promise<void> {
  const recording = { id: recordingId, byteLength, readChunk: (sequence: number) => queries.readChunk(tx, recordingId, sequence) }
  const plain = openRecording(cipher, { db: tx, keyId: dataKeyId, recording }, { start: 0, end: byteLength })
  // A chunk is written when the one behind it has been read: what is read is never what was just written.
  for await (const { sequence, sealed } of sealRecording(cipher, { db: tx, keyId: newKeyId, recordingId }, plain)) {
    await queries.replaceChunk(tx, { recordingId, sequence, sealed })
  }
  await queries.setRecordingKey(tx, recordingId, newKeyId)
}

async function nameless(deps: VoicemailDeps, tx: Tx, { id, countryId }: CallerFacts, languageCode: string | null): Promise<string> {
  const workerId = await addUnknownCaller(deps, tx, { countryId, languageCode })
  await setWorker(tx, id, workerId)
  return workerId
}

const alarm = (tx: Tx, callId: string, countryId: string) =>
  raiseAlert(tx, {
    ...{ kind: 'pin-taken', subject: callId, severity: 'warning', countryId, isHappening: true },
    message: messages.say('alert-pin-taken'),
  })
