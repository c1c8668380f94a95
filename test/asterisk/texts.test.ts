import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CallbackPage } from '../../server/domains/callbacks/contract.ts'
import type { ConversationPage, ConversationView, GatewayWithSecret, TextPage, TextView } from '../../server/domains/texts/contract.ts'
import { isSigned, signatureOf } from '../../server/platform/crypto/webhook-signature.ts'
import { workerNumber } from '../../scripts/simulator/numbers.ts'
import { messageText } from '../../scripts/simulator/sentences.ts'
import { type ApiClient, signIn } from '../helpers/api.ts'
import { createPhone, type Phone } from '../helpers/phone/index.ts'
import { productCipher, startTestProduct, type TestProduct } from '../helpers/product.ts'

let product: TestProduct
let supervisor: ApiClient
let administrator: ApiClient
const phones = new Map<string, Phone>()

beforeAll(async () => {
  product = await startTestProduct({ postgres: 'own' })
  supervisor = await signIn(product, 'supervisor')
  administrator = await signIn(product, 'administrator')
  for (const { id, carrier } of product.demo.countries) phones.set(id, await createPhone({ address: carrier.host, port: carrier.port }))
}, 180_000)
afterAll(async () => {
  for (const phone of phones.values()) await phone.close()
  await product?.stop()
})

const country = (id: string) => product.demo.countries.find((one) => one.id === id)!
const target = (id: string) => `sip:${country(id).cardDid.replace('+', '')}@${product.demo.sip.host}:${product.asterisk.sipPort}`
let workers = 5000
const newWorker = (id: string) => workerNumber(country(id), country(id).languages[0]!, workers++)
const send = (id: string, from: string, body: string) => phones.get(id)!.sendMessage(target(id), body, { from })
const texts = (path: string) => supervisor.get<TextPage>(`/api/texts/${path}/messages?limit=200`)
const conversations = async (query = '') => (await supervisor.get<ConversationPage>(`/api/texts?limit=200${query}`)).items

/** The conversation that was not there before, once it has come. */
async function newConversation(known: ConversationView[]): Promise<ConversationView> {
  const ids = new Set(known.map(({ id }) => id))
  let found: ConversationView | undefined
  await expect.poll(async () => (found = (await conversations()).find(({ id }) => !ids.has(id))), { timeout: 15_000 }).toBeDefined()
  return found!
}
async function emptied(timeout = 30_000): Promise<void> {
  await expect.poll(() => spooled(), { timeout }).toEqual([])
}
async function spooled(): Promise<string[]> {
  const { ariUrl, ariUser, ariPassword } = product.asterisk
  const authorization = `Basic ${Buffer.from(`${ariUser}:${ariPassword}`).toString('base64')}`
  const reply = await fetch(`${ariUrl}/recordings/stored`, { headers: { authorization } })
  return ((await reply.json()) as { name: string }[]).map(({ name }) => name).filter((name) => name.startsWith('text/'))
}
const countTexts = async () => {
  const { count } = await product.db
    .selectFrom('textMessage')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('direction', '=', 'in')
    .executeTakeFirstOrThrow()
  return count
}

