import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { WebSocket } from 'ws'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AuditView, FactoryView } from '../../server/domains/audits/contract.ts'
import type { CaseView } from '../../server/domains/cases/contract.ts'
import { ROLES, type Role } from '../../server/platform/http/policy.ts'
import type { ConversationPage } from '../../server/domains/texts/contract.ts'
import { type ApiClient, signIn } from '../helpers/api.ts'
import { type Canary, databaseDump, filesIn, numberCanary, type Place, processArguments, sightings, textCanary } from '../helpers/canary.ts'
import { answers } from '../helpers/phone/index.ts'
import { startTestProduct, type TestProduct } from '../helpers/product.ts'
import { waitForTone } from './dialplan-ears.ts'
import { type Desk, openDesk } from './faults-desk.ts'
import { type FaultyHotline, openHotline, spokenDigits, untilPromptsEnd } from './faults-hotline.ts'

const COUNTRY = 'VN'
const CLOSED_ALIAS = 'Quetzal of the closed visit'
const OPEN_ALIAS = 'Hoopoe of the open visit'
const ANSWER = 'The foreman with the “red cap” took my papers; đừng nói với ai.'
const WRITTEN = 'Họ giữ “sổ đỏ” của mười một người trong kho sợi; xin đừng gọi ban ngày.'
const WRITTEN_LATER = 'Ca đêm không có cửa thoát hiểm, cửa kho bị khóa.'
const REPLY = 'Chúng tôi đã đọc chuyện cửa kho của bạn.'
const SUMMARY = 'Passports of eleven people are kept in the dyeing hall’s office.'

let product: TestProduct
let hotline: FaultyHotline
let desk: Desk
const clients = new Map<Role, ApiClient>()
const frames: Place[] = []
const sockets: WebSocket[] = []
const canaries: Canary[] = [
  textCanary('alias of a closed visit', CLOSED_ALIAS),
  textCanary('alias of an open visit', OPEN_ALIAS),
  textCanary('free-text answer', ANSWER),
  textCanary('case summary', SUMMARY),
  textCanary('words of a text', WRITTEN),
  textCanary('words of a text that came without the service', WRITTEN_LATER),
  textCanary('words of a reply', REPLY),
]
/** Things whose pages are looked at; those of texts once all of them are there. */
const ids: string[] = []
const conversations: string[] = []

beforeAll(async () => {
  product = await startTestProduct()
  hotline = await openHotline(product)
  desk = await openDesk(product, hotline, { countryId: COUNTRY, language: 'vi' })
  desk.phone.onCall(answers({ afterMs: 100 }))
  hotline.carrier(COUNTRY).onCall(answers({ afterMs: 100 }))
  // The agent of the desk is the one who could see most.
  for (const role of ROLES) clients.set(role, role === 'agent' ? desk.api : await signIn(product, role))
  for (const [role, { cookie }] of clients) await listen(role, cookie)
}, 180_000)
afterAll(async () => {
  for (const socket of sockets) socket.terminate()
  await desk?.phone.close()
  await hotline?.close()
  await product?.stop()
})

/** Collects all that `/live` tells somebody. */
async function listen(role: Role, cookie: string): Promise<void> {
  const socket = new WebSocket(`${product.url.replace('http', 'ws')}/live`, { headers: { cookie, origin: product.url } })
  sockets.push(socket)
  socket.on('message', (data) => frames.push({ where: `a live frame for ${role}`, content: (data as Buffer).toString() }))
  // The service is stopped once, on purpose.
  socket.on('error', () => socket.terminate())
  await once(socket, 'open')
  socket.send(JSON.stringify({ type: 'subscribe', topic: 'board' }))
}

const seedNumber = (name: string, e164: string) => canaries.push(numberCanary(name, e164, '84'))

/** Every address that answers GET, as each role and as nobody, with the id of each thing in turn. */
async function replies(): Promise<Place[]> {
  const { paths } = (await (await fetch(`${product.url}/api/openapi.json`)).json()) as { paths: Record<string, Record<string, unknown>> }
  const patterns = Object.keys(paths).filter((path) => 'get' in paths[path]! && !path.includes('*'))
  expect(patterns.length).toBeGreaterThan(12)
  const addresses = patterns.flatMap((path) => (path.includes('{') ? ids.map((id) => path.replace(/\{\w+\}/, id)) : [path]))
  const places: Place[] = []
  for (const [role, client] of [...clients, ['nobody', undefined] as const]) {
    for (const address of ['/', '/metrics', ...addresses]) {
      const reply = await (client ? client.request('GET', address) : fetch(`${product.url}${address}`))
      const body = Buffer.from(await reply.arrayBuffer())
      const headers = [...reply.headers].map((header) => header.join(': ')).join('\n')
      places.push({ where: `GET ${address} as ${role}`, content: Buffer.concat([Buffer.from(headers), body]) })
    }
  }
  return places
}

