/** SMS gateways that speak HTTP: set up by the administrator, known by a secret both sides sign with. */
import { randomBytes, randomUUID } from 'node:crypto'
import { isSigned, type Signed } from '../../platform/crypto/webhook-signature.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import { onConstraint } from '../../platform/db/errors.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { record } from '../activity-log/service.ts'
import { findTextLine, listTextCountries, setTextReply } from '../countries/service.ts'
import type { ChangeGateway, CreateGateway, GatewayView, GatewayWithSecret, TestResult, TextSetUp } from './contract.ts'
import { secretContext, type TextDeps } from './deps.ts'
import { BadSendUrl, BadSignature, GatewayNotFound, GatewayThere } from './errors.ts'
import * as queries from './gateway-queries.ts'
import type { SendResult, TextRoute, TextTelephony } from './ports.ts'
import { sentenceIn, writtenIn } from '../prompts/service.ts'

const oneActive = <T>(work: Promise<T>) => onConstraint(work, { text_gateway_one_active_per_country_idx: () => new GatewayThere() })

/** How each country's texts go, by name. */
export async function listTextSetUp({ db }: Pick<TextDeps, 'db'>): Promise<TextSetUp[]> {
  const [countries, gateways] = await Promise.all([listTextCountries(db), queries.listGateways(db)])
  const byCountry = new Map(gateways.map((gateway) => [gateway.countryId, toView(gateway)]))
  return countries.map((country) => ({ ...country, gateway: byCountry.get(country.countryId) ?? null }))
}

/** @throws GatewayThere, BadSendUrl, GatewayNotFound when the country is not set up */
export function createGateway(
  deps: TextDeps,
  actorUserId: string,
  { countryId, name, sendUrl }: CreateGateway,
): Promise<GatewayWithSecret> {
  assertSendUrl(sendUrl)
  return inTransaction(deps.db, async (tx) => {
    if (!(await findTextLine(tx, { countryId }))) throw new GatewayNotFound()
    const id = randomUUID()
    const dataKeyId = await deps.cipher.newKey(tx, 'text-gateway')
    const { secret, secretSealed } = await newSecret(deps, tx, { id, dataKeyId })
    const row = await oneActive(queries.insertGateway(tx, { id, countryId, name, sendUrl, dataKeyId, secretSealed }))
    await note(tx, actorUserId, 'text-gateway.created', id)
    return { gateway: toView(row), secret }
  })
}

/** @throws GatewayThere, BadSendUrl, GatewayNotFound */
export function changeGateway({ db }: TextDeps, actorUserId: string, id: string, change: ChangeGateway): Promise<GatewayView> {
  if (change.sendUrl !== undefined) assertSendUrl(change.sendUrl)
  return inTransaction(db, async (tx) => {
    const { name, sendUrl, isActive } = change
    const wanted = {
      ...(name !== undefined && { name }),
      ...(sendUrl !== undefined && { sendUrl }),
      ...(isActive !== undefined && { isActive }),
    }
    const row = Object.keys(wanted).length ? await oneActive(queries.updateGateway(tx, id, wanted)) : await queries.findGateway(tx, id)
    if (!row) throw new GatewayNotFound()
    await note(tx, actorUserId, 'text-gateway.changed', id)
    return toView(row)
  })
}

/** A new secret; the old one is of no more use. @throws GatewayNotFound */
export function renewSecret(deps: TextDeps, actorUserId: string, id: string): Promise<GatewayWithSecret> {
  return inTransaction(deps.db, async (tx) => {
    const gateway = await queries.findGateway(tx, id)
    if (!gateway) throw new GatewayNotFound()
    const { secret, secretSealed } = await newSecret(deps, tx, gateway)
    const row = await queries.updateGateway(tx, id, { secretSealed })
    await note(tx, actorUserId, 'text-gateway.secret-renewed', id)
    return { gateway: toView(row!), secret }
  })
}

/** @throws GatewayNotFound when there is no such country */
export async function switchTextReply({ db }: TextDeps, actorUserId: string, countryId: string, isOn: boolean): Promise<void> {
  const isKnown = await inTransaction(db, (tx) => setTextReply(tx, { countryId, isOn, actorUserId }))
  if (!isKnown) throw new GatewayNotFound()
}

/**
 * Sends a neutral sentence to the country's own card number, the way its workers' texts go: to nobody else, so that no number
 * can be typed in. @throws GatewayNotFound when the country is not set up
 */
