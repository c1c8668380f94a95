import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { AlertView } from '../../server/domains/alerts/contract.ts'
import type { CallbackPage, CallbackView, MyOffer, UnservedList } from '../../server/domains/callbacks/contract.ts'
import { attemptConnected, attemptEnded, dispatch, interpreterLeft } from '../../server/domains/callbacks/service.ts'
import { watchUnserved } from '../../server/domains/callbacks/unserved/unserved.ts'
import { saveCountries } from '../../server/domains/countries/service.ts'
import { addRosterWorker } from '../../server/domains/workers/service.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { fixedClock } from '../../server/platform/time/clock.ts'
import { asProductClock } from '../../server/platform/time/demo-clock.ts'
import { dhaka } from '../helpers/hours.ts'
import { createTestApp, type TestApp, type TestClient } from '../helpers/http.ts'
import { BANGLADESH, givePhone, hungUpAfterTalking, LANGUAGES, makeFactory, numberOf } from '../helpers/hotline.ts'
import { quietPhoneSide } from '../helpers/phone-side.ts'

const INDIA = {
  ...{
    ...BANGLADESH,
    id: 'IN',
    name: 'India',
    callingCode: '91',
    timeZone: 'Asia/Kolkata',
    cardDid: '+911100000001',
    callbackDid: '+911100000002',
  },
  trunk: { id: 'in-1', carrierHost: '127.0.0.12', carrierPort: 5070 },
}
const phone = quietPhoneSide()
const clock = fixedClock(dhaka('2026-12-06', '10:00'))
let app: TestApp
let supervisor: TestClient
let administrator: TestClient
let factoryId: string
let made = 0
beforeAll(async () => {
  app = await createTestApp({ phone, clock: asProductClock(clock) })
  await inTransaction(app.db, (tx) => saveCountries(tx, LANGUAGES, [BANGLADESH, INDIA]))
  factoryId = await makeFactory(app.db)
  supervisor = await app.signInAs('supervisor', { countryIds: ['BD'] })
  administrator = await app.signInAs('administrator', { countryIds: ['BD', 'IN'] })
})
afterAll(() => app.stop())
beforeEach(async () => {
  const over = { status: 'closed', closedAt: clock.now(), closedReason: 'Of the test before.' }
  await app.db.updateTable('callback').set(over).where('status', '=', 'waiting').execute()
  await app.db.updateTable('agent').set({ retiredAt: clock.now() }).execute()
  await help([])
})

const help = (countryIds: string[]) => administrator.send('PUT', '/api/countries/BD/helpers', { countryIds })
const unserved = async (client = supervisor) => (await client.get('/api/callbacks/unserved')).json<UnservedList>().groups
const give = (callbackId: string, agentUserId: string | null, client = supervisor) =>
  client.send('POST', `/api/callbacks/${callbackId}/assign`, { agentUserId })
const offers = () => dispatch({ ...app.context, isTelephonyConnected: () => true })

async function dueCallback({ dueAt = dhaka('2026-12-06', '09:00') }: { dueAt?: Date } = {}): Promise<string> {
  const worker = { e164: numberOf(++made), countryId: 'BD', languageCode: 'bn', factoryId }
  const { workerId, phoneNumberId } = await inTransaction(app.db, (tx) => addRosterWorker(app.context, tx, worker))
  const due = { reason: 'audit', status: 'waiting', countryId: 'BD', languageCode: 'bn', timeZone: 'Asia/Dhaka' }
  const values = { ...due, workerId, phoneNumberId, dueAt }
  return (await app.db.insertInto('callback').values(values).returning('id').executeTakeFirstOrThrow()).id
}
async function agentOf(countryId: string, own: { status?: string; languageCodes?: string[] } = {}): Promise<TestClient> {
  const client = await app.signInAs('agent', { countryIds: [countryId] })
  await givePhone(app.db, client.userId, { countryIds: [countryId], ...own })
  return client
}