/** Names that Asterisk gives to what goes on: they are logged, and shown to whoever lists them. */
async function channelNames(): Promise<Place[]> {
  const { ariUrl, ariUser, ariPassword } = product.asterisk
  const authorization = `Basic ${Buffer.from(`${ariUser}:${ariPassword}`).toString('base64')}`
  const reply = await fetch(`${ariUrl}/channels`, { headers: { authorization } })
  const channels = (await reply.json()) as { id: string; name: string }[]
  return channels.map(({ id, name }) => ({ where: `channel ${id}`, content: name }))
}

async function insides(): Promise<Place[]> {
  const { folder, asterisk, db } = product
  const sip = desk.phone.sipLog.map(({ text }) => ({ where: 'a SIP message of the agent’s phone', content: text }))
  return [
    ...(await filesIn(folder)),
    ...(await filesIn(asterisk.folder)),
    ...(await processArguments()),
    ...(await databaseDump(db)),
    ...sip,
  ]
}

const newestConversation = async () => (await hotline.supervisor.get<ConversationPage>('/api/texts?limit=1')).items[0]
async function write(number: string, words: string): Promise<void> {
  const { cardDid } = hotline.country(COUNTRY)
  const ours = `sip:${cardDid.replace('+', '')}@${product.demo.sip.host}:${product.asterisk.sipPort}`
  expect((await hotline.carrier(COUNTRY).sendMessage(ours, words, { from: number })).status).toBe(202)
}
const spooledTexts = async () => (await filesIn(product.asterisk.folder)).filter(({ where }) => /\/text\/.+wav$/.test(where)).length

const seen = (places: readonly Place[]) => [...new Set(sightings(canaries, places))]

test('a worker leaves a message: the number is nowhere to be read, not even while they speak', async () => {
  const number = hotline.newNumber(COUNTRY)
  seedNumber('number of a caller', number)
  const caller = hotline.call(COUNTRY, number)
  await caller.answered
  await untilPromptsEnd(caller)
  const during = [...(await channelNames()), ...(await insides())]
  expect(during.some(({ where }) => where.startsWith('channel '))).toBe(true)
  expect(seen(during)).toEqual([])
  await caller.play(await spokenDigits(40))
  await caller.hangUp()
  await hotline.settled()
  ids.push(...(await hotline.voicemails()).flatMap(({ id, callbackId }) => [id, callbackId!]))
  expect(ids).toHaveLength(2)
})

test('a worker writes and is answered: neither number nor words are where they do not belong', async () => {
  const number = hotline.newNumber(COUNTRY)
  seedNumber('number of a writer', number)
  await write(number, WRITTEN)
  await expect.poll(async () => (await newestConversation())?.unreadCount, { timeout: 15_000 }).toBe(1)
  const { id } = (await newestConversation())!
  await hotline.supervisor.send('POST', `/api/texts/${id}/reply`, { requestId: randomUUID(), body: REPLY })
  expect(await hotline.carrier(COUNTRY).nextMessage()).toMatchObject({ body: REPLY })
  await expect.poll(async () => (await newestConversation())?.lastState, { timeout: 15_000 }).toBe('handed-over')
  conversations.push(id)
  await expect.poll(spooledTexts).toBe(0)
  expect(seen(await insides())).toEqual([])
})

test('the service is away: what the dialplan keeps of a call and a text shows neither number nor words', async () => {
  const number = hotline.newNumber(COUNTRY)
  seedNumber('number of a caller whom the dialplan took', number)
  const writer = hotline.newNumber(COUNTRY)
  seedNumber('number of a writer without the service', writer)
  await product.service.stop()
  await write(writer, WRITTEN_LATER)
  await expect.poll(spooledTexts).toBe(1)
  const caller = hotline.call(COUNTRY, number)
  await caller.answered
  await waitForTone(caller)
  await caller.play(await spokenDigits(41))
  await caller.hangUp()
  await expect
    .poll(async () => (await filesIn(product.asterisk.folder)).filter(({ where }) => /\/(fb|journal)\/.+wav$/.test(where)).length)
    .toBe(2)
  expect(seen(await insides())).toEqual([])
  await product.service.start()
  await hotline.settled()
  conversations.push((await newestConversation())!.id)
  expect(new Set(conversations).size).toBe(2)
  for (const [role, { cookie }] of clients) await listen(role, cookie)
})

