/** Conversations, and the texts in them. */
import { sql } from 'kysely'
import { anyOf } from '../../platform/db/any-of.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import { beyond, exactly, type Position } from '../../platform/db/page.ts'
import type { TextState } from './contract.ts'
import type { SentenceName } from '../prompts/sentence-rules.ts'

export async function findByKey(db: Db, dedupeKey: Buffer): Promise<{ id: string; conversationId: string } | undefined> {
  return db.selectFrom('textMessage').select(['id', 'conversationId']).where('dedupeKey', '=', dedupeKey).executeTakeFirst()
}

export type Conversation = {
  id: string
  /** As people say it. */
  reference: string
  countryId: string
  languageCode: string
  phoneNumberId: string | null
  workerId: string | null
  lineDid: string
  gatewayId: string | null
  callbackId: string | null
  firstReceivedAt: Date | null
  lastReplyAt: Date | null
}
const conversationColumns = [
  'id',
  'reference',
  'countryId',
  'languageCode',
  'phoneNumberId',
  'workerId',
  'lineDid',
  'gatewayId',
  'callbackId',
  'firstReceivedAt',
  'lastReplyAt',
] as const

export type ConversationToInsert = {
  countryId: string
  languageCode: string
  sender: 'kept' | 'withheld' | 'unusable'
  phoneNumberId: string | null
  workerId: string | null
  lineDid: string
  lastTextAt: Date
}

/** The number's conversation in this country, made when it is new, locked: its texts are taken in one after the other. */
export async function openConversation(tx: Tx, values: ConversationToInsert): Promise<Conversation> {
  const inserted = await tx
    .insertInto('textConversation')
    .values(values)
    .onConflict((conflict) => conflict.doNothing())
    .returning(conversationColumns)
    .executeTakeFirst()
  if (inserted) return inserted
  return tx
    .selectFrom('textConversation')
    .select(conversationColumns)
    .where('countryId', '=', values.countryId)
    .where('phoneNumberId', '=', values.phoneNumberId)
    .forUpdate()
    .executeTakeFirstOrThrow()
}

export function lockConversation(tx: Tx, id: string): Promise<Conversation | undefined> {
  return tx.selectFrom('textConversation').select(conversationColumns).where('id', '=', id).forUpdate().executeTakeFirst()
}

export type ConversationChange = Partial<{
  languageCode: string
  lineDid: string
  gatewayId: string | null
  callbackId: string
  firstReceivedAt: Date
  lastReplyAt: Date
  lastTextAt: Date
}>

/** @param change.lastTextAt never moves back: a text that waited in the spool does not make the newest older */
export async function updateConversation(
  tx: Tx,
  id: string,
  { lastTextAt, ...change }: ConversationChange,
  unread: 'one-more' | 'same',
): Promise<void> {
  await tx
    .updateTable('textConversation')
    .set({
      ...change,
      ...(lastTextAt && { lastTextAt: sql<Date>`greatest(last_text_at, ${lastTextAt}::timestamptz)` }),
      ...(unread === 'one-more' && { unreadCount: sql<number>`unread_count + 1` }),
    })
    .where('id', '=', id)
    .execute()
}