describe('a callback whose language nobody on duty speaks', () => {
  test('is on the supervisor’s list, with who could help and why nobody does; not one that an agent is there for', async () => {
    const id = await dueCallback()
    expect(await unserved()).toMatchObject([
      { countryId: 'BD', languageCode: 'bn', isAnyoneCertified: false, callbacks: [{ id }], helpers: [] },
    ])

    const away = await agentOf('BD', { status: 'away' })
    expect(await unserved()).toMatchObject([{ isAnyoneCertified: true, helpers: [{ userId: away.userId, status: 'away' }] }])
    expect(await unserved(await app.signInAs('supervisor', { countryIds: ['IN'] }))).toEqual([])

    await agentOf('BD', { status: 'wrap-up' })
    expect(await unserved()).toEqual([])
  })

  test('is no concern at night, nor in its first five minutes', async () => {
    await dueCallback({ dueAt: dhaka('2026-12-06', '09:56') })
    expect(await unserved()).toEqual([])
    clock.set(dhaka('2026-12-06', '10:02'))
    expect(await unserved()).toHaveLength(1)
    clock.set(dhaka('2026-12-06', '22:00'))
    expect(await unserved()).toEqual([])
    clock.set(dhaka('2026-12-06', '10:00'))
  })

  test('is an alert on the board until somebody is there, and one for the language, not for each callback', async () => {
    await dueCallback()
    await dueCallback()
    const open = async () =>
      (await supervisor.get('/api/alerts?isOpen=true')).json<{ items: AlertView[] }>().items.filter(({ kind }) => kind === 'no-agent')
    await watchUnserved(app.context)
    await watchUnserved(app.context)
    expect(await open()).toMatchObject([{ subject: 'BD-bn', severity: 'warning', countryId: 'BD', resolvedAt: null }])
    await agentOf('BD')
    await watchUnserved(app.context)
    expect((await open()).filter(({ resolvedAt }) => resolvedAt === null)).toEqual([])
  })
})

