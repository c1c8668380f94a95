import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LastAdministrator } from '../../server/domains/users/errors.ts'
import { changeUser } from '../../server/domains/users/service.ts'
import { createTestApp, makeUser, TEST_PASSWORD, type TestApp, type TestClient } from '../helpers/http.ts'

let testApp: TestApp
let administrator: TestClient
beforeAll(async () => {
  testApp = await createTestApp()
  administrator = await testApp.signInAs('administrator')
})
afterAll(() => testApp.stop())

const signIn = (email: string, password: string) =>
  testApp.app.inject({ method: 'POST', url: '/api/session', payload: { email, password } })
const input = { displayName: 'Agent Bangladesh 1', role: 'agent', password: 'a long enough one', countryIds: ['BD'] }
const activities = async (subjectId: string) =>
  (await administrator.get(`/api/activity-log?subjectId=${subjectId}`)).json<{ items: { action: string; actorUserId: string }[] }>().items

describe('an administrator', () => {
  test('makes a user who can sign in at once; no reply ever holds a password or its hash', async () => {
    const reply = await administrator.send('POST', '/api/users', { ...input, email: 'Agent.BD@example.org' })
    expect(reply.statusCode).toBe(201)
    const user = reply.json<{ id: string }>()
    expect(user).toEqual({
      id: expect.any(String) as string,
      email: 'agent.bd@example.org',
      displayName: 'Agent Bangladesh 1',
      role: 'agent',
      countryIds: ['BD'],
      factoryIds: [],
      clientId: null,
      isActive: true,
      createdAt: expect.any(String) as string,
    })
    const list = await administrator.get('/api/users')
    expect(list.json<{ users: unknown[] }>().users).toContainEqual(user)
    expect(list.body).not.toMatch(/argon2|password/i)
    expect((await signIn('AGENT.bd@example.org', input.password)).statusCode).toBe(200)
    expect(await activities(user.id)).toMatchObject([{ action: 'user.created', actorUserId: administrator.userId }])
  })

  test('cannot give two users one address, in whatever case', async () => {
    await administrator.send('POST', '/api/users', { ...input, email: 'taken@example.org' })
    const reply = await administrator.send('POST', '/api/users', { ...input, email: 'TAKEN@example.org' })
    expect([reply.statusCode, reply.json<object>()]).toEqual([409, { code: 'email-taken', message: expect.any(String) as string }])
  })

  test.each([
    [{ email: 'short@example.org', password: 'too short' }, 400, 'invalid-request'],
    [{ email: 'easy@example.org', password: 'aaaaaaaaaaaaaaa' }, 422, 'password-too-easy'],
    [{ email: 'longaddress@example.org', password: 'longaddress@example.org' }, 422, 'password-too-easy'],
    [{ email: 'client@example.org', role: 'client' }, 422, 'client-not-fitting'],
    [{ email: 'no address' }, 400, 'invalid-request'],
    [{ email: 'role@example.org', role: 'root' }, 400, 'invalid-request'],
    [{ email: 'country@example.org', countryIds: ['Bangladesh'] }, 400, 'invalid-request'],
  ])('is refused %j', async (part, status, code) => {
    const reply = await administrator.send('POST', '/api/users', { ...input, ...part })
    expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([status, code])
  })

  test('changes what a user may do, and the user’s sessions end with the old right', async () => {
    const agent = await testApp.signInAs('agent', { countryIds: ['BD'] })
    expect((await agent.get('/api/session')).statusCode).toBe(200)
    const reply = await administrator.send('PATCH', `/api/users/${agent.userId}`, { role: 'supervisor', countryIds: ['BD', 'IN'] })
    expect(reply.json()).toMatchObject({ role: 'supervisor', countryIds: ['BD', 'IN'] })
    expect((await agent.get('/api/session')).statusCode).toBe(401)
    expect((await activities(agent.userId))[0]).toMatchObject({ action: 'user.changed', actorUserId: administrator.userId })
  })

  test('changes a name and leaves the sessions alone', async () => {
    const agent = await testApp.signInAs('agent')
    await administrator.send('PATCH', `/api/users/${agent.userId}`, { displayName: 'Agent 7' })
    expect((await agent.get('/api/session')).json()).toMatchObject({ user: { displayName: 'Agent 7' } })
  })

  test('retires a user, who cannot sign in any more and gets the answer a stranger gets', async () => {
    const { id, email } = await makeUser(testApp.db, 'auditor')
    await administrator.send('PATCH', `/api/users/${id}`, { isActive: false })
    const [retired, stranger] = [await signIn(email, TEST_PASSWORD), await signIn('nobody@example.org', TEST_PASSWORD)]
    expect([retired.statusCode, retired.body]).toEqual([401, stranger.body])
  })

  test('cannot change a user who does not exist', async () => {
    const reply = await administrator.send('PATCH', '/api/users/00000000-0000-4000-8000-000000000000', { displayName: 'x' })
    expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([404, 'no-such-user'])
  })

  test('cannot write what the interface does not name', async () => {
    const agent = await testApp.signInAs('agent')
    await administrator.send('PATCH', `/api/users/${agent.userId}`, { displayName: 'x', passwordHash: 'planted', createdAt: '2000-01-01' })
    const row = await testApp.db
      .selectFrom('appUser')
      .select(['passwordHash', 'displayName'])
      .where('id', '=', agent.userId)
      .executeTakeFirst()
    expect(row).toMatchObject({ displayName: 'x', passwordHash: expect.stringMatching(/^\$argon2id\$/) as string })
  })
})

