/** SMS gateways that hang, break off or answer rubbish, on real sockets: said honestly, tried again, and nobody else's wait. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { sql } from 'kysely'
import { afterEach, describe, expect, test } from 'vitest'
import { createGateway, claimText, ingestText, msUntilDue, recordSendResult, reply } from '../../server/domains/texts/service.ts'
import type { Scope } from '../../server/platform/http/policy.ts'
import { systemClock } from '../../server/platform/time/clock.ts'
import type { AriCommands } from '../../server/telephony/ari/face.ts'
import { createHttpGateway } from '../../server/telephony/text/http-gateway.ts'
import { createTextSender, type TextSender } from '../../server/telephony/text/sender.ts'
import { CARD_DID, type Hotline, makeHotline, numberOf } from '../helpers/hotline.ts'

const DEADLINE_MS = 400
const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

/** What a gateway does with each connection, once the whole of a request has come. */
type Way = (socket: Socket) => void
const says =
  (...lines: string[]): Way =>
  (socket) =>
    void socket.end(lines.join('\r\n'))
const taken = says('HTTP/1.1 200 OK', 'Content-Length: 12', 'Connection: close', '', '{"id":"g-1"}')
const hangs: Way = () => undefined
const dripsFrom =
  (first: string): Way =>
  (socket) => {
    socket.write(first)
    const timer = setInterval(() => socket.write('x'), 50)
    socket.on('close', () => clearInterval(timer))
  }

