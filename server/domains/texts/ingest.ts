/** A text that came in: kept once, in one transaction with all it leads to. Once this has returned, the other copies may be deleted. */
import { randomUUID } from 'node:crypto'
import { KeyDestroyed } from '../../platform/crypto/errors.ts'
import type { Tx } from '../../platform/db/db.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { announce } from '../../platform/live/announce.ts'
import { record } from '../activity-log/service.ts'
import { planForCaller, refuseCallbacks, why } from '../callbacks/service.ts'
import { findTextLine, isOurNumber, type TextLine } from '../countries/service.ts'
import {
  findCallerLanguage,
  findOrCreateCaller,
  findOrCreateNumber,
  getNumber,
  liftStop,
  noteLanguage,
  noteStop,
  workersMeantBy,
} from '../workers/service.ts'
import { bodyContext, TEXT_CHANGED, type TextDeps } from './deps.ts'
import { NotOurNumber } from './errors.ts'
import { alertToWords, type PinOwner, readPin } from './pins-in-texts.ts'
import * as queries from './queries.ts'
import { FLOOD_WINDOW_MS, isFlood, type Meaning, replyTo, replyToPin } from './reply-rules.ts'
import { languageOfText } from './script-rules.ts'
import { senderOf } from './sender-rules.ts'
import { importedCommands, sentenceIn, type StatusSentence, writtenIn } from '../prompts/service.ts'
import { queueSentence } from './sending.ts'
import { type Command, commandOf } from './word-rules.ts'

export type ArrivedText = {
  /** What makes it the same text when it comes again, such as the gateway and its id; kept as a keyed hash. */
  sameness: string
  /** Null: by SIP MESSAGE over the trunk. */
  gatewayId: string | null
  /** Our number that was written to, E.164. */
  did: string
  /** As the carrier or gateway names the sender. */
  from: string
  /** As it arrived, UTF-8 or not. */
  body: Uint8Array
  /** More was written than reached us. */
  isCutOff: boolean
  receivedAt: Date
}

/** Somebody is taking in the same text this moment: told again, it will be known. */
class TakenInTwice extends Error {}

/**
 * Keeps a text, and what follows from it: a callback, silence after STOP, an answer by itself. The same text again changes nothing.
 * One that we sent to ourselves is kept nowhere.
 * @throws NotOurNumber
 */
export function ingestText(deps: TextDeps, arrived: ArrivedText): Promise<{ textId: string; isNew: boolean }> {
  return inTransaction(deps.db, async (tx) => {
    const words = new TextDecoder().decode(arrived.body)
    const ownId = await deps.ownTexts?.recognise(tx, words)
    if (ownId !== undefined) return { textId: ownId, isNew: false }
    const dedupeKey = deps.cipher.blindIndex('text', arrived.sameness)
    const known = await queries.findByKey(tx, dedupeKey)
    if (known) return { textId: known.id, isNew: false }
    const line = await findTextLine(tx, { did: arrived.did })
    if (!line) throw new NotOurNumber()
    const writer = await findWriter(deps, tx, arrived, line, words)
    const conversation = await queries.openConversation(tx, {
      countryId: line.countryId,
      languageCode: writer.languageCode,
      sender: writer.sender,
      phoneNumberId: writer.phoneNumberId,
      workerId: writer.worker?.id ?? null,
      lineDid: line.did,
      lastTextAt: arrived.receivedAt,
    })
    const effect = await takeEffect(deps, tx, { arrived, line, words, writer, conversation })
    // Who writes a PIN may have borrowed the phone: its holder is called in their own language.
    if (writer.worker && !effect.status) await noteLanguage(tx, writer.worker.id, writer.languageCode)
    const textId = randomUUID()
    const isKept = await queries.insertReceived(tx, {
      id: textId,
      conversationId: conversation.id,
      languageCode: writer.languageCode,
      ...(await sealBody(deps, tx, { textId, keyId: (effect.owner ?? writer.worker)?.dataKeyId, body: arrived.body })),
      isCutOff: arrived.isCutOff,
      command: effect.command ?? null,
      hasPin: effect.hasPin,
      dedupeKey,
      callbackId: effect.owner ? effect.owner.callbackId : effect.callbackId,
      gatewayId: arrived.gatewayId,
      happenedAt: arrived.receivedAt,
    })
    if (!isKept) throw new TakenInTwice('this text is being taken in by somebody else')
    const change = {
      languageCode: writer.languageCode,
      lineDid: line.did,
      gatewayId: arrived.gatewayId,
      lastTextAt: arrived.receivedAt,
      ...(effect.callbackId !== null && { callbackId: effect.callbackId }),
      ...(conversation.firstReceivedAt === null && { firstReceivedAt: arrived.receivedAt }),
    }
    await queries.updateConversation(tx, conversation.id, change, 'one-more')
    await answer(deps, tx, { conversation: { ...conversation, ...change }, line, effect, arrived })
    const detail = { conversationId: conversation.id, isCutOff: arrived.isCutOff, command: effect.command ?? null }
    await record(tx, { actorUserId: null, action: 'text.received', subjectKind: 'text', subjectId: textId, detail })
    await announce(tx, TEXT_CHANGED, conversation.id)
    return { textId, isNew: true }
  })
}