export async function sendTest(
  deps: TextDeps & { textTelephony: TextTelephony },
  actorUserId: string,
  countryId: string,
): Promise<TestResult> {
  const line = await findTextLine(deps.db, { countryId })
  if (!line) throw new GatewayNotFound()
  const body = (await writtenIn(deps.db, line.languageCodes[0]!))('thanks') ?? sentenceIn('en', 'thanks')!
  const { via, result } = await sendToOurselves(deps, { did: line.did, body })
  const isOk = result.kind === 'handed-over'
  const detail = { via, isOk }
  await inTransaction(deps.db, (tx) =>
    record(tx, { actorUserId, action: 'text.tested', subjectKind: 'country', subjectId: countryId, detail }),
  )
  return { isOk, via, message: isOk ? '' : result.trouble }
}

/**
 * Sends words to a number of our own, the way its country's texts go. Not kept: whoever sends them looks for their arrival.
 * @throws GatewayNotFound when the number is not set up
 */
export async function sendToOurselves(
  deps: TextDeps & { textTelephony: TextTelephony },
  { did, body }: { did: string; body: string },
): Promise<{ via: TextRoute['kind']; result: SendResult }> {
  const line = await findTextLine(deps.db, { did })
  if (!line) throw new GatewayNotFound()
  const gateway = await queries.findActiveGateway(deps.db, line.countryId)
  const route: TextRoute =
    gateway?.sendUrl == null
      ? { kind: 'sip', lineKind: line.kind, trunk: line.trunk }
      : { kind: 'http', gatewayId: gateway.id, url: gateway.sendUrl, secret: await openSecret(deps, gateway) }
  const text = { textId: randomUUID(), claimToken: '', fromDid: did, toE164: did, body, tries: 1, partsSent: 0 }
  return { via: route.kind, result: await deps.textTelephony.sendText({ ...text, route }) }
}

/**
 * The gateway that signed this. An unknown one takes as long and is told the same as a wrong signature.
 * @throws BadSignature
 */
export async function authenticateGateway(
  deps: TextDeps,
  id: string,
  signed: Signed,
  now: Date,
): Promise<{ id: string; countryId: string }> {
  const gateway = await queries.findGateway(deps.db, id)
  const secret = gateway ? await openSecret(deps, gateway) : 'nobody'
  const isRight = isSigned(secret, signed, now)
  if (!gateway?.isActive || !isRight) throw new BadSignature()
  return { id: gateway.id, countryId: gateway.countryId }
}

export async function noteReceived(tx: Tx, gatewayId: string, at: Date): Promise<void> {
  await queries.updateGateway(tx, gatewayId, { lastReceivedAt: at })
}

type Sealed = { id: string; dataKeyId: string; secretSealed: Buffer }

export function openSecret(
  { db, cipher }: Pick<TextDeps, 'cipher'> & { db: Db },
  { id, dataKeyId, secretSealed }: Sealed,
): Promise<string> {
  return cipher.openText(db, dataKeyId, secretContext(id), secretSealed)
}

async function newSecret({ cipher }: TextDeps, tx: Tx, { id, dataKeyId }: Omit<Sealed, 'secretSealed'>) {
  const secret = randomBytes(32).toString('base64url')
  return { secret, secretSealed: await cipher.seal(tx, dataKeyId, secretContext(id), secret) }
}

/** What is posted there is what workers are told: in clear it may not leave the machine. */
function assertSendUrl(sendUrl: string | null): void {
  if (sendUrl === null) return
  const url = URL.canParse(sendUrl) ? new URL(sendUrl) : undefined
  const isLocal = url !== undefined && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)
  const isFit = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLocal)
  if (!url || !isFit || url.username || url.password) throw new BadSendUrl()
}

function note(tx: Tx, actorUserId: string, action: `text-gateway.${string}`, subjectId: string): Promise<void> {
  return record(tx, { actorUserId, action, subjectKind: 'text-gateway', subjectId })
}

function toView(row: queries.GatewayRow): GatewayView {
  const text = (instant: Date | null) => instant?.toISOString() ?? null
  const { id, countryId, name, sendUrl, isActive, lastTrouble } = row
  return {
    id,
    countryId,
    name,
    sendUrl,
    isActive,
    lastReceivedAt: text(row.lastReceivedAt),
    lastHandedOverAt: text(row.lastHandedOverAt),
    lastTrouble,
    lastTroubleAt: text(row.lastTroubleAt),
  }
}
