import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { AlertPage } from '../../server/domains/alerts/contract.ts'
import type { AgentList } from '../../server/domains/agents/contract.ts'
import { COUNTRY_CHANGED } from '../../server/domains/countries/service.ts'
import type { ChangeWatch, NumberList, NumberView } from '../../server/domains/watchdog/contract.ts'
import { NUMBER_DUE } from '../../server/domains/watchdog/service.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { announce } from '../../server/platform/live/announce.ts'
import type { Static } from 'typebox'
import { type ApiClient, signIn } from '../helpers/api.ts'
import { encodeWav } from '../helpers/audio/index.ts'
import { callsBack, createPhone, type Phone, rejects, textsBack } from '../helpers/phone/index.ts'
import { startTestProduct, type TestProduct } from '../helpers/product.ts'

let product: TestProduct
let supervisor: ApiClient
let administrator: ApiClient
const carriers = new Map<string, Phone>()

// Bangladesh has one language and a queue: a caller's agent would be rung right after the greeting.
beforeAll(async () => {
  product = await startTestProduct({
    arrange: async (db) => void (await db.updateTable('country').set({ queueLimitSeconds: 90 }).where('id', '=', 'BD').execute()),
  })
  administrator = await signIn(product, 'administrator')
  supervisor = await signIn(product, 'supervisor')
  for (const { id, carrier } of product.demo.countries) {
    const phone = await createPhone({ address: carrier.host, port: carrier.port })
    phone.onCall(callsBack(phone, customer()))
    phone.onMessage(async (text) => void (await textsBack(phone, customer(), text)))
    carriers.set(id, phone)
  }
}, 180_000)
afterAll(async () => {
  for (const phone of carriers.values()) await phone.close()
  await product?.stop()
})

const customer = () => `${product.demo.sip.host}:${product.asterisk.sipPort}`
const country = (id: string) => product.demo.countries.find((one) => one.id === id)!
const numbers = async () => (await administrator.get<NumberList>('/api/numbers')).numbers
const numberOf = async (countryId: string, kind = 'card') =>
  (await numbers()).find((number) => number.countryId === countryId && number.kind === kind)!
const change = (countryId: string, ways: ChangeWatch) => administrator.send<NumberView>('PATCH', `/api/numbers/${countryId}/card`, ways)
const alertsOf = async (subject: string) =>
  (await supervisor.get<AlertPage>('/api/alerts?isOpen=true')).items.filter((alert) => alert.subject === subject)

/** Its time has come. @returns the number once its call, and its text if one is sent, has ended */
async function checked(countryId: string): Promise<NumberView> {
  const before = await numberOf(countryId)
  await inTransaction(product.db, async (tx) => {
    await tx
      .updateTable('numberWatch')
      .set({ nextAt: new Date(0) })
      .where('countryId', '=', countryId)
      .where('lineKind', '=', 'card')
      .execute()
    await announce(tx, NUMBER_DUE, `${countryId}-card`)
  })
  const isNew = ({ lastCall, lastText, textWay }: NumberView) =>
    lastCall?.verdict != null &&
    lastCall.id !== before.lastCall?.id &&
    (textWay === 'off' || (lastText?.verdict != null && lastText.id !== before.lastText?.id))
  await expect.poll(async () => isNew(await numberOf(countryId)), { timeout: 60_000, interval: 500 }).toBe(true)
  return numberOf(countryId)
}

/** What a check must leave no trace in. */
async function traces() {
  const count = (table: 'call' | 'callback' | 'voicemail' | 'textConversation' | 'phoneNumber') =>
    product.db
      .selectFrom(table)
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
      .then(({ count: rows }) => Number(rows))
  const { ariUrl, ariUser, ariPassword } = product.asterisk
  const authorization = `Basic ${Buffer.from(`${ariUser}:${ariPassword}`).toString('base64')}`
  const stored = await fetch(`${ariUrl}/recordings/stored`, { headers: { authorization } })
  const rows: Record<string, number> = { spool: ((await stored.json()) as unknown[]).length }
  for (const table of ['call', 'callback', 'voicemail', 'textConversation', 'phoneNumber'] as const) rows[table] = await count(table)
  return rows
}

async function freeAgent() {
  const sipUser = 'agent-bdbn'
  const { email } = product.demo.users.find(({ agentSipUser }) => agentSipUser === sipUser)!
  const { password } = product.demo.agents.find((agent) => agent.sipUser === sipUser)!
  const api = await signIn(product, { email })
  const phone = await createPhone({ address: '127.0.0.1', user: sipUser, password, registrar: customer() })
  await phone.register()
  const me = async () =>
    (await api.get<Static<typeof AgentList>>('/api/agents')).agents.find((agent) => agent.languageCodes.includes('bn'))!
  await vi.waitFor(async () => expect((await me()).isPhoneReachable).toBe(true), { timeout: 20_000, interval: 200 })
  await api.send('POST', '/api/agents/me/status', { status: 'free' })
  return phone
}

