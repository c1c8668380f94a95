/**
 * PINs in texts. Whoever writes one may use any phone: that phone is told one neutral sentence and nothing rings it, and what is
 * written beside the PIN belongs to the PIN's owner.
 */
import type { Tx } from '../../platform/db/db.ts'
import { messages, raiseAlert } from '../alerts/service.ts'
import { findNewestCallback, findOpenCallback } from '../callbacks/service.ts'
import type { TextLine } from '../countries/service.ts'
import { statusForPin } from '../pins/service.ts'
import { getWorker } from '../workers/service.ts'
import type { TextDeps } from './deps.ts'
import { pinIn } from './pin-rules.ts'
import type { Conversation } from './queries.ts'
import { senderOf } from './sender-rules.ts'
import type { StatusSentence } from '../prompts/sentence-rules.ts'

/** @property callbackId where their words are read: what they are owed, else their last callback, beside which their case stands */
export type PinOwner = { workerId: string; dataKeyId: string; callbackId: string | null; isOwedCall: boolean }
/**
 * @property owner undefined: nobody's, or beyond the limits, and that is all anybody is told
 * @property mayBePhone it could be dialled: whoever wrote it may have meant where to call them
 */
export type ReadPin = { owner: PinOwner | undefined; isAlone: boolean; mayBePhone: boolean; sentence: StatusSentence }

/**
 * Undefined when there is none, and for ten digits beside words that are no PIN of ours and could be dialled: they are somebody's phone
 * number. They count as a wrong PIN all the same, or there would be tries without a limit.
 * @param phoneNumberId null when the sender is none we keep
 */
export async function readPin(
  deps: TextDeps,
  tx: Tx,
  { words, phoneNumberId, line }: { words: string; phoneNumberId: string | null; line: TextLine },
): Promise<ReadPin | undefined> {
  const written = pinIn(words)
  if (!written) return undefined
  const { isAlone, pin } = written
  const mayBePhone = senderOf(pin, line.countryId).kind === 'kept'
  const { sentence, workerId } = await statusForPin({ ...deps, db: tx }, { pin, lineDid: line.did, phoneNumberId })
  const owner = workerId === null ? undefined : await ownerOf(tx, workerId)
  return !owner && mayBePhone && !isAlone ? undefined : { owner, isAlone, mayBePhone, sentence: `pin-${sentence}` }
}

async function ownerOf(tx: Tx, workerId: string): Promise<PinOwner> {
  const { dataKeyId } = await getWorker(tx, workerId)
  const owed = await findOpenCallback(tx, workerId)
  const callbackId = owed ?? (await findNewestCallback(tx, workerId)) ?? null
  return { workerId, dataKeyId, callbackId, isOwedCall: owed !== undefined }
}

/** Words for somebody whom nobody will call: a person must read them. */
export const alertToWords = (tx: Tx, { id, countryId, reference }: Pick<Conversation, 'id' | 'countryId' | 'reference'>) =>
  raiseAlert(tx, {
    ...{ kind: 'pin-words', subject: id, severity: 'warning', countryId, isHappening: true },
    message: messages.say('alert-pin-words', { reference }),
  })