type Writer = {
  sender: 'kept' | 'withheld' | 'unusable'
  phoneNumberId: string | null
  worker: { id: string; dataKeyId: string } | null
  languageCode: string
}

/** The number goes into the vault; our own numbers (a test, a loop at the carrier) are nobody to ring back. */
async function findWriter(deps: TextDeps, tx: Tx, { from }: ArrivedText, line: TextLine, words: string): Promise<Writer> {
  const { countryId, languageCodes, fixedLanguageCode } = line
  const sender = senderOf(from, countryId)
  if (sender.kind !== 'kept' || (await isOurNumber(tx, sender.e164))) {
    const kind = sender.kind === 'kept' ? 'unusable' : sender.kind
    return {
      sender: kind,
      phoneNumberId: null,
      worker: null,
      languageCode: languageOfText(words, { languageCodes, known: fixedLanguageCode ?? undefined }),
    }
  }
  const phoneNumberId = await findOrCreateNumber(deps, tx, { e164: sender.e164, countryId })
  const known = (await findCallerLanguage(tx, phoneNumberId)) ?? fixedLanguageCode ?? undefined
  const languageCode = languageOfText(words, { languageCodes, known })
  const worker = await findOrCreateCaller(deps, tx, { phoneNumberId, countryId, languageCode })
  return { sender: 'kept', phoneNumberId, worker, languageCode }
}

type Taken = { arrived: ArrivedText; line: TextLine; words: string; writer: Writer; conversation: queries.Conversation }
type Effect = {
  meaning: Meaning
  command: Command | undefined
  hasPin: boolean
  /** Whose PIN it is: the words are theirs, whoever's phone they came from. */
  owner: PinOwner | undefined
  /** What whoever writes a PIN is told. */
  status: StatusSentence | undefined
  /** What the sender is owed. */
  callbackId: string | null
  isFlood: boolean
  /** As `ReplyFacts` wants it. */
  mayText: boolean
}

