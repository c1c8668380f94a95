import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createCutProxy } from '../helpers/cut-proxy.ts'
import { createTestApp, type TestApp } from '../helpers/http.ts'

let testApp: TestApp
beforeAll(async () => void (testApp = await createTestApp({ isStarted: true })))
afterAll(() => testApp.stop())

type Part = { name: string; isOk: boolean; detail?: string }
const ready = async ({ app } = testApp) => {
  const reply = await app.inject('/ready')
  const { isReady, parts } = reply.json<{ isReady: boolean; parts: Part[] }>()
  return { status: reply.statusCode, isReady, red: parts.filter(({ isOk }) => !isOk).map(({ name }) => name) }
}

test('with all its parts at work the service is ready, and says which parts those are', async () => {
  await expect.poll(() => ready(), { timeout: 10_000 }).toEqual({ status: 200, isReady: true, red: [] })
  const { parts } = (await testApp.app.inject('/ready')).json<{ parts: Part[] }>()
  expect(parts.map(({ name }) => name)).toEqual(expect.arrayContaining(['database', 'live', 'disk', 'heartbeat']))
})

test('one red part, or one that hangs or throws, and it is not', async () => {
  const { readinessParts } = testApp.context
  const added = [
    { name: 'red', check: () => ({ isOk: false, detail: 'for a reason' }) },
    { name: 'throwing', check: () => Promise.reject(new TypeError('with a number 8801700000000')) },
    { name: 'hanging', check: () => new Promise<Part>(() => undefined) },
  ]
  readinessParts.push(...added)
  const reply = await testApp.app.inject('/ready')
  readinessParts.splice(-added.length)
  expect(reply.statusCode).toBe(503)
  expect(reply.json<{ parts: Part[] }>().parts.slice(-3)).toEqual([
    { name: 'red', isOk: false, detail: 'for a reason' },
    { name: 'throwing', isOk: false, detail: 'TypeError' },
    { name: 'hanging', isOk: false, detail: 'does not answer' },
  ])
})

test('figures for Prometheus name routes, never the ids in their addresses', async () => {
  const id = '11111111-2222-4333-8444-555555555555'
  await testApp.app.inject({ method: 'DELETE', url: `/api/sessions/${id}` })
  const { body, headers } = await testApp.app.inject('/metrics')
  expect(headers['content-type']).toContain('text/plain')
  expect(body).toContain('ringback_http_request_seconds_count{instance="1",route="/api/sessions/:id",method="DELETE",status="401"')
  expect(body).not.toContain(id)
})

test('figures are for this machine, or for who shows the token', async () => {
  const asked = (headers: Record<string, string> = {}) => ({ url: '/metrics', remoteAddress: '192.0.2.7', headers })
  expect((await testApp.app.inject(asked({ authorization: 'Bearer undefined' }))).statusCode).toBe(401)
  const folder = await mkdtemp(join(tmpdir(), 'ringback-metrics-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const metricsTokenFile = join(folder, 'token')
  await writeFile(metricsTokenFile, 'a-token-for-prometheus\n')
  const withToken = await createTestApp({ config: { http: { ...testApp.config.http, metricsTokenFile } } })
  onTestFinished(() => withToken.stop())
  const status = async (headers?: Record<string, string>) => (await withToken.app.inject(asked(headers))).statusCode
  expect(await status()).toBe(401)
  expect(await status({ authorization: 'Bearer a-token-for-prometheu' })).toBe(401)
  expect(await status({ authorization: 'Bearer a-token-for-prometheus' })).toBe(200)
})

describe('while the database is away', () => {
  test('the service lives, says what is red, answers 503, and is ready again by itself when it is back', async () => {
    const proxy = await createCutProxy(testApp.config.databaseUrl)
    const behind = await createTestApp({ isStarted: true, config: { databaseUrl: proxy.url } })
    const client = await behind.signInAs('supervisor')
    await expect.poll(() => ready(behind), { timeout: 10_000 }).toMatchObject({ status: 200 })

    await proxy.cut()
    await expect.poll(() => ready(behind), { timeout: 10_000 }).toMatchObject({ status: 503, red: ['database', 'live', 'heartbeat'] })
    expect((await behind.app.inject('/health')).statusCode).toBe(200)
    const reply = await client.get('/api/session')
    expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([503, 'database-away'])

    await proxy.mend()
    await expect.poll(() => ready(behind), { timeout: 15_000 }).toMatchObject({ status: 200 })
    expect((await client.get('/api/session')).statusCode).toBe(200)
    await behind.stop()
    await proxy.stop()
  }, 40_000)
})
