import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { AgentView } from '../../server/domains/agents/contract.ts'
import { changeStatus, findAgentView, listPhones, phoneReachable } from '../../server/domains/agents/service.ts'
import { saveCountries } from '../../server/domains/countries/service.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { createTestApp, type TestApp, type TestClient } from '../helpers/http.ts'
import { BANGLADESH, LANGUAGES } from '../helpers/hotline.ts'
import { quietPhoneSide } from '../helpers/phone-side.ts'

type AgentList = { agents: AgentView[] }
type Phone = { sipUser: string; sipPassword: string }

const phone = quietPhoneSide()
let app: TestApp
let administrator: TestClient
let agent: TestClient
beforeAll(async () => {
  app = await createTestApp({ phone })
  await inTransaction(app.db, (tx) => saveCountries(tx, LANGUAGES, [BANGLADESH]))
  administrator = await app.signInAs('administrator', { countryIds: ['BD'] })
})
afterAll(() => app.stop())
beforeEach(async () => {
  agent = await app.signInAs('agent', { countryIds: ['BD'] })
})

describe("an agent's phone", () => {
  test('is made with a password that is shown once, and only its digest is kept and told to Asterisk', async () => {
    const { sipUser, sipPassword } = await makePhone()
    const sipPasswordDigest = createHash('md5').update(`${sipUser}:ringback:${sipPassword}`).digest('hex')
    expect(phone.pushed).toContainEqual({ sipUser, sipPasswordDigest })
    expect(await listPhones(app.context)).toContainEqual({ sipUser, sipPasswordDigest })
    expect(sipPassword.length).toBeGreaterThanOrEqual(24)
    const { rows } = await administrator.get('/api/agents').then((reply) => ({ rows: reply.body }))
    expect(rows).not.toContain(sipPassword)
    expect(rows).not.toContain(sipPasswordDigest)
  })

  test('made again, the old one can register no more', async () => {
    const first = await makePhone()
    const second = await makePhone()
    expect(second.sipPassword).not.toBe(first.sipPassword)
    const digests = (await listPhones(app.context)).map(({ sipPasswordDigest }) => sipPasswordDigest)
    expect(digests).not.toContain(createHash('md5').update(`${first.sipUser}:ringback:${first.sipPassword}`).digest('hex'))
  })

  test('is no agent’s any more once the user is deactivated', async () => {
    const { sipUser } = await makePhone()
    await administrator.send('PATCH', `/api/users/${agent.userId}`, { isActive: false })
    expect((await listPhones(app.context)).map((one) => one.sipUser)).not.toContain(sipUser)
  })

  test('works for the countries that are the user’s still', async () => {
    await makePhone()
    await administrator.send('PATCH', `/api/users/${agent.userId}`, { countryIds: [] })
    expect((await findAgentView(app.context, agent.userId))?.countryIds).toEqual([])
  })

  test('taken away is gone from Asterisk and from the lists', async () => {
    const { sipUser } = await makePhone()
    expect((await administrator.send('DELETE', `/api/agents/${agent.userId}`)).statusCode).toBe(200)
    expect(phone.removed).toContain(sipUser)
    expect((await listPhones(app.context)).map((one) => one.sipUser)).not.toContain(sipUser)
    expect(await seen(administrator)).not.toContain(agent.userId)
    expect((await administrator.send('DELETE', `/api/agents/${agent.userId}`)).statusCode).toBe(404)
  })

  test('is for agents only, and made by administrators only', async () => {
    const body = { userId: administrator.userId, countryIds: ['BD'], languageCodes: ['bn'] }
    expect((await administrator.send('POST', '/api/agents', body)).statusCode).toBe(409)
    expect((await agent.send('POST', '/api/agents', { ...body, userId: agent.userId })).statusCode).toBe(403)
  })
})

