/** What people write to workers. Nobody sees the number; free words only to those who wrote to us. */
import type { Tx } from '../../platform/db/db.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import type { Scope } from '../../platform/http/policy.ts'
import { getCallback, getCallbackForText } from '../callbacks/service.ts'
import { findTextLine } from '../countries/service.ts'
import { findOrCreateCaller, getNumber, noteLanguage } from '../workers/service.ts'
import type { Reply, TextView, WriteFirst } from './contract.ts'
import type { TextDeps } from './deps.ts'
import { ConversationNotFound, MayNotText, OnlyTemplates, ReplyUnclear } from './errors.ts'
import * as queries from './queries.ts'
import { type SentenceName, writtenIn } from '../prompts/service.ts'
import { queueText } from './sending.ts'
import { getConversation, toTextView } from './views.ts'

/** @throws ConversationNotFound, MayNotText, OnlyTemplates, ReplyUnclear */
export async function reply(
  deps: TextDeps,
  writer: Scope,
  conversationId: string,
  { requestId, template, body }: Reply,
): Promise<TextView> {
  const { languageCode } = await getConversation(deps, writer, conversationId)
  const words = wordsOf({ template, body }, await writtenIn(deps.db, languageCode))
  return inTransaction(deps.db, async (tx) => {
    const conversation = await queries.lockConversation(tx, conversationId)
    if (!conversation) throw new ConversationNotFound()
    if (template === undefined && conversation.firstReceivedAt === null) throw new OnlyTemplates()
    return send(deps, tx, { conversation, requestId, body: words, sentence: template ?? null, authorUserId: writer.userId })
  })
}

/** Writes to the worker of a callback, who may never have written: a neutral sentence. @throws CallbackNotFound, MayNotText, ReplyUnclear */
export async function writeFirst(
  deps: TextDeps,
  writer: Scope,
  { requestId, callbackId, template }: WriteFirst,
): Promise<{ conversationId: string; text: TextView }> {
  // Whoever may see the callback; it throws for anybody else.
  await getCallback(deps, writer, callbackId)
  return inTransaction(deps.db, async (tx) => {
    const { phoneNumberId, countryId, languageCode } = await getCallbackForText({ db: tx }, callbackId)
    const line = await findTextLine(tx, { countryId })
    if (!line || phoneNumberId === null) throw new MayNotText('There is no number to write to.')
    const { id: workerId } = await findOrCreateCaller(deps, tx, { phoneNumberId, countryId, languageCode })
    const opened = await queries.openConversation(tx, {
      ...{ countryId, languageCode, phoneNumberId, workerId, lineDid: line.did },
      sender: 'kept',
      lastTextAt: deps.clock.now(),
    })
    await queries.updateConversation(tx, opened.id, { callbackId }, 'same')
    const conversation = { ...opened, callbackId }
    const body = wordsOf({ template, body: undefined }, await writtenIn(tx, conversation.languageCode))
    const text = await send(deps, tx, { conversation, requestId, body, sentence: template, authorUserId: writer.userId })
    await noteLanguage(tx, workerId, languageCode)
    return { conversationId: conversation.id, text }
  })
}

type ToSend = { conversation: queries.Conversation; requestId: string; body: string; sentence: SentenceName | null; authorUserId: string }

async function send(deps: TextDeps, tx: Tx, { conversation, requestId, ...text }: ToSend): Promise<TextView> {
  if (conversation.phoneNumberId === null) throw new MayNotText('They wrote without a number that can be written to.')
  const { neverCallSince, neverTextSince } = await getNumber(tx, conversation.phoneNumberId)
  if (neverCallSince !== null || neverTextSince !== null) throw new MayNotText('They asked not to be written to or called.')
  await queueText(deps, tx, { ...text, conversation, textId: requestId, isAutomatic: false })
  return toTextView({ ...deps, db: tx }, await queries.getText(tx, requestId))
}

type Written = Awaited<ReturnType<typeof writtenIn>>

/** One of the two; what a keyboard slips in unseen is left out. */
function wordsOf({ template, body }: { template: Reply['template']; body: string | undefined }, written: Written): string {
  if ((template === undefined) === (body === undefined)) throw new ReplyUnclear('Choose a sentence, or write one.')
  if (template !== undefined) {
    const sentence = written(template)
    if (sentence === undefined) throw new ReplyUnclear('This sentence has not been written in their language.')
    return sentence
  }
  const words = body!
    .normalize('NFC')
    .replace(/[^\P{Cc}\n]/gu, ' ')
    .trim()
  if (words === '') throw new ReplyUnclear('There is nothing to send.')
  return words
}