describe('a worker writes to the number on the card', () => {
  test.each([
    ['BD', 'bn'],
    ['VN', 'vi'],
    ['CN', 'zh'],
    ['IN', 'hi'],
    ['IN', 'ta'],
    ['TR', 'tr'],
    ['TR', 'ar'],
  ])('%s in %s: kept word for word, called back, and answered word for word on their phone', async (countryId, language) => {
    const before = await conversations()
    const from = newWorker(countryId)
    const words = `${messageText(language)} 😟\n"quotes"; $(id)`
    expect((await send(countryId, from, words)).status).toBe(202)
    const conversation = await newConversation(before)
    expect(conversation).toMatchObject({ countryId, languageCode: language, mayReply: 'free', unreadCount: 1 })
    expect((await texts(conversation.id)).items).toMatchObject([{ direction: 'in', body: words, isCutOff: false, state: 'received' }])
    const { items } = await supervisor.get<CallbackPage>('/api/callbacks?status=waiting&limit=200')
    expect(items.find(({ id }) => id === conversation.callbackId)).toMatchObject({ reason: 'text', languageCode: language })

    const answer = `${messageText(language)} ✓`
    await supervisor.send('POST', `/api/texts/${conversation.id}/reply`, { requestId: randomUUID(), body: answer })
    const got = await phones.get(countryId)!.nextMessage()
    expect(got).toMatchObject({ body: answer, to: expect.stringContaining(from) as string })
    expect(got.from).toContain(country(countryId).cardDid)
    await expect.poll(async () => (await texts(conversation.id)).items[0]!.state).toBe('handed-over')
  })

  test('1,023 bytes are kept whole; of 1,024 the fact that they came, and with replies on the worker is asked to ring', async () => {
    const before = await conversations()
    const from = newWorker('BD')
    const longest = 'ক'.repeat(341)
    await send('BD', from, longest)
    const { id } = await newConversation(before)
    await administrator.send('PUT', '/api/text-setup/BD/reply', { isOn: true })
    await send('BD', from, `${longest}x`)
    await expect
      .poll(async () => (await texts(id)).items.map(({ body, isCutOff }) => [body, isCutOff]).slice(-2), { timeout: 15_000 })
      .toEqual([
        ['', true],
        [longest, false],
      ])
    expect((await phones.get('BD')!.nextMessage()).body).toContain('ফোন করুন')
    await administrator.send('PUT', '/api/text-setup/BD/reply', { isOn: false })
  })

  test('a PIN is answered with one neutral sentence, mistyped and right, and the phone it came from is not rung', async () => {
    const before = await conversations()
    const from = newWorker('BD')
    const { id: workerId } = await product.db.selectFrom('worker').select('id').limit(1).executeTakeFirstOrThrow()
    const cipher = await productCipher(product)
    await product.db
      .insertInto('pin')
      .values({ blindIndex: cipher.blindIndex('pin', '4711081500'), workerId, givenAt: new Date() })
      .execute()
    await send('BD', from, '৪৭১১০ ৮১৫০১')
    expect((await phones.get('BD')!.nextMessage()).body).toContain('পাওয়া যায়নি')
    await send('BD', from, '৪৭১১০ ৮১৫০০')
    expect((await phones.get('BD')!.nextMessage()).body).toContain('নতুন কিছু নেই')
    const conversation = await newConversation(before)
    expect(conversation, 'nobody is rung').toMatchObject({ callbackId: null })
    const received = (await texts(conversation.id)).items.filter(({ direction }) => direction === 'in')
    expect(received.map(({ body, hasPin }) => [body, hasPin])).toEqual([
      ['••••• •••••', true],
      ['••••• •••••', false],
    ])
  })

  test('a long answer goes out in several bodies, in order', async () => {
    const before = await conversations()
    await send('VN', newWorker('VN'), 'Xin chào')
    const { id } = await newConversation(before)
    const answer = 'ộ'.repeat(700)
    await supervisor.send('POST', `/api/texts/${id}/reply`, { requestId: randomUUID(), body: answer })
    const bodies = [await phones.get('VN')!.nextMessage(), await phones.get('VN')!.nextMessage(), await phones.get('VN')!.nextMessage()]
    expect(bodies.map(({ body }) => body).join('')).toBe(answer)
  })

  test('the same text sent twice by the network is kept once, another under the same Call-ID too', async () => {
    const known = await countTexts()
    const from = newWorker('BD')
    for (const body of ['again', 'again', 'and more']) await rawMessage('BD', { from, callId: 'one-and-the-same', body: Buffer.from(body) })
    await expect.poll(countTexts, { timeout: 15_000 }).toBe(known + 2)
    await emptied()
    expect(await countTexts()).toBe(known + 2)
  })

  test('who rings and writes within minutes is called back once, for both, whatever comes twice', async () => {
    const owed = async () => (await supervisor.get<CallbackPage>('/api/callbacks?status=waiting&countryId=IN&limit=200')).items
    const before = { conversations: await conversations(), callbacks: (await owed()).length }
    const from = newWorker('IN')
    const ring = async () => {
      const call = phones.get('IN')!.call(target('IN'), { from })
      await call.answered
      await call.waitForAudio()
      await call.hangUp()
    }
    await ring()
    for (const body of ['मदद', 'मदद', 'कल']) await rawMessage('IN', { from, callId: 'rang-as-well', body: Buffer.from(body) })
    await ring()
    const { id, callbackId } = await newConversation(before.conversations)
    await expect.poll(async () => (await texts(id)).items.length, { timeout: 15_000 }).toBe(2)
    const calls = () =>
      product.db
        .selectFrom('call')
        .select(['callbackId', 'endReason'])
        .where('countryId', '=', 'IN')
        .orderBy('startedAt', 'desc')
        .limit(2)
        .execute()
    await expect.poll(calls, { timeout: 15_000 }).toEqual([1, 2].map(() => ({ callbackId, endReason: 'hung-up' })))
    await emptied()
    expect((await texts(id)).items.map(({ body }) => body).toSorted()).toEqual(['कल', 'मदद'])
    expect(await owed()).toHaveLength(before.callbacks + 1)
  })

  test('STOP silences the number at once', async () => {
    const before = await conversations()
    const from = newWorker('TR')
    await send('TR', from, 'Merhaba')
    const { id, callbackId } = await newConversation(before)
    await send('TR', from, 'توقف')
    await expect.poll(async () => (await supervisor.get<ConversationView>(`/api/texts/${id}`)).mayReply, { timeout: 15_000 }).toBe('none')
    const { items } = await supervisor.get<CallbackPage>('/api/callbacks?status=closed&limit=200')
    expect(items.find((each) => each.id === callbackId)).toMatchObject({ lastOutcome: 'refused' })
  })

  test('what waits while the service, then the database, is away is brought in once they are back', async () => {
    const known = await countTexts()
    const from = newWorker('CN')
    await product.service.kill9()
    await send('CN', from, '服务不在')
    await product.service.start()
    supervisor = await signIn(product, 'supervisor')
    administrator = await signIn(product, 'administrator')
    await expect.poll(countTexts, { timeout: 15_000 }).toBe(known + 1)
    await product.postgres.stop()
    await send('CN', from, '数据库不在')
    await product.postgres.start()
    await expect.poll(() => countTexts().catch(() => 0), { timeout: 20_000 }).toBe(known + 2)
    await emptied()
  }, 60_000)
})