describe('given to an agent and an interpreter', () => {
  const giveBoth = (callbackId: string, agentUserId: string, interpreterUserId: string) =>
    supervisor.send('POST', `/api/callbacks/${callbackId}/assign`, { agentUserId, interpreterUserId })
  const statusOf = async ({ userId }: TestClient) =>
    (await app.db.selectFrom('agent').select('status').where('userId', '=', userId).executeTakeFirstOrThrow()).status

  async function site() {
    const id = await dueCallback()
    await help(['IN'])
    const leader = await agentOf('BD', { languageCodes: ['en'] })
    const interpreter = await agentOf('IN')
    return { id, leader, interpreter }
  }
  /** What another transaction has locked this moment is passed over, and looked at again. */
  async function offered(agent: TestClient) {
    const look = async () => {
      await offers()
      return (await agent.get('/api/offers/mine')).json<MyOffer>().offer
    }
    await expect.poll(look).not.toBeNull()
    return (await look())!
  }
  async function called() {
    const { id, leader, interpreter } = await site()
    expect((await giveBoth(id, leader.userId, interpreter.userId)).statusCode).toBe(200)
    const offer = await offered(leader)
    expect((await leader.send('POST', `/api/offers/${offer.id}/accept`)).statusCode).toBe(200)
    return { id, leader, interpreter, order: phone.orders.at(-1)! }
  }

  test('it is offered to the agent, who need not speak the language; both are on the call, and both are free after it', async () => {
    const { id, leader, interpreter } = await site()
    expect(await unserved()).toMatchObject([{ helpers: [{ userId: interpreter.userId }], leaders: [{ userId: leader.userId }] }])
    expect((await giveBoth(id, leader.userId, interpreter.userId)).json()).toMatchObject({
      ...{ assignedAgentUserId: leader.userId, interpreterUserId: interpreter.userId },
      whyNow: expect.stringContaining('as interpreter.') as string,
    })
    expect(await unserved()).toEqual([])
    expect((await leader.get(`/api/callbacks/${id}`)).json<CallbackView>().interpreterName).toEqual(expect.any(String))
    const offer = await offered(leader)
    expect(offer).toMatchObject({ callbackId: id })
    expect((await leader.send('POST', `/api/offers/${offer.id}/accept`)).statusCode).toBe(200)
    const order = phone.orders.at(-1)!
    const { sipUser } = await app.db
      .selectFrom('agent')
      .select('sipUser')
      .where('userId', '=', interpreter.userId)
      .executeTakeFirstOrThrow()
    expect(order).toMatchObject({ callbackId: id, agentUserId: leader.userId, interpreterSipUser: sipUser })
    expect([await statusOf(leader), await statusOf(interpreter)]).toEqual(['on-call', 'on-call'])
    // The interpreter hears; of the callback they see nothing.
    expect((await interpreter.get(`/api/callbacks/${id}`)).statusCode).toBe(404)

    await attemptConnected(app.context, order.attemptId, clock.now())
    await attemptEnded(app.context, order.attemptId, { at: clock.now(), ended: hungUpAfterTalking })
    expect([await statusOf(leader), await statusOf(interpreter)]).toEqual(['wrap-up', 'free'])
    const activity = await app.db.selectFrom('activity').select(['action', 'detail']).where('subjectId', '=', id).execute()
    const withInterpreter = activity.filter(({ detail }) => JSON.stringify(detail).includes(interpreter.userId)).map(({ action }) => action)
    expect(withInterpreter).toEqual(['callback.assigned', 'callback.called'])
  })

  test('an interpreter who leaves is free at once, and whoever is in another call by the end stays in it', async () => {
    const { interpreter, order } = await called()
    await attemptConnected(app.context, order.attemptId, clock.now())
    await interpreterLeft(app.context, order.attemptId)
    expect(await statusOf(interpreter)).toBe('free')
    await app.db.updateTable('agent').set({ status: 'on-call' }).where('userId', '=', interpreter.userId).execute()
    await attemptEnded(app.context, order.attemptId, { at: clock.now(), ended: hungUpAfterTalking })
    expect(await statusOf(interpreter)).toBe('on-call')
  })

  test('an interpreter who does not answer is away; no try is used up, and the callback waits for them, on the list again', async () => {
    const { id, leader, interpreter, order } = await called()
    await attemptEnded(app.context, order.attemptId, { at: clock.now(), ended: { kind: 'interpreter-did-not-answer' } })
    expect([await statusOf(leader), await statusOf(interpreter)]).toEqual(['free', 'away'])
    await offers()
    expect((await leader.get('/api/offers/mine')).json<MyOffer>().offer).toBeNull()
    expect((await supervisor.get(`/api/callbacks/${id}`)).json()).toMatchObject({
      status: 'waiting',
      countedAttempts: 0,
      lastOutcome: 'agent-failure',
    })
    clock.set(dhaka('2026-12-06', '10:10'))
    expect(await unserved()).toMatchObject([{ callbacks: [{ id }] }])
    clock.set(dhaka('2026-12-06', '10:00'))
  })

  test('only one who is certified, of a country that may help, interprets, beside another person', async () => {
    const { id, leader, interpreter } = await site()
    const codes = [
      await giveBoth(id, interpreter.userId, leader.userId),
      await giveBoth(id, interpreter.userId, interpreter.userId),
      await supervisor.send('POST', `/api/callbacks/${id}/assign`, { agentUserId: null, interpreterUserId: interpreter.userId }),
    ].map((reply) => reply.json<{ code: string }>().code)
    expect(codes).toEqual(['agent-may-not-help', 'interpreter-is-agent', 'interpreter-alone'])
    await help([])
    expect((await giveBoth(id, leader.userId, interpreter.userId)).json()).toMatchObject({ code: 'agent-may-not-help' })
  })
})

