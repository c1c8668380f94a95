import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { AgentView } from '../../server/domains/agents/contract.ts'
import type { MyOffer } from '../../server/domains/callbacks/contract.ts'
import { offerTopic } from '../../server/domains/callbacks/service.ts'
import { saveCountries } from '../../server/domains/countries/service.ts'
import { addRosterWorker } from '../../server/domains/workers/service.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { fixedClock } from '../../server/platform/time/clock.ts'
import { asProductClock } from '../../server/platform/time/demo-clock.ts'
import { dhaka } from '../helpers/hours.ts'
import { createTestApp, type TestApp, type TestClient } from '../helpers/http.ts'
import { BANGLADESH, givePhone, LANGUAGES, makeFactory, numberOf } from '../helpers/hotline.ts'
import { quietPhoneSide } from '../helpers/phone-side.ts'

const phone = quietPhoneSide()
const clock = fixedClock(dhaka('2026-12-06', '10:00'))
let app: TestApp
let agent: TestClient
let factoryId: string
let made = 0
beforeAll(async () => {
  app = await createTestApp({ phone, clock: asProductClock(clock), isStarted: true })
  await inTransaction(app.db, (tx) => saveCountries(tx, LANGUAGES, [BANGLADESH]))
  factoryId = await makeFactory(app.db)
})
afterAll(() => app.stop())
beforeEach(async () => {
  await app.db.deleteFrom('callbackOffer').execute()
  const over = { status: 'closed', closedAt: clock.now(), closedReason: 'Of the test before.' }
  await app.db.updateTable('callback').set(over).where('status', '=', 'waiting').execute()
  await app.db.updateTable('agent').set({ status: 'away' }).execute()
  agent = await app.signInAs('agent', { countryIds: ['BD'] })
  await givePhone(app.db, agent.userId, { status: 'away' })
})

async function dueCallback(): Promise<string> {
  const e164 = numberOf(++made)
  const { workerId, phoneNumberId } = await inTransaction(app.db, (tx) =>
    addRosterWorker(app.context, tx, { e164, countryId: 'BD', languageCode: 'bn', factoryId }),
  )
  const due = { reason: 'audit', status: 'waiting', countryId: 'BD', languageCode: 'bn', timeZone: 'Asia/Dhaka' }
  const values = { ...due, workerId, phoneNumberId, dueAt: dhaka('2026-12-06', '09:00') }
  return (await app.db.insertInto('callback').values(values).returning('id').executeTakeFirstOrThrow()).id
}
const mine = async (client: TestClient) => (await client.get('/api/offers/mine')).json<MyOffer>().offer
const be = (status: string) => agent.send('POST', '/api/agents/me/status', { status })

test('who wants to hear first what was left has more time for it, once, and nobody else asks for it', async () => {
  await dueCallback()
  await be('free')
  await expect.poll(async () => (await mine(agent))?.mayListen).toBe(true)
  const { id } = (await mine(agent))!
  const other = await app.signInAs('agent', { countryIds: ['BD'] })
  const listen = async (client: TestClient) => (await client.send('POST', `/api/offers/${id}/listen`)).statusCode
  expect([await listen(other), await listen(agent), await listen(agent)]).toEqual([409, 200, 409])
  const offer = (await mine(agent))!
  expect(offer).toMatchObject({ id, mayListen: false, secondsInAll: 240 })
  expect(offer.secondsLeft).toBeGreaterThan(200)
  expect((await agent.send('POST', `/api/offers/${id}/accept`)).statusCode).toBe(200)
})