/** @returns whether anything was unread */
export async function markRead(tx: Tx, id: string): Promise<boolean> {
  const row = await tx
    .updateTable('textConversation')
    .set({ unreadCount: 0 })
    .where('id', '=', id)
    .where('unreadCount', '>', 0)
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

export type ReceivedText = {
  id: string
  conversationId: string
  languageCode: string
  dataKeyId: string
  bodySealed: Buffer
  isCutOff: boolean
  command: 'stop' | 'start' | null
  hasPin: boolean
  dedupeKey: Buffer
  callbackId: string | null
  gatewayId: string | null
  happenedAt: Date
}

/** @returns false when another transaction kept the same text first */
export async function insertReceived(tx: Tx, text: ReceivedText): Promise<boolean> {
  const result = await tx
    .insertInto('textMessage')
    .values({ ...text, direction: 'in', state: 'received' })
    .onConflict((conflict) => conflict.column('dedupeKey').doNothing())
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

export type TextToSend = {
  id: string
  conversationId: string
  languageCode: string
  dataKeyId: string
  bodySealed: Buffer
  sentence: SentenceName | null
  isAutomatic: boolean
  authorUserId: string | null
  gatewayId: string | null
  callbackId: string | null
  happenedAt: Date
}

/** Due at once. @returns false when the id is there already: the same request, told twice */
export async function insertQueued(tx: Tx, text: TextToSend): Promise<boolean> {
  const result = await tx
    .insertInto('textMessage')
    .values({ ...text, direction: 'out', state: 'queued', dueAt: sql<Date>`clock_timestamp()` })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

/** Texts of a conversation that came in since. */
export async function countReceivedSince(db: Db, conversationId: string, since: Date): Promise<number> {
  const { texts } = await db
    .selectFrom('textMessage')
    .select((eb) => eb.fn.countAll<number>().as('texts'))
    .where('conversationId', '=', conversationId)
    .where('direction', '=', 'in')
    .where('happenedAt', '>', since)
    .executeTakeFirstOrThrow()
  return texts
}

const conversations = (db: Db) =>
  db
    .selectFrom('textConversation as conversation')
    .innerJoin('country', 'country.id', 'conversation.countryId')
    .leftJoin('phoneNumber as number', 'number.id', 'conversation.phoneNumberId')
    .leftJoin('callback', 'callback.id', 'conversation.callbackId')
    .innerJoinLateral(
      (eb) =>
        eb
          .selectFrom('textMessage')
          .select(['direction', 'state'])
          .whereRef('textMessage.conversationId', '=', 'conversation.id')
          .orderBy('happenedAt', 'desc')
          .orderBy('textMessage.id', 'desc')
          .limit(1)
          .as('newest'),
      (join) => join.onTrue(),
    )
    .select(['conversation.id', 'conversation.reference', 'conversation.countryId', 'conversation.languageCode', 'conversation.sender'])
    .select(['conversation.callbackId', 'conversation.unreadCount', 'conversation.firstReceivedAt', 'conversation.lastTextAt'])
    .select(exactly('conversation.lastTextAt').as('exactLastTextAt'))
    .select(['country.timeZone', 'callback.reference as callbackReference', 'number.neverCallSince', 'number.neverTextSince'])
    .select(['newest.direction as lastDirection', 'newest.state as lastState'])

export type ConversationRow = Awaited<ReturnType<typeof listConversations>>[number]

export type ConversationFilter = {
  countryIds: readonly string[]
  /** Agents read only the languages they speak. */
  languageCodes?: readonly string[] | undefined
  callbackId?: string | undefined
  isUnread?: boolean | undefined
  after?: Position | undefined
  limit: number
}

/** Newest first; reads one row more than `limit`. */
export function listConversations(db: Db, { countryIds, languageCodes, callbackId, isUnread, after, limit }: ConversationFilter) {
  return conversations(db)
    .where('conversation.countryId', '=', anyOf(countryIds))
    .$if(languageCodes !== undefined, (query) => query.where('conversation.languageCode', '=', anyOf(languageCodes!)))
    .$if(isUnread === true, (query) => query.where('conversation.unreadCount', '>', 0))
    .$if(callbackId !== undefined, (query) =>
      query.where((eb) =>
        eb.or([
          eb('conversation.callbackId', '=', callbackId!),
          eb.exists(
            eb
              .selectFrom('textMessage')
              .select('textMessage.id')
              .whereRef('textMessage.conversationId', '=', 'conversation.id')
              .where('textMessage.callbackId', '=', callbackId!),
          ),
        ]),
      ),
    )
    .$if(after !== undefined, (query) => query.where(beyond('conversation.lastTextAt', 'conversation.id', after!, 'desc')))
    .orderBy('conversation.lastTextAt', 'desc')
    .orderBy('conversation.id', 'desc')
    .limit(limit + 1)
    .execute()
}

export function findConversation(db: Db, id: string): Promise<ConversationRow | undefined> {
  return conversations(db).where('conversation.id', '=', id).executeTakeFirst()
}

const texts = (db: Db) =>
  db
    .selectFrom('textMessage as text')
    .leftJoin('appUser as author', 'author.id', 'text.authorUserId')
    .select(['text.id', 'text.direction', 'text.languageCode', 'text.dataKeyId', 'text.bodySealed', 'text.isCutOff', 'text.command'])
    .select(['text.hasPin', 'text.isAutomatic', 'text.state', 'text.trouble', 'text.happenedAt', 'author.displayName as authorName'])
    .select(exactly('text.happenedAt').as('exactHappenedAt'))

export type TextRow = Awaited<ReturnType<typeof listTexts>>[number]

/** Newest first; reads one row more than `limit`. */
export function listTexts(db: Db, conversationId: string, { after, limit }: { after?: Position | undefined; limit: number }) {
  return texts(db)
    .where('text.conversationId', '=', conversationId)
    .$if(after !== undefined, (query) => query.where(beyond('text.happenedAt', 'text.id', after!, 'desc')))
    .orderBy('text.happenedAt', 'desc')
    .orderBy('text.id', 'desc')
    .limit(limit + 1)
    .execute()
}

export function getText(db: Db, id: string): Promise<TextRow> {
  return texts(db).where('text.id', '=', id).executeTakeFirstOrThrow()
}

export type TextReference = { id: string; conversationId: string; state: TextState }

/** A text sent by this gateway: `id` is ours or the gateway's own. Locked. */
export async function lockSentByGateway(tx: Tx, gatewayId: string, id: string): Promise<TextReference | undefined> {
  const row = await tx
    .selectFrom('textMessage')
    .select(['id', 'conversationId', 'state'])
    .where('gatewayId', '=', gatewayId)
    .where('direction', '=', 'out')
    .where((eb) => eb.or([eb(sql<string>`id::text`, '=', id.toLowerCase()), eb('gatewayMessageId', '=', id)]))
    .forUpdate()
    .executeTakeFirst()
  return row as TextReference | undefined
}