test('a storm of 1,000 texts, broken and hostile ones among them: each kept once, and the rest of the product unharmed', async () => {
  const known = await countTexts()
  const from = newWorker('IN')
  const hostile = [
    Buffer.from([0x63, 0x61, 0x66, 0xe9, 0xff, 0xfe]),
    Buffer.from('\u202Egnihtyna\u2066 \u0007\u001b[31m <script>alert(1)</script>'),
    Buffer.from('${SHELL(id)} `id` $(id) | " \' \\ %s %n'),
    Buffer.alloc(60_000 % 1400, 0x41),
  ]
  const before = await conversations()
  for (const [index, body] of hostile.entries()) await rawMessage('IN', { from, callId: `hostile-${index}`, body })
  const { id } = await newConversation(before)
  const many = Array.from({ length: 1000 - hostile.length }, (_, index) => index)
  await inLanes(many, 25, async (index) => {
    const { status } = await send('IN', workerNumber(country('IN'), 'hi', 60_000 + (index % 250)), `text ${index}`)
    expect(status).toBe(202)
  })
  // In the middle of it a call is answered as ever.
  const call = phones.get('BD')!.call(target('BD'), { from: newWorker('BD') })
  await call.answered
  await call.hangUp()
  await expect.poll(countTexts, { timeout: 60_000, interval: 500 }).toBe(known + 1000)
  await emptied()
  expect(await countTexts()).toBe(known + 1000)
  const bodies = (await texts(id)).items.map(({ body }) => body)
  expect(bodies).toContain('caf\\xE9\\xFF\\xFE')
  expect(bodies).toContain('\\u{202E}gnihtyna\\u{2066} \\u{7}\\u{1B}[31m <script>alert(1)</script>')
  expect(bodies).toContain('${SHELL(id)} `id` $(id) | " \' \\ %s %n')
  expect(await product.service.log()).not.toMatch(/gnihtyna|text 5\d\d/)
}, 120_000)

