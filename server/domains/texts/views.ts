/** Texts as people see them: who wrote is never shown, and who read is written down. */
import { KeyDestroyed } from '../../platform/crypto/errors.ts'
import { readCursor, toPage } from '../../platform/db/page.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import type { Scope } from '../../platform/http/policy.ts'
import { announce } from '../../platform/live/announce.ts'
import { record } from '../activity-log/service.ts'
import { findAgentView } from '../agents/service.ts'
import type { ConversationPage, ConversationQuery, ConversationView, TextPage, TextQuery, TextView } from './contract.ts'
import { bodyContext, TEXT_CHANGED, type TextDeps } from './deps.ts'
import { ConversationNotFound } from './errors.ts'
import * as queries from './queries.ts'
import { TEMPLATES, writtenIn } from '../prompts/service.ts'
import { readable, readableWithoutPins } from './show-rules.ts'

type Db = Pick<TextDeps, 'db'>

/** The reader's conversations, newest first. */
export async function listConversations(deps: Db, reader: Scope, query: ConversationQuery): Promise<ConversationPage> {
  const limit = query.limit ?? 50
  const rows = await queries.listConversations(deps.db, {
    countryIds: query.countryId === undefined ? reader.countryIds : reader.countryIds.filter((id) => id === query.countryId),
    languageCodes: await languagesOf(deps, reader),
    callbackId: query.callbackId,
    isUnread: query.isUnread,
    after: query.after === undefined ? undefined : readCursor(query.after),
    limit,
  })
  return toPage(rows, limit, toView, (row) => ({ at: row.exactLastTextAt, id: row.id }))
}

/** Undefined when it is gone. The caller decides who sees it. */
export async function findConversationView({ db }: Db, id: string): Promise<ConversationView | undefined> {
  const row = await queries.findConversation(db, id)
  return row && toView(row)
}

/** @throws ConversationNotFound also when it is not the reader's */
export async function getConversation(deps: Db, reader: Scope, id: string): Promise<ConversationView> {
  const row = await queries.findConversation(deps.db, id)
  const languages = await languagesOf(deps, reader)
  const isMine = row && reader.countryIds.includes(row.countryId) && (!languages || languages.includes(row.languageCode))
  if (!row || !isMine) throw new ConversationNotFound()
  return toView(row)
}

/**
 * The texts themselves, newest first: that this person read them is written down, and they are unread no more.
 * @throws ConversationNotFound
 */
export async function readTexts(deps: TextDeps, reader: Scope, id: string, query: TextQuery): Promise<TextPage> {
  const { languageCode } = await getConversation(deps, reader, id)
  const limit = query.limit ?? 50
  const after = query.after === undefined ? undefined : readCursor(query.after)
  const rows = await inTransaction(deps.db, async (tx) => {
    const detail = { isOlder: after !== undefined }
    await record(tx, { actorUserId: reader.userId, action: 'text.read', subjectKind: 'text-conversation', subjectId: id, detail })
    if (await queries.markRead(tx, id)) await announce(tx, TEXT_CHANGED, id)
    return queries.listTexts(tx, id, { after, limit })
  })
  const views = new Map(await Promise.all(rows.map(async (row) => [row.id, await toTextView(deps, row)] as const)))
  const page = toPage(
    rows,
    limit,
    (row) => views.get(row.id)!,
    (row) => ({ at: row.exactHappenedAt, id: row.id }),
  )
  const written = await writtenIn(deps.db, languageCode)
  const templates = TEMPLATES.flatMap((name) => {
    const body = written(name)
    return body === undefined ? [] : [{ name, body }]
  })
  return { ...page, templates }
}

export async function toTextView({ db, cipher }: Pick<TextDeps, 'cipher' | 'db'>, row: queries.TextRow): Promise<TextView> {
  const { id, direction, languageCode, isCutOff, command, hasPin, isAutomatic, authorName, state, trouble, happenedAt } = row
  return {
    id,
    direction: direction as TextView['direction'],
    languageCode,
    body: await openBody(),
    isCutOff,
    command: command as TextView['command'],
    hasPin,
    isAutomatic,
    authorName,
    state: state as TextView['state'],
    trouble: trouble as TextView['trouble'],
    happenedAt: happenedAt.toISOString(),
  }

  async function openBody(): Promise<string | null> {
    try {
      const body = await cipher.openBytes(db, row.dataKeyId, bodyContext(id), row.bodySealed)
      return direction === 'in' ? readableWithoutPins(body) : readable(body)
    } catch (error) {
      if (!(error instanceof KeyDestroyed)) throw error
      return null
    }
  }
}

/** Agents read what they understand; undefined: every language. */
async function languagesOf(deps: Db, reader: Scope): Promise<readonly string[] | undefined> {
  if (reader.role !== 'agent') return undefined
  return (await findAgentView(deps, reader.userId))?.languageCodes ?? []
}

function toView(row: queries.ConversationRow): ConversationView {
  const isStopped = row.neverTextSince !== null || row.neverCallSince !== null
  const { id, reference, countryId, languageCode, timeZone, callbackId, callbackReference, unreadCount } = row
  return {
    id,
    reference,
    countryId,
    languageCode,
    timeZone,
    sender: row.sender as ConversationView['sender'],
    callbackId,
    callbackReference,
    unreadCount,
    lastTextAt: row.lastTextAt.toISOString(),
    lastDirection: row.lastDirection as ConversationView['lastDirection'],
    lastState: row.lastState as ConversationView['lastState'],
    isStopped,
    mayReply: row.sender !== 'kept' || isStopped ? 'none' : row.firstReceivedAt === null ? 'templates' : 'free',
  }
}
