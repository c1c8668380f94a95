import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createTestApp, makeUser, TEST_PASSWORD, type TestApp } from '../helpers/http.ts'

let testApp: TestApp
beforeAll(async () => void (testApp = await createTestApp()))
afterAll(() => testApp.stop())
beforeEach(() => testApp.db.deleteFrom('signInDelay').execute())

const signIn = (email: string, password: string, headers: Record<string, string> = {}) =>
  testApp.app.inject({ method: 'POST', url: '/api/session', payload: { email, password }, headers })
const cookieOf = (reply: { cookies: { name: string; value: string }[] }) =>
  reply.cookies.map(({ name, value }) => `${name}=${value}`).join()
const whoAmI = (cookie: string) => testApp.app.inject({ url: '/api/session', headers: { cookie } })
const move = (sessionId: string, change: string) =>
  sql`update user_session set ${sql.raw(change)} where id = ${sessionId}`.execute(testApp.db)

describe('a session', () => {
  test('is a cookie no script and no other site can use, and only its hash is stored', async () => {
    const { email } = await makeUser(testApp.db, 'agent')
    const reply = await signIn(email, TEST_PASSWORD)
    const { value } = reply.cookies[0]!
    expect(reply.cookies[0]).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/' })
    expect(Buffer.from(value, 'base64url')).toHaveLength(32)
    expect(reply.body).not.toContain(value)
    const { rows } = await sql<{
      text: string
    }>`select user_session::text as text from user_session union all select activity::text from activity`.execute(testApp.db)
    const stored = rows.map(({ text }) => text).join()
    expect(stored).not.toContain(value)
    expect(stored).not.toContain(Buffer.from(value, 'base64url').toString('hex'))
  })

  test('over https has the prefix that binds it to this host', async () => {
    const { http } = testApp.config
    const secure = await createTestApp({ config: { http: { ...http, cookie: { name: '__Host-ringback', isSecure: true } } } })
    const { email } = await makeUser(secure.db, 'agent')
    const reply = await secure.app.inject({ method: 'POST', url: '/api/session', payload: { email, password: TEST_PASSWORD } })
    expect(reply.cookies[0]).toMatchObject({ name: '__Host-ringback', secure: true, path: '/' })
    expect(reply.headers['strict-transport-security']).toContain('max-age=')
    await secure.stop()
  })

  test('is a new one at each sign-in, and the one that came along ends', async () => {
    const { email } = await makeUser(testApp.db, 'agent')
    const first = cookieOf(await signIn(email, TEST_PASSWORD))
    const second = cookieOf(await signIn(email, TEST_PASSWORD, { cookie: first }))
    expect(second).not.toBe(first)
    expect([(await whoAmI(first)).statusCode, (await whoAmI(second)).statusCode]).toEqual([401, 200])
  })

  test('ends after 30 idle minutes, and use puts that off', async () => {
    const client = await testApp.signInAs('agent')
    await move(client.sessionId, `last_seen_at = now() - interval '29 minutes'`)
    expect((await client.get('/api/session')).statusCode).toBe(200)
    await move(client.sessionId, `last_seen_at = last_seen_at - interval '29 minutes'`)
    expect((await client.get('/api/session')).statusCode).toBe(200)
    await move(client.sessionId, `last_seen_at = now() - interval '31 minutes'`)
    expect((await client.get('/api/session')).statusCode).toBe(401)
  })

  test('ends 12 hours after it began, however busy', async () => {
    const client = await testApp.signInAs('agent')
    const { expiresAt } = (await client.get('/api/session')).json<{ expiresAt: string }>()
    const row = await testApp.db
      .selectFrom('userSession')
      .select(['createdAt', 'expiresAt'])
      .where('id', '=', client.sessionId)
      .executeTakeFirstOrThrow()
    expect(row.expiresAt.toISOString()).toBe(expiresAt)
    expect(row.expiresAt.getTime() - row.createdAt.getTime()).toBe(12 * 3600 * 1000)
    await move(client.sessionId, `expires_at = now() - interval '1 second'`)
    expect((await client.get('/api/session')).statusCode).toBe(401)
  })

  test('is listed for its user and can be ended from another place', async () => {
    const { email } = await makeUser(testApp.db, 'supervisor')
    const here = await signIn(email, TEST_PASSWORD, { 'user-agent': 'Browser here' })
    const there = cookieOf(await signIn(email, TEST_PASSWORD, { 'user-agent': `Browser there ${'x'.repeat(500)}` }))
    const headers = { cookie: cookieOf(here), 'x-csrf-token': here.json<{ csrfToken: string }>().csrfToken }
    const { sessions } = (await testApp.app.inject({ url: '/api/sessions', headers })).json<{
      sessions: { id: string; isCurrent: boolean; userAgent: string }[]
    }>()
    expect(sessions.map(({ isCurrent, userAgent }) => [isCurrent, userAgent.slice(0, 13)])).toEqual([
      [false, 'Browser there'],
      [true, 'Browser here'],
    ])
    const reply = await testApp.app.inject({ method: 'DELETE', url: `/api/sessions/${sessions[0]!.id}`, headers })
    expect(reply.json()).toEqual({ ok: true })
    expect([(await whoAmI(there)).statusCode, (await whoAmI(cookieOf(here))).statusCode]).toEqual([401, 200])
  })

  test('of somebody else can be neither seen nor ended', async () => {
    const [one, other] = [await testApp.signInAs('administrator'), await testApp.signInAs('agent')]
    expect((await one.get('/api/sessions')).body).not.toContain(other.sessionId)
    expect((await one.send('DELETE', `/api/sessions/${other.sessionId}`)).statusCode).toBe(404)
    expect((await other.get('/api/session')).statusCode).toBe(200)
  })

  test('ends by signing out, on the server too', async () => {
    const client = await testApp.signInAs('agent')
    const reply = await client.send('DELETE', '/api/session')
    expect(reply.cookies[0]).toMatchObject({ value: '', maxAge: 0 })
    expect((await client.get('/api/session')).statusCode).toBe(401)
  })
})