describe('an agent who says that they are free', () => {
  test('is offered what is due, and nobody else sees it; it names no number', async () => {
    const callbackId = await dueCallback()
    await be('free')
    await expect.poll(async () => (await mine(agent))?.callbackId).toBe(callbackId)
    const offer = (await mine(agent))!
    expect(offer).toMatchObject({
      reason: 'audit',
      countryId: 'BD',
      languageCode: 'bn',
      countedAttempts: 0,
      lastOutcome: null,
      secondsInAll: 20,
    })
    expect(JSON.stringify(offer)).not.toContain(numberOf(made).slice(4))

    const other = await app.signInAs('agent', { countryIds: ['BD'] })
    await givePhone(app.db, other.userId, { status: 'away' })
    expect(await mine(other)).toBeNull()
    const change = { topic: 'offer.changed', id: agent.userId } as const
    const { toFrame } = offerTopic(app.context)
    const frameFor = (id: string) => toFrame({ id, role: 'agent' } as never, change, offer)
    expect([frameFor(agent.userId), frameFor(other.userId)]).toEqual([{ offer }, null])
    for (const verb of ['accept', 'decline']) expect((await other.send('POST', `/api/offers/${offer.id}/${verb}`)).statusCode).toBe(409)
  })

  test('and accepts it has their phone rung for it; a second time is refused', async () => {
    const callbackId = await dueCallback()
    await be('free')
    await expect.poll(async () => (await mine(agent))?.callbackId).toBe(callbackId)
    const { id } = (await mine(agent))!
    const reply = await agent.send('POST', `/api/offers/${id}/accept`)
    expect([reply.statusCode, reply.json()]).toMatchObject([200, { id: callbackId, status: 'claimed', agentUserId: agent.userId }])
    expect(phone.orders.at(-1)).toMatchObject({ callbackId, agentUserId: agent.userId })
    expect((await agent.send('POST', `/api/offers/${id}/accept`)).statusCode).toBe(409)
    expect(await mine(agent)).toBeNull()
  })

  test('and declines it is shown the next one at once', async () => {
    const both = [await dueCallback(), await dueCallback()]
    await be('free')
    await expect.poll(async () => (await mine(agent))?.callbackId).toBe(both[0])
    const { id } = (await mine(agent))!
    expect((await agent.send('POST', `/api/offers/${id}/decline`)).statusCode).toBe(200)
    await expect.poll(async () => (await mine(agent))?.callbackId).toBe(both[1])
    const noted = await app.db.selectFrom('activity').select('actorUserId').where('action', '=', 'callback.declined').execute()
    expect(noted.at(-1)).toEqual({ actorUserId: agent.userId })
  })
})

describe('how callbacks come to an agent', () => {
  const choose = (client: TestClient, path: string, callMode: string) => client.send('PUT', path, { callMode })

  test('is theirs to choose, and a supervisor’s of their countries', async () => {
    expect((await choose(agent, '/api/agents/me/call-mode', 'progressive')).json<AgentView>()).toMatchObject({ callMode: 'progressive' })
    expect((await choose(agent, '/api/agents/me/call-mode', 'whatever')).statusCode).toBe(400)
    const path = `/api/agents/${agent.userId}/call-mode`
    expect((await choose(agent, path, 'manual')).statusCode).toBe(403)
    const elsewhere = await app.signInAs('supervisor', { countryIds: ['VN'] })
    expect((await choose(elsewhere, path, 'manual')).statusCode).toBe(404)
    const supervisor = await app.signInAs('supervisor', { countryIds: ['BD'] })
    expect((await choose(supervisor, path, 'manual')).json<AgentView>()).toMatchObject({ callMode: 'manual', isMissingOffers: false })
    const noted = await app.db.selectFrom('activity').select('actorUserId').where('action', '=', 'agent.call-mode-set').execute()
    expect(noted.map(({ actorUserId }) => actorUserId)).toEqual([agent.userId, supervisor.userId])
  })

  test('by hand: nothing is offered, whatever is due', async () => {
    await choose(agent, '/api/agents/me/call-mode', 'manual')
    const callbackId = await dueCallback()
    await be('free')
    const other = await app.signInAs('agent', { countryIds: ['BD'] })
    await givePhone(app.db, other.userId, { status: 'away' })
    await other.send('POST', '/api/agents/me/status', { status: 'free' })
    await expect.poll(async () => (await mine(other))?.callbackId).toBe(callbackId)
    expect(await mine(agent)).toBeNull()
  })
})