describe('a number of ours is called and texted by ourselves', () => {
  test('over the carrier: it answers in its language, the text arrives, and nobody is rung or promised anything', async () => {
    const agent = await freeAgent()
    await change('BD', { callWay: 'trunk', textWay: 'trunk' })
    const before = await traces()
    const number = await checked('BD')
    expect(number.lastCall).toMatchObject({ verdict: 'ok', way: 'trunk', expectedLanguageCode: 'bn', heardLanguageCode: 'bn' })
    expect(number.lastCall!.answeredAfterMs).toBeGreaterThan(0)
    expect(number.lastText).toMatchObject({ verdict: 'ok', way: 'trunk' })
    await expect.poll(traces, { timeout: 15_000 }).toEqual(before)
    expect(agent.sipLog.filter(({ text }) => text.startsWith('INVITE'))).toEqual([])
    expect(await alertsOf('BD-card')).toEqual([])
    await agent.close()
  })

  test('by loop-back, where the carrier lets no call through to itself', async () => {
    carriers.get('VN')!.onCall(rejects(403))
    await change('VN', { callWay: 'loop', textWay: 'loop' })
    const before = await traces()
    const number = await checked('VN')
    expect(number.lastCall).toMatchObject({ verdict: 'ok', way: 'loop', heardLanguageCode: 'vi' })
    expect(number.lastText).toMatchObject({ verdict: 'ok', way: 'loop' })
    await expect.poll(traces, { timeout: 15_000 }).toEqual(before)
  })

  test('one that the carrier does not put through is on the board, and off it when it is put through', async () => {
    await change('CN', { callWay: 'trunk', textWay: 'off' })
    carriers.get('CN')!.onCall(rejects(404))
    expect((await checked('CN')).lastCall).toMatchObject({ verdict: 'unanswered', detail: 'SIP 404' })
    expect(await alertsOf('CN-card')).toMatchObject([{ kind: 'number-silent', severity: 'critical', countryId: 'CN', resolvedAt: null }])
    carriers.get('CN')!.onCall(callsBack(carriers.get('CN')!, customer()))
    expect((await checked('CN')).lastCall).toMatchObject({ verdict: 'ok', heardLanguageCode: 'zh' })
    // Critical: it stays, as over, until somebody has seen it.
    expect(await alertsOf('CN-card')).toMatchObject([{ kind: 'number-silent', resolvedAt: expect.any(String) as string }])
  })

  test('one that answers with silence is on the board', async () => {
    const file = join(product.folder, 'sounds', 'tr', 'greeting.wav')
    const spoken = await readFile(file)
    await change('TR', { callWay: 'trunk', textWay: 'off' })
    for (const name of ['greeting', 'menu-1', 'menu-2']) {
      const language = name === 'menu-2' ? country('TR').languages[1]! : 'tr'
      await writeFile(join(product.folder, 'sounds', language, `${name}.wav`), encodeWav(new Int16Array(16_000)))
    }
    expect((await checked('TR')).lastCall).toMatchObject({ verdict: 'silent', heardLanguageCode: null })
    expect(await alertsOf('TR-card')).toMatchObject([{ kind: 'number-silent', severity: 'critical' }])
    await writeFile(file, spoken)
    expect((await checked('TR')).lastCall).toMatchObject({ verdict: 'ok', heardLanguageCode: 'tr' })
  })

  test('one that answers in another language than it should is on the board until it does not', async () => {
    await change('IN', { callWay: 'trunk', textWay: 'off' })
    // The service has not heard of the change: it goes on greeting in Hindi.
    await product.db
      .updateTable('countryLine')
      .set({ fixedLanguageCode: 'ta' })
      .where('countryId', '=', 'IN')
      .where('kind', '=', 'card')
      .execute()
    expect((await checked('IN')).lastCall).toMatchObject({ verdict: 'wrong-language', expectedLanguageCode: 'ta', heardLanguageCode: 'hi' })
    expect(await alertsOf('IN-card')).toMatchObject([{ kind: 'number-wrong-language', severity: 'warning' }])
    await inTransaction(product.db, (tx) => announce(tx, COUNTRY_CHANGED, 'IN'))
    await expect.poll(async () => (await checked('IN')).lastCall?.verdict, { timeout: 90_000 }).toBe('ok')
    expect(await alertsOf('IN-card')).toEqual([])
  })
})

test('a stranger who shows our number is no check: the keys decide, and the call is written down like any other', async () => {
  const { cardDid, callbackDid } = country('BD')
  const before = await traces()
  const stranger = carriers.get('BD')!.call(`sip:${cardDid.replace('+', '')}@${customer()}`, { from: callbackDid })
  await stranger.answered
  await stranger.sendDigits('*12345678')
  await stranger.hangUp()
  await expect.poll(async () => (await traces())['call'], { timeout: 15_000 }).toBe(before['call']! + 1)
  // Our own number is nobody to ring back.
  expect(await traces()).toMatchObject({ callback: before['callback'], phoneNumber: before['phoneNumber'] })
})

test('whoever asks for a check gets one, once a minute', async () => {
  await change('BD', { callWay: 'loop', textWay: 'off' })
  const before = (await numberOf('BD', 'callback')).lastCall
  const path = '/api/numbers/BD/callback/check'
  await supervisor.send<NumberView>('POST', path, {})
  await expect.poll(async () => (await numberOf('BD', 'callback')).lastCall?.verdict, { timeout: 60_000, interval: 500 }).toBe('ok')
  expect((await numberOf('BD', 'callback')).lastCall).toMatchObject({ isRequested: true })
  expect((await numberOf('BD', 'callback')).lastCall!.id).not.toBe(before?.id)
  await expect(supervisor.send('POST', path, {})).rejects.toThrow(/409|moment ago/)
})
