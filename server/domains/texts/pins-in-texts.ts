/**
 * PINs in texts. Whoever writes one may use any phone: that phone is told one neutral sentence and nothing rings it, and what is
 * written beside the PIN belongs to the PIN's owner.
 */
import type { Tx } from '../../platform/db/db.ts'
import { messages, raiseAlert } from '../alerts/service.ts'
import { findOpenCallback } from '../callbacks/service.ts'
import type { TextLine } from '../countries/service.ts'
import { statusForPin } from '../pins/service.ts'
import { getWorker } from '../workers/service.ts'
import type { TextDeps } from './deps.ts'
import { pinIn } from './pin-rules.ts'
import type { Conversation } from './queries.ts'
import { senderOf } from './sender-rules.ts'
import type { StatusSentence } from '../prompts/sentence-rules.ts'

/** @property callbackId what they are owed and not called for yet; null: nothing */
export type PinOwner = { workerId: string; dataKeyId: string; callbackId: string | null }
/** @property owner undefined: nobody's, or beyond the limits, and that is all anybody is told */
export type ReadPin = { owner: PinOwner | undefined; isAlone: boolean; sentence: StatusSentence }

/** Undefined when none was tried: ten digits beside words that could be dialled are somebody's phone number. */
export async function readPin(
  deps: TextDeps,
  tx: Tx,
  { words, phoneNumberId, line }: { words: string; phoneNumberId: string; line: TextLine },
): Promise<ReadPin | undefined> {
  const written = pinIn(words)
  const isPhone = written && !written.isAlone && senderOf(written.pin, line.countryId).kind === 'kept'
  if (!written || isPhone) return undefined
  const { isAlone, pin } = written
  const { sentence, workerId } = await statusForPin({ ...deps, db: tx }, { pin, lineDid: line.did, phoneNumberId })
  const owner = workerId === null ? undefined : await ownerOf(tx, workerId)
  return { owner, isAlone, sentence: `pin-${sentence}` }
}

async function ownerOf(tx: Tx, workerId: string): Promise<PinOwner> {
  const [{ dataKeyId }, callbackId] = [await getWorker(tx, workerId), await findOpenCallback(tx, workerId)]
  return { workerId, dataKeyId, callbackId: callbackId ?? null }
}

/** Words for somebody whom nobody will call: a person must read them. */
export const alertToWords = (tx: Tx, { id, countryId, reference }: Pick<Conversation, 'id' | 'countryId' | 'reference'>) =>
  raiseAlert(tx, {
    ...{ kind: 'pin-words', subject: id, severity: 'warning', countryId, isHappening: true },
    message: messages.say('alert-pin-words', { reference }),
  })