describe("an agent's languages", () => {
  const certificate = (code = 'bn') => `/api/agents/${agent.userId}/certificates/${code}`
  const view = async () => (await findAgentView(app.context, agent.userId))!

  test('count once a supervisor has certified them, until that is revoked', async () => {
    await makePhone()
    expect(await view()).toMatchObject({ languageCodes: [], uncertifiedLanguageCodes: ['bn'], certificates: [] })
    const supervisor = await app.signInAs('supervisor', { countryIds: ['BD'] })
    const reply = await supervisor.send('PUT', certificate())
    expect([reply.statusCode, reply.json()]).toEqual([200, await view()])
    expect(await view()).toMatchObject({
      languageCodes: ['bn'],
      uncertifiedLanguageCodes: [],
      certificates: [{ languageCode: 'bn', certifiedBy: expect.any(String) as string, certifiedAt: expect.stringMatching(/Z$/) as string }],
    })
    expect((await supervisor.send('DELETE', certificate())).json()).toMatchObject({ languageCodes: [], uncertifiedLanguageCodes: ['bn'] })
    const noted = await app.db.selectFrom('activity').select('action').where('subjectId', '=', agent.userId).execute()
    expect(noted.map(({ action }) => action)).toEqual(expect.arrayContaining(['agent.certified', 'agent.certificate-revoked']))
  })

  test('are certified by supervisors of the agent’s countries alone, and only what the agent speaks', async () => {
    await makePhone()
    expect((await agent.send('PUT', certificate())).statusCode).toBe(403)
    expect((await administrator.send('PUT', certificate())).statusCode).toBe(403)
    const elsewhere = await app.signInAs('supervisor', { countryIds: ['VN'] })
    expect((await elsewhere.send('PUT', certificate())).statusCode).toBe(404)
    const supervisor = await app.signInAs('supervisor', { countryIds: ['BD'] })
    expect((await supervisor.send('PUT', certificate('en'))).statusCode).toBe(409)
  })
})

describe("an agent's state", () => {
  test('may be a break with a reason from the list, which ends with it', async () => {
    await makePhone()
    const set = (body: object) => agent.send('POST', '/api/agents/me/status', body)
    expect((await set({ status: 'break', breakReason: 'meal' })).json()).toMatchObject({ status: 'break', breakReason: 'meal' })
    expect((await set({ status: 'free' })).json()).toMatchObject({ status: 'free', breakReason: null })
    expect((await set({ status: 'free', breakReason: 'meal' })).statusCode).toBe(409)
    expect((await set({ status: 'break', breakReason: 'a word of my own' })).statusCode).toBe(400)
  })

  test('is set by hand between calls, not during one', async () => {
    await makePhone()
    const set = (status: string) => agent.send('POST', '/api/agents/me/status', { status })
    expect((await set('free')).json()).toMatchObject({ userId: agent.userId, status: 'free' })
    expect((await set('on-call')).statusCode).toBe(400)
    await inTransaction(app.db, (tx) => changeStatus(app.context, tx, agent.userId, 'on-call'))
    expect((await set('break')).statusCode).toBe(409)
    await inTransaction(app.db, (tx) => changeStatus(app.context, tx, agent.userId, 'wrap-up'))
    expect((await set('away')).statusCode).toBe(409)
  })

  test('tells whether the phone can be rung', async () => {
    const { sipUser } = await makePhone()
    await phoneReachable(app.context, { sipUser, isReachable: true })
    await phoneReachable(app.context, { sipUser: 'agent-unknown1', isReachable: true })
    const { agents } = (await administrator.get('/api/agents')).json<AgentList>()
    expect(agents.find(({ userId }) => userId === agent.userId)).toMatchObject({ isPhoneReachable: true })
  })

  test('is seen in the countries the agent works for', async () => {
    await makePhone()
    expect(await seen(await app.signInAs('supervisor', { countryIds: ['BD'] }))).toContain(agent.userId)
    expect(await seen(await app.signInAs('supervisor', { countryIds: ['VN'] }))).not.toContain(agent.userId)
  })
})

async function makePhone(): Promise<Phone> {
  const reply = await administrator.send('POST', '/api/agents', { userId: agent.userId, countryIds: ['BD'], languageCodes: ['bn'] })
  expect(reply.statusCode).toBe(201)
  return reply.json<Phone>()
}

async function seen(client: TestClient): Promise<string[]> {
  return (await client.get('/api/agents')).json<AgentList>().agents.map(({ userId }) => userId)
}