/** What the words do, before anything is answered. */
async function takeEffect(deps: TextDeps, tx: Tx, { arrived, line, words, writer, conversation }: Taken): Promise<Effect> {
  const { phoneNumberId, languageCode } = writer
  const { receivedAt: at } = arrived
  const since = new Date(at.getTime() - FLOOD_WINDOW_MS)
  const isTooMany = isFlood(await queries.countReceivedSince(tx, conversation.id, since))
  const command = phoneNumberId === null ? undefined : commandOf(words, await importedCommands(tx))
  const effect: Effect = {
    meaning: command ?? (arrived.isCutOff ? 'cut-off' : 'text'),
    command,
    hasPin: false,
    owner: undefined,
    status: undefined,
    callbackId: null,
    isFlood: isTooMany,
    mayText: false,
  }
  if (command && phoneNumberId !== null) return { ...effect, mayText: await obey(deps, tx, { command, phoneNumberId, at }) }
  const pin = await readPin(deps, tx, { words, phoneNumberId, line })
  const mayText = phoneNumberId !== null && (await mayTextNumber(tx, phoneNumberId))
  if (pin?.owner) {
    const { owner, sentence, isAlone } = pin
    if (!isAlone && !owner.isOwedCall) await alertToWords(tx, conversation)
    return { ...effect, owner, hasPin: true, status: sentence, mayText }
  }
  if (phoneNumberId === null || (pin?.isAlone && !pin.mayBePhone)) return { ...effect, status: pin?.sentence, mayText }
  // A flood is kept whole, but moves nothing: its first texts have the callback already.
  if (isTooMany) return { ...effect, callbackId: conversation.callbackId, mayText }
  const heldReason = pin && why.say('wrote-pin')
  const plan = { reason: 'text', phoneNumberId, countryId: line.countryId, languageCode, at, ...(heldReason && { heldReason }) } as const
  const { callbackId } = await planForCaller(deps, tx, plan)
  return { ...effect, status: pin?.sentence, callbackId, mayText }
}

/** @returns whether the answer may go: for STOP as it was before, for START as it is after */
async function obey(
  deps: TextDeps,
  tx: Tx,
  { command, phoneNumberId, at }: { command: Command; phoneNumberId: string; at: Date },
): Promise<boolean> {
  if (command === 'start') {
    await liftStop(tx, { phoneNumberId })
    return mayTextNumber(tx, phoneNumberId)
  }
  const mayText = await mayTextNumber(tx, phoneNumberId)
  await stop(deps, tx, phoneNumberId, at)
  return mayText
}

/** Locks as everywhere: callbacks first, then the number. */
async function stop(deps: TextDeps, tx: Tx, phoneNumberId: string, at: Date): Promise<void> {
  const workerIds = await workersMeantBy(tx, phoneNumberId)
  await refuseCallbacks(deps, tx, { workerIds, reason: why.say('wrote-not') })
  await noteStop(tx, { phoneNumberId, at })
}

async function mayTextNumber(tx: Tx, phoneNumberId: string): Promise<boolean> {
  const { neverCallSince, neverTextSince } = await getNumber(tx, phoneNumberId)
  return neverCallSince === null && neverTextSince === null
}

type Answered = { conversation: queries.Conversation; line: TextLine; effect: Effect; arrived: ArrivedText }

async function answer(deps: TextDeps, tx: Tx, { conversation, line, effect }: Answered): Promise<void> {
  const { mayText, isFlood: isTooMany, status, meaning } = effect
  const { lastReplyAt } = conversation
  const facts = { isReplyOn: line.isTextReplyOn, mayText, lastReplyAt, isFlood: isTooMany, now: deps.clock.now() }
  const sentence = status ? replyToPin(status, facts) : replyTo(meaning, facts)
  if (!sentence) return
  const written = await writtenIn(tx, conversation.languageCode)
  // Who asks with a PIN is not left without an answer for want of a translation.
  const body = written(sentence) ?? (status && sentenceIn('en', status))
  if (body) await queueSentence(deps, tx, { conversation, sentence, body })
}

/** Under the worker's key, so that erasing the worker erases it; what comes after that, or from nobody known, has a key of its own. */
async function sealBody(
  { cipher }: TextDeps,
  tx: Tx,
  { textId, keyId, body }: { textId: string; keyId: string | undefined; body: Uint8Array },
): Promise<{ dataKeyId: string; bodySealed: Buffer }> {
  const sealWith = async (dataKeyId: string) => ({ dataKeyId, bodySealed: await cipher.seal(tx, dataKeyId, bodyContext(textId), body) })
  if (keyId === undefined) return sealWith(await cipher.newKey(tx, 'text'))
  try {
    return await sealWith(keyId)
  } catch (error) {
    if (!(error instanceof KeyDestroyed)) throw error
    return sealWith(await cipher.newKey(tx, 'text'))
  }
}