describe('the last administrator', () => {
  test('can neither be retired nor given another role, also not by two at the same moment', async () => {
    const own = await createTestApp()
    const [one, two] = [await makeUser(own.db, 'administrator'), await makeUser(own.db, 'administrator')]
    const both = await Promise.allSettled([
      changeUser(own.db, one.id, two.id, { isActive: false }),
      changeUser(own.db, two.id, one.id, { role: 'agent' }),
    ])
    expect(both.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []))).toEqual([
      expect.any(LastAdministrator),
    ])
    const left = await own.db.selectFrom('appUser').select('id').where('role', '=', 'administrator').where('isActive', '=', true).execute()
    expect(left).toHaveLength(1)
    await own.stop()
  })
})

describe('a password', () => {
  test('is changed with the current one; the other sessions end and this one goes on', async () => {
    const user = await testApp.signInAs('supervisor')
    const { email } = (await user.get('/api/session')).json<{ user: { email: string } }>().user
    const elsewhere = await signIn(email, TEST_PASSWORD)
    const cookie = elsewhere.cookies.map(({ name, value }) => `${name}=${value}`).join()
    const url = `/api/users/${user.userId}/password`
    const newPassword = 'another long sentence'
    expect((await user.send('POST', url, { newPassword })).json()).toMatchObject({ code: 'wrong-current-password' })
    expect((await user.send('POST', url, { currentPassword: 'wrong', newPassword })).json()).toMatchObject({
      code: 'wrong-current-password',
    })
    expect((await user.send('POST', url, { currentPassword: TEST_PASSWORD, newPassword })).json()).toEqual({ ok: true })
    expect((await user.get('/api/session')).statusCode).toBe(200)
    expect((await testApp.app.inject({ url: '/api/session', headers: { cookie } })).statusCode).toBe(401)
    expect((await signIn(email, TEST_PASSWORD)).statusCode).toBe(401)
    expect((await signIn(email, newPassword)).statusCode).toBe(200)
  })

  test('of one’s own needs the current one, however the own id is spelled', async () => {
    const url = `/api/users/${administrator.userId.toUpperCase()}/password`
    const reply = await administrator.send('POST', url, { newPassword: 'another long sentence' })
    expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([400, 'invalid-request'])
  })

  test('of another is changed by an administrator only', async () => {
    const [user, other] = [await testApp.signInAs('supervisor'), await testApp.signInAs('agent')]
    const url = `/api/users/${other.userId}/password`
    expect((await user.send('POST', url, { newPassword: 'another long sentence' })).statusCode).toBe(403)
    expect((await administrator.send('POST', url, { newPassword: 'another long sentence' })).statusCode).toBe(200)
    expect((await other.get('/api/session')).statusCode).toBe(401)
  })
})