test('a worker is called back: the reveals are the approved ones, each to whom it is for', { timeout: 150_000 }, async () => {
  const { id, number, auditId } = await desk.dueCallback({ alias: CLOSED_ALIAS })
  seedNumber('number of a worker', number)
  const openAuditId = await openVisit()
  await desk.take(id)
  const toWorker = await hotline.carrier(COUNTRY).nextCall()
  await toWorker.answered
  await expect.poll(async () => (await desk.view(id)).status).toBe('talking')
  expect(seen(await channelNames())).toEqual([])
  await desk.api.send('PUT', `/api/callbacks/${id}/answers/safe-to-talk`, { choice: 'yes' })
  await desk.api.send('PUT', `/api/callbacks/${id}/answers/retaliation`, { choice: 'yes' })
  await desk.api.send('PUT', `/api/callbacks/${id}/answers/retaliation-detail`, { text: ANSWER })
  const opened = { callbackId: id, category: 'retaliation', severity: 'high', workerWish: 'confidential', summary: SUMMARY }
  const { id: caseId } = await desk.api.send<CaseView>('POST', '/api/cases', opened)
  ids.push(id, auditId, openAuditId, caseId, ...conversations)

  const approved = [
    ...(['agent', 'supervisor'] as const).map((role) => `free-text answer in GET /api/callbacks/${id} as ${role}`),
    ...(['agent', 'supervisor', 'case-handler'] as const).map((role) => `case summary in GET /api/cases/${caseId} as ${role}`),
    ...(['agent', 'supervisor'] as const).flatMap((role) => [
      `words of a text in GET /api/texts/${conversations[0]}/messages as ${role}`,
      `words of a reply in GET /api/texts/${conversations[0]}/messages as ${role}`,
      `words of a text that came without the service in GET /api/texts/${conversations[1]}/messages as ${role}`,
    ]),
    `alias of an open visit in GET /api/audits/${openAuditId} as auditor`,
  ]
  expect(seen(await replies()).sort()).toEqual(approved.sort())

  await toWorker.hangUp()
  await expect.poll(async () => (await desk.view(id)).status, { timeout: 10_000 }).toBe('wrap-up')
  await desk.api.send('POST', `/api/callbacks/${id}/outcome`, { outcome: 'complete' })
  await hotline.settled()
  expect(seen(await insides())).toEqual([])
  const changes = frames.filter(({ content }) => content.includes('"change"'))
  expect(new Set(changes.map(({ where }) => where))).toEqual(new Set(['a live frame for agent', 'a live frame for supervisor']))
  expect(seen(frames)).toEqual([])
})

test('what is planted in each of these places is found', async () => {
  const number = '+84 610 99 11 22 1'
  const planted = [numberCanary('planted', number.replaceAll(' ', ''), '84')]
  const found = async (places: Place[] | Promise<Place[]>) => sightings(planted, await places).length

  const folder = join(product.folder, 'planted')
  await mkdir(folder)
  await writeFile(join(folder, 'plain.txt'), `from ${number} today`)
  await writeFile(join(folder, 'encoded.txt'), Buffer.from(`x${number.replaceAll(' ', '')}`).toString('base64'))
  await writeFile(join(folder, '0610991122.1.wav'), '')
  expect(await found(filesIn(product.folder))).toBe(3)
  await rm(folder, { recursive: true })

  const sleeper = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', '846109911221'])
  await once(sleeper, 'spawn')
  await expect.poll(() => found(processArguments())).toBe(1)
  sleeper.kill()

  await sql`create table planted as select convert_to(${'+846109911221'}, 'utf8') as bytes`.execute(product.db)
  expect(await found(databaseDump(product.db))).toBe(1)
})

/** A visit that is still going on, with one worker on its list. */
async function openVisit(): Promise<string> {
  const { supervisor } = hotline
  const { factories } = await supervisor.get<{ factories: FactoryView[] }>('/api/factories')
  const factoryId = factories.find(({ countryId }) => countryId === COUNTRY)!.id
  const auditDate = new Date().toISOString().slice(0, 10)
  const audit = await supervisor.send<AuditView>('POST', '/api/audits', { factoryId, auditDate })
  const number = hotline.newNumber(COUNTRY)
  seedNumber('number on an open visit’s list', number)
  await supervisor.send('POST', `/api/audits/${audit.id}/interviews`, {
    alias: OPEN_ALIAS,
    phone: number,
    languageCode: 'vi',
    slot: { startLocal: '00:00', endLocal: '23:59' },
    isSharedPhone: true,
    consentMode: 'spoken',
    mayShowCardNumber: false,
  })
  return audit.id
}
