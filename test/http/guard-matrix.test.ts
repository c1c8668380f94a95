import Fastify from 'fastify'
import { Type } from 'typebox'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { App } from '../../server/platform/http/app.ts'
import { installGuard, RouteWithoutPolicy, RouteWithoutSchema, type RouteEntry } from '../../server/platform/http/guard.ts'
import { ROLES, type Policy, type Role } from '../../server/platform/http/policy.ts'
import { createTestApp, type TestApp, type TestClient } from '../helpers/http.ts'

let testApp: TestApp
const clients = new Map<Role, TestClient>()
beforeAll(async () => {
  testApp = await createTestApp()
  for (const role of ROLES) clients.set(role, await testApp.signInAs(role))
})
afterAll(() => testApp.stop())

const ID = '00000000-0000-4000-8000-000000000000'
const addressOf = ({ url }: RouteEntry) => url.replaceAll(/:[a-zA-Z]+/g, ID).replace('*', '')
const isSafe = (method: string) => method === 'GET' || method === 'HEAD'

/** Asks as our own page would, with a body no route accepts. */
async function knock(entry: RouteEntry, client?: TestClient): Promise<number> {
  const ours = { host: 'localhost:8080', origin: 'http://localhost:8080' }
  const headers = client ? { ...ours, cookie: client.cookie, 'x-csrf-token': client.csrfToken } : ours
  const reply = await testApp.app.inject({ method: entry.method as 'GET', url: addressOf(entry), headers })
  return reply.statusCode
}

function mayPass(policy: Policy, role: Role | undefined): boolean {
  if (policy === 'public') return true
  if (role === undefined) return false
  return policy === 'signed-in' || policy.roles.includes(role)
}

/** What SMS gateways post is signed instead; without a signature it is answered 401. */
const GATEWAYS = ['POST /api/text-gateways/:id/incoming', 'POST /api/text-gateways/:id/delivery']

/** Signing in answers 401 to a wrong password itself; signing out would leave nobody for the rest. */
const NOT_LET_IN = new Set(['POST /api/session', 'DELETE /api/session', ...GATEWAYS])

test('every route × every role, and nobody: in by its policy, out by 403 and 401', async () => {
  const routes = testApp.app.routeTable
  expect(routes.length).toBeGreaterThan(10)
  const wrong: string[] = []
  for (const entry of routes) {
    const name = `${entry.method} ${entry.url}`
    for (const role of [undefined, ...ROLES]) {
      const isAllowed = mayPass(entry.policy, role)
      if (isAllowed && NOT_LET_IN.has(name)) continue
      const status = await knock(entry, role && clients.get(role))
      const isIn = status !== 401 && status !== 403
      const expectedOut = role === undefined ? 401 : 403
      if (isAllowed ? !isIn : status !== expectedOut) wrong.push(`${name} as ${role ?? 'nobody'}: ${status}`)
    }
  }
  expect(wrong).toEqual([])
}, 120_000)

test('only what must be is open to everybody', () => {
  const open = testApp.app.routeTable.filter(({ policy }) => policy === 'public').map(({ method, url }) => `${method} ${url}`)
  const expected = ['/health', '/ready', '/metrics', '/api/openapi.json', '/*'].flatMap((url) => [`GET ${url}`, `HEAD ${url}`])
  expect(open.filter((name) => !expected.includes(name))).toEqual(['POST /api/session', ...GATEWAYS])
})

test('every list of roles names some, and only roles there are', () => {
  for (const { policy, url } of testApp.app.routeTable) {
    if (typeof policy === 'string') continue
    expect(policy.roles.length, url).toBeGreaterThan(0)
    expect(ROLES, url).toEqual(expect.arrayContaining([...policy.roles]))
  }
})

test('without the page’s token no role gets into an unsafe route', async () => {
  const administrator = clients.get('administrator')!
  for (const entry of testApp.app.routeTable.filter(({ method, policy }) => !isSafe(method) && policy !== 'public')) {
    const reply = await testApp.app.inject({
      method: entry.method as 'POST',
      url: addressOf(entry),
      headers: { cookie: administrator.cookie },
    })
    expect(reply.statusCode, `${entry.method} ${entry.url}`).toBe(403)
  }
})

describe('the app cannot be built with', () => {
  const build = () => {
    const app = Fastify() as unknown as App
    installGuard(app, { cookieName: 'x', findSession: async () => undefined })
    return app
  }
  const handler = async () => ({ ok: true })
  const schema = { response: { 200: Type.Object({ ok: Type.Boolean() }) } }

  test('a route that declares no policy', () => {
    expect(() => build().get('/api/open', { schema }, handler)).toThrow(RouteWithoutPolicy)
    expect(() => build().route({ method: ['GET', 'POST'], url: '/anything', handler })).toThrow(RouteWithoutPolicy)
  })

  test('one in a plugin, however deep', async () => {
    const app = build()
    void app.register(async (child) => {
      await child.register(async (grandchild) => void grandchild.get('/api/deep', { schema }, handler))
    })
    await expect(app.ready()).rejects.toThrow(RouteWithoutPolicy)
  })

  test('a route of the interface that does not describe its replies', () => {
    expect(() => build().get('/api/vague', { config: { policy: 'public' } }, handler)).toThrow(RouteWithoutSchema)
  })
})

test('every route of the interface is described', async () => {
  const { paths } = (await testApp.app.inject('/api/openapi.json')).json<{ paths: Record<string, Record<string, unknown>> }>()
  const described = Object.entries(paths).flatMap(([url, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${url}`),
  )
  const wanted = testApp.app.routeTable.filter(({ url, method }) => url.startsWith('/api/') && method !== 'HEAD')
  expect(described).toEqual(expect.arrayContaining(wanted.map(({ method, url }) => `${method} ${url.replaceAll(/:([a-zA-Z]+)/g, '{$1}')}`)))
})

test('an unexpected error says nothing of itself but an id', async () => {
  await testApp.db.schema.alterTable('activity').renameTo('activity_away').execute()
  const reply = await clients.get('administrator')!.get('/api/activity-log')
  await testApp.db.schema.alterTable('activityAway').renameTo('activity').execute()
  expect(reply.statusCode).toBe(500)
  expect(reply.json()).toEqual({
    code: 'unexpected',
    message: expect.any(String) as string,
    requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
  })
})

test('every reply forbids other sites’ content, frames and sniffing', async () => {
  for (const url of ['/health', '/api/users', '/nowhere']) {
    const { headers } = await testApp.app.inject(url)
    expect(headers['content-security-policy']).toContain("default-src 'none'")
    expect(headers['content-security-policy']).not.toMatch(/unsafe|https?:|\*/)
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'x-frame-options': 'DENY' })
  }
})
