/**
 * Texts: kept once, answered without anybody seeing the number, silent to whoever asked for silence.
 *
 * ingest.ts what comes in · sending.ts what goes out · replying.ts what people write · views.ts what is shown · gateways.ts how a
 * country's texts go · live.ts the list as it changes.
 */
import { inTransaction } from '../../platform/db/transaction.ts'
import { findTextLine } from '../countries/service.ts'
import type { IncomingText } from './contract.ts'
import type { TextDeps } from './deps.ts'
import { GatewayNotFound } from './errors.ts'
import { noteReceived } from './gateways.ts'
import { ingestText } from './ingest.ts'

export { TEXT_CHANGED, TEXT_QUEUED, type TextDeps } from './deps.ts'
export * from './errors.ts'
export {
  authenticateGateway,
  changeGateway,
  createGateway,
  listTextSetUp,
  renewSecret,
  sendTest,
  sendToOurselves,
  switchTextReply,
} from './gateways.ts'
export { type ArrivedText, ingestText } from './ingest.ts'
export { textsTopic } from './live.ts'
export { reply, writeFirst } from './replying.ts'
export { claimText, msUntilDue, recordReport, recordSendResult } from './sending.ts'
export { getConversation, listConversations, readTexts } from './views.ts'

/** A text a gateway posted. Its own id makes it the same text, however often it is posted. @throws GatewayNotFound */
export async function ingestFromGateway(
  deps: TextDeps,
  gateway: { id: string; countryId: string },
  { id, from, to, text, sentAt }: IncomingText,
): Promise<{ id: string; isNew: boolean }> {
  const now = deps.clock.now()
  // Gateways often have a number of their own: what is none of ours came to the country's card number.
  const known = to === undefined ? undefined : await findTextLine(deps.db, { did: `+${to.replace(/\D/g, '')}` })
  const line = known?.countryId === gateway.countryId ? known : await findTextLine(deps.db, { countryId: gateway.countryId })
  if (!line) throw new GatewayNotFound()
  const sent = sentAt === undefined ? now : new Date(sentAt)
  const { textId, isNew } = await ingestText(deps, {
    sameness: `http ${gateway.id} ${id}`,
    gatewayId: gateway.id,
    did: line.did,
    from,
    body: Buffer.from(text),
    isCutOff: false,
    // A gateway's clock is its own: what it says of the future is not believed.
    receivedAt: sent < now ? sent : now,
  })
  await inTransaction(deps.db, (tx) => noteReceived(tx, gateway.id, now))
  return { id: textId, isNew }
}
