/**
 * Texts to workers: queued in the transaction that decided them, sent by whoever claims them first.
 *
 *   queued ──claimed, sent──▶ handed over ──the gateway says so──▶ delivered
 *     ▲  └──not now──▶ later        └──the gateway says so──▶ failed
 *     └──────┘  refused, too many tries, or nobody knows ──▶ failed, with why
 */
import { randomUUID } from 'node:crypto'
import { KeyDestroyed } from '../../platform/crypto/errors.ts'
import type { Tx } from '../../platform/db/db.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { announce } from '../../platform/live/announce.ts'
import { record } from '../activity-log/service.ts'
import { messages, raiseAlert, resolveAlert } from '../alerts/service.ts'
import { findTextLine } from '../countries/service.ts'
import { getWorker, mayDial, openNumber } from '../workers/service.ts'
import type { TextTrouble } from './contract.ts'
import { bodyContext, TEXT_CHANGED, TEXT_QUEUED, type TextDeps } from './deps.ts'
import { openSecret } from './gateways.ts'
import * as gatewayQueries from './gateway-queries.ts'
import type { SendResult, TextOrder, TextRoute } from './ports.ts'
import * as queries from './queries.ts'
import * as sends from './sending-queries.ts'
import type { SentenceName } from '../prompts/service.ts'
import { afterReport, nextTryMs } from './state-rules.ts'

const GATEWAY_ALERT = 'text-gateway'

type Queued = { conversation: queries.Conversation; body: string; sentence: SentenceName | null }

/** A sentence that goes by itself. */
export async function queueSentence(deps: TextDeps, tx: Tx, queued: Queued): Promise<void> {
  await queueText(deps, tx, { ...queued, textId: randomUUID(), authorUserId: null, isAutomatic: true })
  await queries.updateConversation(tx, queued.conversation.id, { lastReplyAt: deps.clock.now() }, 'same')
}

/**
 * Puts a text in line. The caller has checked that it may be sent; it is checked again when it goes.
 * @returns false when a text of this id is there already
 */
export async function queueText(
  deps: TextDeps,
  tx: Tx,
  {
    textId,
    conversation,
    body,
    sentence,
    authorUserId,
    isAutomatic,
  }: Queued & { textId: string; authorUserId: string | null; isAutomatic: boolean },
): Promise<boolean> {
  const { dataKeyId } = await getWorker(tx, conversation.workerId!)
  const now = deps.clock.now()
  const isNew = await queries.insertQueued(tx, {
    id: textId,
    conversationId: conversation.id,
    languageCode: conversation.languageCode,
    dataKeyId,
    bodySealed: await deps.cipher.seal(tx, dataKeyId, bodyContext(textId), body),
    sentence,
    isAutomatic,
    authorUserId,
    gatewayId: await sendingGatewayOf(tx, conversation),
    callbackId: conversation.callbackId,
    happenedAt: now,
  })
  if (!isNew) return false
  await queries.updateConversation(tx, conversation.id, { lastTextAt: now }, 'same')
  const detail = { conversationId: conversation.id, sentence, isAutomatic }
  await record(tx, { actorUserId: authorUserId, action: 'text.queued', subjectKind: 'text', subjectId: textId, detail })
  await announce(tx, TEXT_CHANGED, conversation.id)
  await announce(tx, TEXT_QUEUED, textId)
  return true
}

/** Back the way they wrote, if that way sends; else the country's gateway; else (null) SIP over the trunk. */
async function sendingGatewayOf(tx: Tx, { gatewayId, countryId }: queries.Conversation): Promise<string | null> {
  const own = gatewayId === null ? undefined : await gatewayQueries.findGateway(tx, gatewayId)
  if (own?.isActive && own.sendUrl !== null) return own.id
  const active = await gatewayQueries.findActiveGateway(tx, countryId)
  return active?.sendUrl != null ? active.id : null
}

/**
 * Claims what is to go out next, by whichever process asks first; undefined when nothing is due. What may not go any more fails here.
 * @param busyGatewayIds gateways that are being waited for: what is theirs must not keep the rest waiting
 */
export async function claimText(deps: TextDeps, busyGatewayIds: readonly string[] = []): Promise<TextOrder | undefined> {
  for (const conversationId of await sends.giveUpUncertain(deps.db)) {
    await inTransaction(deps.db, (tx) => announce(tx, TEXT_CHANGED, conversationId))
  }
  for (;;) {
    const claimed = await sends.claimDue(deps.db, busyGatewayIds)
    if (!claimed) return undefined
    const order = await orderOf(deps, claimed)
    if (typeof order !== 'string') return order
    await inTransaction(deps.db, async (tx) => {
      if (await sends.setFailed(tx, { textId: claimed.id, claimToken: claimed.claimToken }, order)) {
        await announce(tx, TEXT_CHANGED, claimed.conversationId)
      }
    })
  }
}