describe('a gateway that speaks HTTP', () => {
  let server: Server
  const posted: { body: string; headers: IncomingMessage['headers'] }[] = []
  let status = 200
  beforeAll(async () => {
    server = createServer((request, reply) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        posted.push({ body: Buffer.concat(chunks).toString(), headers: request.headers })
        reply.writeHead(status, { 'content-type': 'application/json' }).end('{"id":"g-1"}')
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterAll(() => server.close())

  test('brings a long text in, sends the answer signed, and its report is what is shown', async () => {
    const sendUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/send`
    const made = await administrator.send<GatewayWithSecret>('POST', '/api/text-gateways', { countryId: 'BD', name: 'Simulated', sendUrl })
    const { gateway, secret } = made
    const before = await conversations()
    const words = 'আমাদের ওভারটাইমের টাকা দেয়নি। '.repeat(100)
    const from = newWorker('BD')
    const post = (path: string, payload: object) => {
      const body = JSON.stringify(payload)
      const timestamp = String(Math.floor(Date.now() / 1000))
      const signature = signatureOf(secret, timestamp, Buffer.from(body))
      const headers = { 'content-type': 'application/json', 'x-ringback-timestamp': timestamp, 'x-ringback-signature': signature }
      return fetch(`${product.url}/api/text-gateways/${gateway.id}/${path}`, { method: 'POST', headers, body })
    }
    for (let twice = 0; twice < 2; twice++) expect((await post('incoming', { id: 'in-1', from, text: words })).status).toBe(200)
    const { id } = await newConversation(before)
    expect((await texts(id)).items.map(({ body }) => body)).toEqual([words])

    const requestId = randomUUID()
    await supervisor.send<TextView>('POST', `/api/texts/${id}/reply`, { requestId, template: 'we-will-call' })
    await expect.poll(() => posted.length, { timeout: 10_000 }).toBe(1)
    const { body, headers } = posted[0]!
    expect(JSON.parse(body)).toEqual({ id: requestId, from: country('BD').cardDid, to: from, text: 'আমরা আপনাকে ফোন করব।' })
    const [timestamp, signature] = [headers['x-ringback-timestamp'] as string, headers['x-ringback-signature'] as string]
    expect(isSigned(secret, { timestamp, signature, body: Buffer.from(body) }, new Date())).toBe(true)
    const state = async () => (await texts(id)).items[0]!.state
    await expect.poll(state).toBe('handed-over')
    await post('delivery', { id: 'g-1', status: 'delivered' })
    expect(await state()).toBe('delivered')

    status = 401
    expect(await administrator.send('POST', '/api/text-setup/BD/test')).toMatchObject({
      isOk: false,
      message: 'The gateway refused us (401): is the secret the same on both sides?',
    })
  })
})

test('no log line holds a worker’s number or words', async () => {
  const log = await product.service.log()
  expect(log).not.toMatch(/\+?88011\d{5}|\+?9161\d{5}|ওভারটাইম/)
})

/** As a carrier with a mind of its own sends it: any bytes, any Call-ID. Resolves with the answer's status. */
async function rawMessage(countryId: string, { from, callId, body }: { from: string; callId: string; body: Buffer }): Promise<number> {
  const { carrier, cardDid } = country(countryId)
  const socket = createSocket('udp4')
  socket.bind(0, carrier.host)
  await once(socket, 'listening')
  const at = `${carrier.host}:${socket.address().port}`
  const head = [
    `MESSAGE ${target(countryId)} SIP/2.0`,
    `Via: SIP/2.0/UDP ${at};branch=z9hG4bK${randomUUID()}`,
    `From: <sip:${from}@${at}>;tag=${randomUUID()}`,
    `To: <sip:${cardDid}@${product.demo.sip.host}>`,
    `Call-ID: ${callId}`,
    'CSeq: 1 MESSAGE',
    'Max-Forwards: 70',
    'Content-Type: text/plain;charset=UTF-8',
    `Content-Length: ${body.length}`,
  ].join('\r\n')
  socket.send(Buffer.concat([Buffer.from(`${head}\r\n\r\n`), body]), product.asterisk.sipPort, product.demo.sip.host)
  const [reply] = (await once(socket, 'message')) as [Buffer]
  socket.close()
  return Number(/^SIP\/2\.0 (\d+)/.exec(reply.toString())?.[1])
}

async function inLanes<T>(items: readonly T[], lanes: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items]
  const lane = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}