describe('every unsafe request', () => {
  const requests = [
    ['DELETE', '/api/session'],
    ['POST', '/api/users'],
    ['PUT', '/api/clock'],
  ] as const

  test.each(requests)('%s %s needs the page’s token', async (method, url) => {
    const client = await testApp.signInAs('administrator')
    const other = await testApp.signInAs('administrator')
    for (const token of [undefined, '', 'x', other.csrfToken]) {
      const headers = { cookie: client.cookie, ...(token !== undefined && { 'x-csrf-token': token }) }
      const reply = await testApp.app.inject({ method, url, headers, payload: {} })
      expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([403, 'bad-csrf-token'])
    }
    expect((await client.get('/api/session')).statusCode).toBe(200)
  })

  test('from another site is refused even with the token, and sign-in from there too', async () => {
    const client = await testApp.signInAs('administrator')
    for (const origin of ['https://evil.example.org', 'null', 'http://localhost:8081', 'http://localhost.evil.example.org']) {
      const headers = { cookie: client.cookie, 'x-csrf-token': client.csrfToken, origin, host: 'localhost:8080' }
      const signOut = await testApp.app.inject({ method: 'DELETE', url: '/api/session', headers })
      expect([signOut.statusCode, signOut.json<{ code: string }>().code]).toEqual([403, 'foreign-origin'])
      expect((await signIn('a@example.org', 'x', { origin, host: 'localhost:8080' })).statusCode).toBe(403)
    }
    const headers = { cookie: client.cookie, 'x-csrf-token': client.csrfToken, origin: 'http://localhost:8080', host: 'localhost:8080' }
    expect((await testApp.app.inject({ method: 'DELETE', url: '/api/session', headers })).statusCode).toBe(200)
  })

  test('as a form of another site would send it is not read at all', async () => {
    const payload = '{"email":"a@example.org","password":"x"}'
    for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
      const reply = await testApp.app.inject({ method: 'POST', url: '/api/session', payload, headers: { 'content-type': type } })
      expect(reply.statusCode).toBe(415)
    }
  })
})

describe('guessing', () => {
  test('a wrong password, an unknown account: one answer', async () => {
    const { email } = await makeUser(testApp.db, 'agent')
    const [wrong, unknown] = [await signIn(email, 'wrong'), await signIn('nobody@example.org', 'wrong')]
    expect([wrong.statusCode, wrong.body]).toEqual([unknown.statusCode, unknown.body])
    expect(wrong.statusCode).toBe(401)
  })

  test.each(['known', 'unknown'])('a %s account is slowed down after five tries, the right password too', async (kind) => {
    const email = kind === 'known' ? (await makeUser(testApp.db, 'agent')).email : 'nobody@example.org'
    const statuses: number[] = []
    for (let tries = 0; tries < 6; tries++) statuses.push((await signIn(email, 'wrong')).statusCode)
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429])
    const reply = await signIn(email, TEST_PASSWORD)
    expect([reply.statusCode, reply.json<{ code: string }>().code, Number(reply.headers['retry-after'])]).toEqual([
      429,
      'sign-in-delayed',
      1,
    ])
  })

  test('thirty tries at once are not thirty guesses', async () => {
    const { email } = await makeUser(testApp.db, 'agent')
    const replies = await Promise.all(Array.from({ length: 30 }, () => signIn(email, 'wrong')))
    expect(replies.filter(({ statusCode }) => statusCode === 401)).toHaveLength(5)
  })

  test('waiting helps, and success forgets the tries', async () => {
    const { email } = await makeUser(testApp.db, 'agent')
    for (let tries = 0; tries < 5; tries++) await signIn(email, 'wrong')
    expect((await signIn(email, TEST_PASSWORD)).statusCode).toBe(429)
    await sql`update sign_in_delay set blocked_until = now()`.execute(testApp.db)
    expect((await signIn(email, TEST_PASSWORD)).statusCode).toBe(200)
    expect((await signIn(email, 'wrong')).statusCode).toBe(401)
    expect((await signIn(email, TEST_PASSWORD)).statusCode).toBe(200)
  })

  test('leaves a line in the activity-log that names no address', async () => {
    await signIn('somebody.unknown@example.org', 'wrong')
    const rows = await testApp.db.selectFrom('activity').selectAll().where('action', '=', 'session.refused').execute()
    expect(rows.length).toBeGreaterThan(0)
    expect(JSON.stringify(rows)).not.toContain('somebody')
  })
})
