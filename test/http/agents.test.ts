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

describe("an agent's languages and countries", () => {
  const change = (client: TestClient, body: object) => client.send('PATCH', `/api/agents/${agent.userId}`, body)
  const view = async () => (await findAgentView(app.context, agent.userId))!
  const certify = (client: TestClient, code: string) => client.send('PUT', `/api/agents/${agent.userId}/certificates/${code}`)
  const noted = async () => {
    const rows = await app.db
      .selectFrom('activity')
      .select(['action', 'detail'])
      .where('subjectId', '=', agent.userId)
      .orderBy('id')
      .execute()
    return rows.map(({ action, detail }) => [action, detail])
  }

  test('change without touching the phone; a new language waits to be heard', async () => {
    const { sipUser } = await makePhone()
    await phoneReachable(app.context, { sipUser, isReachable: true })
    const digest = (await listPhones(app.context)).find((one) => one.sipUser === sipUser)
    const told = [phone.pushed.length, phone.removed.length]
    const supervisor = await app.signInAs('supervisor', { countryIds: ['BD'] })
    await certify(supervisor, 'bn')
    const reply = await change(supervisor, { languageCodes: ['bn', 'en'] })
    expect([reply.statusCode, reply.json()]).toEqual([200, await view()])
    expect(await view()).toMatchObject({
      languageCodes: ['bn'],
      uncertifiedLanguageCodes: ['en'],
      countryIds: ['BD'],
      isPhoneReachable: true,
    })
    expect(await listPhones(app.context)).toContainEqual(digest)
    expect([phone.pushed.length, phone.removed.length]).toEqual(told)
    expect((await certify(supervisor, 'en')).json()).toMatchObject({ languageCodes: ['bn', 'en'] })
  })

  test('taken away, a language takes its certificate along, and comes back without it', async () => {
    await makePhone(['bn', 'en'])
    const supervisor = await app.signInAs('supervisor', { countryIds: ['BD'] })
    await certify(supervisor, 'bn')
    await certify(supervisor, 'en')
    expect((await change(supervisor, { languageCodes: ['bn'] })).json()).toMatchObject({
      languageCodes: ['bn'],
      uncertifiedLanguageCodes: [],
      certificates: [{ languageCode: 'bn' }],
    })
    expect((await noted()).slice(-2)).toEqual([
      ['agent.certificate-revoked', { languageCode: 'en' }],
      ['agent.changed', { countries: 'BD', languages: 'bn' }],
    ])
    await change(supervisor, { languageCodes: ['bn', 'en'] })
    expect(await view()).toMatchObject({ languageCodes: ['bn'], uncertifiedLanguageCodes: ['en'] })
    await makePhone(['en'])
    await makePhone(['bn', 'en'])
    expect(await view()).toMatchObject({ languageCodes: [], uncertifiedLanguageCodes: ['bn', 'en'] })
  })

  test('said again as they are, nothing is written down', async () => {
    await makePhone()
    const before = await noted()
    expect((await change(administrator, { languageCodes: ['bn'], countryIds: ['BD'] })).statusCode).toBe(200)
    expect(await noted()).toEqual(before)
  })

  test('are within the account; a supervisor gives and takes their own countries alone', async () => {
    await makePhone()
    const supervisor = await app.signInAs('supervisor', { countryIds: ['BD'] })
    const codeOf = async (client: TestClient, countryIds: string[]) => {
      const reply = await change(client, { countryIds })
      return reply.statusCode === 200 ? 200 : reply.json<{ code: string }>().code
    }
    expect(await codeOf(administrator, ['BD', 'VN'])).toBe('country-not-of-account')
    await administrator.send('PATCH', `/api/users/${agent.userId}`, { countryIds: ['BD', 'VN'] })
    expect((await view()).accountCountryIds).toEqual(['BD', 'VN'])
    expect(await codeOf(supervisor, ['BD', 'VN'])).toBe('not-your-country')
    expect(await codeOf(administrator, ['BD', 'VN'])).toBe(200)
    expect(await codeOf(supervisor, ['BD'])).toBe('not-your-country')
    expect(await codeOf(supervisor, ['VN'])).toBe(200)
    expect(await seen(supervisor)).not.toContain(agent.userId)
    expect(await codeOf(supervisor, ['BD'])).toBe('agent-not-found')
  })

  test('are never none, and never a language that is not set up, by either way', async () => {
    await makePhone()
    expect((await change(administrator, { languageCodes: [] })).statusCode).toBe(400)
    expect((await change(administrator, { countryIds: [] })).statusCode).toBe(400)
    expect((await change(administrator, { languageCodes: ['zz'] })).statusCode).toBe(422)
    const body = { userId: agent.userId, countryIds: ['BD'], languageCodes: ['zz'] }
    expect((await administrator.send('POST', '/api/agents', body)).statusCode).toBe(422)
    expect(await view()).toMatchObject({ uncertifiedLanguageCodes: ['bn'] })
  })

  test('are changed by nobody of another country, nor by the agent', async () => {
    await makePhone()
    const elsewhere = await app.signInAs('supervisor', { countryIds: ['VN'] })
    expect((await change(elsewhere, { languageCodes: ['en'] })).statusCode).toBe(404)
    expect((await change(agent, { languageCodes: ['en'] })).statusCode).toBe(403)
    await administrator.send('DELETE', `/api/agents/${agent.userId}`)
    expect((await change(administrator, { languageCodes: ['en'] })).statusCode).toBe(404)
  })

  test('are chosen from every language that is set up', async () => {
    const reply = await administrator.get('/api/languages')
    expect(reply.json<{ languages: { code: string }[] }>().languages.map(({ code }) => code)).toEqual(['bn', 'en'])
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

async function makePhone(languageCodes = ['bn']): Promise<Phone> {
  const reply = await administrator.send('POST', '/api/agents', { userId: agent.userId, countryIds: ['BD'], languageCodes })
  expect(reply.statusCode).toBe(201)
  return reply.json<Phone>()
}

async function seen(client: TestClient): Promise<string[]> {
  return (await client.get('/api/agents')).json<AgentList>().agents.map(({ userId }) => userId)
}
