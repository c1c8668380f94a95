import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import WebSocket from 'ws'
import { announce } from '../../server/platform/live/announce.ts'
import { SECOND } from '../../server/platform/time/duration.ts'
import { createTestApp, type TestApp, type TestClient } from '../helpers/http.ts'

let testApp: TestApp
let host: string
beforeAll(async () => {
  testApp = await createTestApp({ isStarted: true })
  testApp.context.hub.topic('users', {
    policy: { roles: ['administrator', 'supervisor'] },
    on: ['user.changed'],
    snapshot: async () => ({ size: 'x'.repeat(10) }),
    toFrame: (_user, { id }) => ({ id, filler: 'x'.repeat(100_000) }),
  })
  await testApp.app.listen({ port: 0, host: '127.0.0.1' })
  host = `127.0.0.1:${(testApp.app.server.address() as AddressInfo).port}`
})
afterAll(() => testApp.stop())

type Frame = { type: string; topic: string; sequence?: number; data?: unknown; code?: string }
type Live = { socket: WebSocket; frames: Frame[]; subscribe: (topic: string) => void; closed: Promise<[number, Buffer]> }

async function connect(client: Pick<TestClient, 'cookie'>, origin = `http://${host}`): Promise<Live> {
  const socket = new WebSocket(`ws://${host}/live`, { headers: { cookie: client.cookie }, ...(origin && { origin }) })
  onTestFinished(() => socket.terminate())
  const frames: Frame[] = []
  socket.on('message', (data) => frames.push(JSON.parse((data as Buffer).toString()) as Frame))
  const closed = once(socket, 'close') as Promise<[number, Buffer]>
  closed.catch(() => undefined)
  await once(socket, 'open')
  return { socket, frames, closed, subscribe: (topic) => socket.send(JSON.stringify({ type: 'subscribe', topic })) }
}
const refusal = async (cookie: string, origin?: string) =>
  connect({ cookie }, origin).then(
    () => 'connected',
    (error: Error) => error.message,
  )
const change = (id: string) => announce(testApp.db, 'user.changed', id)

describe('the socket', () => {
  test('is for the signed-in, from our own page only', async () => {
    const { cookie } = await testApp.signInAs('supervisor')
    expect(await refusal('')).toContain('401')
    expect(await refusal('ringback-8080=made-up')).toContain('401')
    expect(await refusal(cookie, 'https://evil.example.org')).toContain('403')
    expect(await refusal(cookie, '')).toContain('403')
    expect(await refusal(cookie)).toBe('connected')
  })

  test('leaves no connection open when it is refused', async () => {
    const connections = () => promisify(testApp.app.server.getConnections.bind(testApp.app.server))()
    await expect.poll(connections).toBe(0)
    for (let tries = 0; tries < 5; tries++) await refusal('')
    await expect.poll(connections).toBe(0)
  })

  test('shows a change announced by any process after its snapshot', async () => {
    const live = await connect(await testApp.signInAs('supervisor'))
    live.subscribe('users')
    await expect.poll(() => live.frames.length).toBe(1)
    await change('one')
    await expect
      .poll(() => live.frames.map(({ type, sequence }) => [type, sequence]))
      .toEqual([
        ['snapshot', 0],
        ['change', 1],
      ])
  })

  test('says no to a topic the role is not for', async () => {
    const live = await connect(await testApp.signInAs('auditor'))
    live.subscribe('users')
    await expect.poll(() => live.frames).toEqual([{ type: 'refused', topic: 'users', code: 'not-allowed' }])
  })

  test.each(['{', '{"type":"subscribe"}', '{"type":"evict","topic":"users"}', '[]'])('closes on %s', async (message) => {
    const live = await connect(await testApp.signInAs('supervisor'))
    live.socket.send(message)
    expect((await live.closed)[0]).toBe(1008)
  })

  test('closes on more messages than anybody needs', async () => {
    const live = await connect(await testApp.signInAs('supervisor'))
    for (let index = 0; index < 100; index++) live.subscribe('users')
    expect((await live.closed)[0]).toBe(1008)
  })

  test('of a reader that does not read is cut before it fills our memory', async () => {
    const live = await connect(await testApp.signInAs('supervisor'))
    live.subscribe('users')
    await expect.poll(() => live.frames.length).toBe(1)
    live.socket.pause()
    for (let index = 0; index < 200; index++) await change(`slow-${index}`)
    const open = () => testApp.app.websocketServer.clients.size
    await expect.poll(open, { timeout: 15 * SECOND }).toBe(0)
    expect(live.frames.length).toBeLessThan(200)
  })
})

describe('a session that ends takes its socket along within a second', () => {
  const secondsUntilClosed = async (live: Live, end: () => Promise<unknown>) => {
    await end()
    const startedMs = performance.now()
    const [code] = await live.closed
    expect(code).toBe(4401)
    return (performance.now() - startedMs) / SECOND
  }

  test('when its user signs out', async () => {
    const client = await testApp.signInAs('supervisor')
    const live = await connect(client)
    expect(await secondsUntilClosed(live, () => client.send('DELETE', '/api/session'))).toBeLessThan(1)
  })

  test('when an administrator takes the role away; the other users’ sockets stay', async () => {
    const [administrator, client, other] = [
      await testApp.signInAs('administrator'),
      await testApp.signInAs('supervisor'),
      await testApp.signInAs('supervisor'),
    ]
    const [live, stays] = [await connect(client), await connect(other)]
    const takeAway = () => administrator.send('PATCH', `/api/users/${client.userId}`, { role: 'agent' })
    expect(await secondsUntilClosed(live, takeAway)).toBeLessThan(1)
    expect(stays.socket.readyState).toBe(WebSocket.OPEN)
  })

  test('when it expires, or is revoked without a word', async () => {
    const [expired, revoked] = [await testApp.signInAs('supervisor'), await testApp.signInAs('supervisor')]
    const lives = [await connect(expired), await connect(revoked)]
    const end = (id: string, column: 'expiresAt' | 'revokedAt') =>
      testApp.db
        .updateTable('userSession')
        .set({ [column]: new Date('2026-01-01') })
        .where('id', '=', id)
        .execute()
    expect(await secondsUntilClosed(lives[0]!, () => end(expired.sessionId, 'expiresAt'))).toBeLessThan(2)
    expect(await secondsUntilClosed(lives[1]!, () => end(revoked.sessionId, 'revokedAt'))).toBeLessThan(2)
  })
})