describe('given to an agent of another country', () => {
  test('it is offered to them and to nobody else, over its own country’s trunk, and they can do all that it needs', async () => {
    const id = await dueCallback()
    await help(['IN'])
    const helper = await agentOf('IN')
    expect(await unserved()).toMatchObject([{ helpers: [{ userId: helper.userId, countryIds: ['IN'] }] }])
    expect((await helper.get(`/api/callbacks/${id}`)).statusCode).toBe(404)

    expect((await give(id, helper.userId)).json()).toMatchObject({ id, assignedAgentUserId: helper.userId })
    expect(await unserved()).toEqual([])
    const own = await agentOf('BD')
    await offers()
    expect((await own.get('/api/offers/mine')).json<MyOffer>().offer).toBeNull()
    const { offer } = (await helper.get('/api/offers/mine')).json<MyOffer>()
    expect(offer).toMatchObject({ callbackId: id, countryId: 'BD' })
    expect((await own.send('POST', `/api/callbacks/${id}/take`)).statusCode).toBe(404)
    expect((await helper.get('/api/callbacks')).json<CallbackPage>().items).toMatchObject([{ id }])

    expect((await helper.send('POST', `/api/offers/${offer!.id}/accept`)).statusCode).toBe(200)
    const order = phone.orders.at(-1)!
    expect(order).toMatchObject({ callbackId: id, agentUserId: helper.userId, trunkId: 'bd-1', callerDid: BANGLADESH.callbackDid })
    await attemptConnected(app.context, order.attemptId, clock.now())
    const opened = await helper.send('POST', '/api/cases', {
      callbackId: id,
      category: 'wages-and-benefits',
      severity: 'high',
      summary: 'Wages are late.',
      workerWish: 'anonymous',
    })
    expect([opened.statusCode, opened.json()]).toMatchObject([201, { summary: 'Wages are late.', countryId: 'BD' }])
    await attemptEnded(app.context, order.attemptId, { at: clock.now(), ended: hungUpAfterTalking })
    expect((await helper.send('POST', `/api/callbacks/${id}/outcome`, { outcome: 'complete' })).json()).toMatchObject({ status: 'done' })
  })

  test('it is on the list again as soon as they are not there', async () => {
    const id = await dueCallback()
    await help(['IN'])
    const helper = await agentOf('IN')
    await give(id, helper.userId)
    expect(await unserved()).toEqual([])
    await helper.send('POST', '/api/agents/me/status', { status: 'away' })
    expect(await unserved()).toMatchObject([{ callbacks: [{ id, assignedAgentUserId: helper.userId }], helpers: [{ status: 'away' }] }])
  })

  test('it may be taken back, and is its own country’s again', async () => {
    const id = await dueCallback()
    await help(['IN'])
    const helper = await agentOf('IN')
    await give(id, helper.userId)
    expect((await give(id, null)).json()).toMatchObject({ assignedAgentUserId: null })
    expect((await helper.get(`/api/callbacks/${id}`)).statusCode).toBe(404)
    expect(await unserved()).toMatchObject([{ callbacks: [{ id }] }])
  })

  test('only where an administrator permitted it, only who is certified, and only by a supervisor of the worker’s country', async () => {
    const id = await dueCallback()
    const helper = await agentOf('IN')
    expect((await give(id, helper.userId)).statusCode).toBe(409)
    await help(['IN'])
    const english = await agentOf('IN', { languageCodes: ['en'] })
    expect((await give(id, english.userId)).statusCode).toBe(409)
    expect((await give(id, helper.userId, await app.signInAs('supervisor', { countryIds: ['IN'] }))).statusCode).toBe(404)
    expect((await give(id, helper.userId, helper)).statusCode).toBe(403)
    expect((await supervisor.send('PUT', '/api/countries/BD/helpers', { countryIds: ['IN'] })).statusCode).toBe(403)
    for (const countryIds of [['BD'], ['ZZ']]) expect((await help(countryIds)).statusCode).toBe(409)
    expect((await give(id, helper.userId)).statusCode).toBe(200)
    const noted = await app.db.selectFrom('activity').select(['action', 'actorUserId']).where('subjectId', '=', id).execute()
    expect(noted).toContainEqual({ action: 'callback.assigned', actorUserId: supervisor.userId })
  })
})