async function gatewayThat(way: Way): Promise<{ url: string; requests: () => number; become: (next: Way) => void }> {
  let [current, requests] = [way, 0]
  const open = new Set<Socket>()
  const server: Server = createServer((socket) => {
    open.add(socket)
    let request = ''
    socket.on('error', () => undefined)
    socket.on('close', () => open.delete(socket))
    socket.on('data', (chunk) => {
      request += chunk.toString('latin1')
      const length = Number(/content-length: (\d+)/i.exec(request)?.[1] ?? NaN)
      const body = request.split('\r\n\r\n')[1]
      if (body === undefined || body.length < length) return
      request = ''
      requests++
      current(socket)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  stops.push(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/send`
  return { url, requests: () => requests, become: (next) => (current = next) }
}

function startSender({ deps }: Hotline): TextSender {
  const sender = createTextSender({
    // Only what a test with SIP asks for.
    commands: { sendText: () => Promise.resolve() } as unknown as AriCommands,
    http: createHttpGateway(() => systemClock.now(), DEADLINE_MS),
    services: {
      claimText: (busy) => claimText(deps, busy),
      msUntilDue: (busy) => msUntilDue(deps, busy),
      recordSendResult: (order, result) => recordSendResult(deps, order, result),
    },
    log: { info: () => undefined, warn: () => undefined },
  })
  stops.push(() => sender.stop())
  return sender
}

let made = 0
/** Writes `count` texts to workers who wrote first. @returns their ids */
async function queueTexts({ deps, db, agent, clock }: Hotline, count: number): Promise<string[]> {
  const scope: Scope = { userId: await agent(), role: 'supervisor', countryIds: ['BD'], factoryIds: [], clientId: null }
  const ids: string[] = []
  for (let each = 0; each < count; each++) {
    const sameness = `sip ${++made}`
    const text = { sameness, gatewayId: null, did: CARD_DID, from: numberOf(made), isCutOff: false, receivedAt: clock.now() }
    const { textId } = await ingestText(deps, { ...text, body: Buffer.from('hello') })
    const row = db.selectFrom('textMessage').select('conversationId').where('id', '=', textId)
    const requestId = randomUUID()
    await reply(deps, scope, (await row.executeTakeFirstOrThrow()).conversationId, { requestId, body: 'We will help.' })
    ids.push(requestId)
  }
  return ids
}
const rowOf = ({ db }: Hotline, id: string) => db.selectFrom('textMessage').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
const gatewayRow = ({ db }: Hotline) => db.selectFrom('textGateway').selectAll().executeTakeFirstOrThrow()

async function hotlineWith(url: string): Promise<Hotline> {
  const hotline = await makeHotline()
  const { id } = await hotline.db
    .insertInto('appUser')
    .values({ email: 'a@example.org', displayName: 'A', role: 'administrator', passwordHash: 'none', countryIds: [] })
    .returning('id')
    .executeTakeFirstOrThrow()
  await createGateway(hotline.deps, id, { countryId: 'BD', name: 'Gateway', sendUrl: url })
  return hotline
}

const html = '<html>You are offline</html>'
describe('a gateway that does not answer as it should', () => {
  test.each<[string, Way, string]>([
    ['takes the connection and hangs', hangs, 'The gateway did not answer in time.'],
    ['sends its headers byte by byte, without end', dripsFrom('HTTP/1.1 200 OK\r\nX: '), 'The gateway did not answer in time.'],
    ['resets the connection', (socket) => socket.resetAndDestroy(), 'The gateway broke the connection off.'],
    ['closes without a word', (socket) => void socket.end(), 'The gateway broke the connection off.'],
    ['answers what is no HTTP', says('220 mail.example.org ESMTP ready', ''), 'What the gateway answered is no HTTP.'],
    ['is overloaded', says('HTTP/1.1 503 Busy', 'Content-Length: 0', '', ''), 'The gateway answered 503.'],
    ['fails, and its answer does not end', dripsFrom('HTTP/1.1 500 Oops\r\n\r\n'), 'The gateway answered 500.'],
  ])('%s: the text stays queued, what is wrong is said, and it goes when the gateway is well', async (_, way, trouble) => {
    const gateway = await gatewayThat(way)
    const hotline = await hotlineWith(gateway.url)
    const [id] = (await queueTexts(hotline, 1)) as [string]
    const sender = startSender(hotline)
    sender.wake()
    await expect.poll(async () => (await gatewayRow(hotline)).lastTrouble, { timeout: 10_000 }).toBe(trouble)
    expect(await rowOf(hotline, id)).toMatchObject({ state: 'queued', tries: 1, claimToken: null, trouble: null })
    expect(gateway.requests()).toBe(1)

    gateway.become(taken)
    await hotline.db
      .updateTable('textMessage')
      .set({ dueAt: new Date(0) })
      .where('id', '=', id)
      .execute()
    sender.wake()
    await expect.poll(async () => (await rowOf(hotline, id)).state, { timeout: 10_000 }).toBe('handed-over')
    expect(await rowOf(hotline, id)).toMatchObject({ tries: 2, gatewayMessageId: 'g-1' })
    expect((await gatewayRow(hotline)).lastTrouble).toBeNull()
  })

  test.each<[string, Way]>([
    ['a page instead of an id', says('HTTP/1.1 200 OK', `Content-Length: ${html.length}`, '', html)],
    ['an answer that is cut off', says('HTTP/1.1 200 OK', 'Content-Length: 500', '', '{"id":"g-')],
    ['an answer that does not end', dripsFrom('HTTP/1.1 200 OK\r\n\r\n')],
    ['chunks that are none', says('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', '', 'zz', '{"id":"g-1"}')],
    ['a megabyte', says('HTTP/1.1 202 Accepted', 'Content-Length: 1000000', '', 'x'.repeat(1_000_000))],
  ])('but said 2xx has the text, with %s after it: it is not sent a second time', async (_, way) => {
    const gateway = await gatewayThat(way)
    const hotline = await hotlineWith(gateway.url)
    const [id] = (await queueTexts(hotline, 1)) as [string]
    startSender(hotline).wake()
    await expect.poll(async () => (await rowOf(hotline, id)).state, { timeout: 10_000 }).toBe('handed-over')
    expect(await rowOf(hotline, id)).toMatchObject({ gatewayMessageId: null, tries: 1 })
    expect(gateway.requests()).toBe(1)
  })

  test('redirects: refused, and nothing is posted where it points', async () => {
    const elsewhere = await gatewayThat(taken)
    const gateway = await gatewayThat(says('HTTP/1.1 307 Elsewhere', `Location: ${elsewhere.url}`, 'Content-Length: 0', '', ''))
    const hotline = await hotlineWith(gateway.url)
    const [id] = (await queueTexts(hotline, 1)) as [string]
    startSender(hotline).wake()
    await expect.poll(async () => (await rowOf(hotline, id)).state, { timeout: 10_000 }).toBe('failed')
    expect((await gatewayRow(hotline)).lastTrouble).toBe('The gateway answered 307: redirections are not followed.')
    expect(elsewhere.requests()).toBe(0)
  })
})

test('thirty texts for a gateway that hangs keep no other text waiting, due before them or after', async () => {
  const hung = await gatewayThat(hangs)
  const hotline = await hotlineWith(hung.url)
  const stuck = await queueTexts(hotline, 30)
  const [late, ...later] = await queueTexts(hotline, 3)
  const bySip = { gatewayId: null, dueAt: new Date(0) }
  const makeDue = (ids: string[]) => hotline.db.updateTable('textMessage').set(bySip).where('id', 'in', ids).execute()
  const states = (ids: string[]) => Promise.all(ids.map(async (id) => (await rowOf(hotline, id)).state))
  await hotline.db
    .updateTable('textMessage')
    .set({ dueAt: sql<Date>`clock_timestamp() + interval '1 hour'` })
    .where('id', 'in', [late!, ...later])
    .execute()
  const sender = startSender(hotline)
  sender.wake()
  await expect.poll(() => hung.requests(), { timeout: 10_000 }).toBeGreaterThan(0)
  for (const ids of [[late!], later]) {
    const before = hung.requests()
    await makeDue(ids)
    sender.wake()
    await expect.poll(() => states(ids), { timeout: 10_000 }).toEqual(ids.map(() => 'handed-over'))
    // Two at a time: had they stood in line behind the thirty, all of these would have been asked first.
    expect(hung.requests() - before).toBeLessThan(15)
  }
  expect((await states(stuck)).filter((state) => state !== 'queued')).toEqual([])
})