/** Milliseconds until something is due that is for none of the busy gateways; undefined when nothing waits. */
export const msUntilDue = ({ db }: Pick<TextDeps, 'db'>, busyGatewayIds: readonly string[] = []) => sends.msUntilDue(db, busyGatewayIds)

/** The order, or why there is none. Everything that may have changed since it was queued is looked at again. */
async function orderOf(deps: TextDeps, claimed: sends.Claimed): Promise<TextOrder | TextTrouble> {
  const { db, cipher } = deps
  const { countryId, phoneNumberId, lineDid, neverCallSince, neverTextSince } = await sends.getConversationOf(db, claimed.conversationId)
  // The one sentence that follows a STOP says that none will follow.
  if ((neverCallSince !== null || neverTextSince !== null) && claimed.sentence !== 'stopped') return 'stopped'
  const route = await routeOf(deps, claimed, { countryId, lineDid })
  if (!route) return 'gateway-refused'
  try {
    const toE164 = await openNumber(deps, db, phoneNumberId!)
    if (mayDial(countryId, toE164).kind === 'refused') return 'not-allowed'
    const body = await cipher.openText(db, claimed.dataKeyId, bodyContext(claimed.id), claimed.bodySealed)
    const { id: textId, claimToken, tries, partsSent } = claimed
    return { textId, claimToken, route, fromDid: lineDid, toE164, body, tries, partsSent }
  } catch (error) {
    if (!(error instanceof KeyDestroyed)) throw error
    return 'erased'
  }
}

async function routeOf(
  deps: TextDeps,
  { gatewayId }: Pick<sends.Claimed, 'gatewayId'>,
  { countryId, lineDid }: { countryId: string; lineDid: string },
): Promise<TextRoute | undefined> {
  if (gatewayId === null) {
    const line = (await findTextLine(deps.db, { did: lineDid })) ?? (await findTextLine(deps.db, { countryId }))
    return line && { kind: 'sip', lineKind: line.kind, trunk: line.trunk }
  }
  const gateway = await gatewayQueries.findGateway(deps.db, gatewayId)
  if (!gateway?.isActive || gateway.sendUrl === null) return undefined
  return { kind: 'http', gatewayId, url: gateway.sendUrl, secret: await openSecret(deps, gateway) }
}

/** What came of a try. Told late, after the claim has moved, it changes nothing. */
export async function recordSendResult(deps: TextDeps, order: TextOrder, result: SendResult): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    const conversationId = await settle(tx, order, result)
    await noteGateway(deps, tx, order, result)
    if (conversationId !== undefined) await announce(tx, TEXT_CHANGED, conversationId)
  })
}

/** @returns the conversation when it changed */
async function settle(tx: Tx, order: TextOrder, result: SendResult): Promise<string | undefined> {
  switch (result.kind) {
    case 'handed-over':
      return sends.setHandedOver(tx, order, result.gatewayMessageId)
    case 'refused':
      return sends.setFailed(tx, order, 'gateway-refused')
    case 'uncertain':
      return sends.setFailed(tx, order, 'uncertain', result.partsSent)
    case 'later': {
      const ms = nextTryMs(order.tries)
      if (ms === null) return sends.setFailed(tx, order, 'gateway-away', result.partsSent)
      return sends.setDueLater(tx, order, { ms, partsSent: result.partsSent })
    }
  }
}

/** Several tries in vain, or a refusal, are somebody's business. */
async function noteGateway(deps: TextDeps, tx: Tx, { route, tries }: TextOrder, result: SendResult): Promise<void> {
  if (route.kind !== 'http') return
  const { gatewayId } = route
  const now = deps.clock.now()
  if (result.kind === 'handed-over') {
    await gatewayQueries.updateGateway(tx, gatewayId, { lastHandedOverAt: now, lastTrouble: null, lastTroubleAt: null })
    return resolveAlert(tx, { kind: GATEWAY_ALERT, subject: gatewayId })
  }
  const gateway = await gatewayQueries.updateGateway(tx, gatewayId, { lastTrouble: result.trouble, lastTroubleAt: now })
  if (!gateway || (result.kind === 'later' && tries < 3)) return
  const message = `${messages.say('alert-gateway', { gateway: gateway.name })} ${result.trouble}`
  await raiseAlert(tx, { kind: GATEWAY_ALERT, subject: gatewayId, severity: 'warning', message, countryId: gateway.countryId })
}

/**
 * A gateway tells what became of a text: by our id or its own.
 * @returns false when it has none of this id
 */
export function recordReport(
  deps: TextDeps,
  { gatewayId, id, status }: { gatewayId: string; id: string; status: 'delivered' | 'failed' },
): Promise<boolean> {
  return inTransaction(deps.db, async (tx) => {
    const text = await queries.lockSentByGateway(tx, gatewayId, id)
    if (!text) return false
    const state = afterReport(text.state, status)
    if (state !== 'delivered' && state !== 'failed') return true
    await sends.setReported(tx, text.id, state)
    await announce(tx, TEXT_CHANGED, text.conversationId)
    return true
  })
}
