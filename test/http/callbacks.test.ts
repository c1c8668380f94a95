import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CallbackPage, CallbackView } from '../../server/domains/callbacks/contract.ts'
import { attemptConnected, attemptEnded } from '../../server/domains/callbacks/service.ts'
import { saveCountries } from '../../server/domains/countries/service.ts'
import { installQuestionnaire } from '../../server/domains/questionnaires/service.ts'
import { addRosterWorker } from '../../server/domains/workers/service.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { fixedClock } from '../../server/platform/time/clock.ts'
import { asProductClock } from '../../server/platform/time/demo-clock.ts'
import { dhaka } from '../helpers/hours.ts'
import { createTestApp, type TestApp, type TestClient } from '../helpers/http.ts'
import { BANGLADESH, givePhone, hungUpAfterTalking, LANGUAGES, numberOf } from '../helpers/hotline.ts'
import { quietPhoneSide } from '../helpers/phone-side.ts'
import { questionnaireAsking } from '../helpers/questionnaire.ts'

const clock = fixedClock(dhaka('2026-12-06', '10:00'))
const phone = quietPhoneSide()
let app: TestApp
let agent: TestClient
let supervisor: TestClient
let made = 0
beforeAll(async () => {
  app = await createTestApp({ phone, clock: asProductClock(clock) })
  await inTransaction(app.db, (tx) => saveCountries(tx, LANGUAGES, [BANGLADESH]))
  await installQuestionnaire(app.context, 'After the visit', questionnaireAsking('What is it about?'))
  agent = await makeAgent()
  supervisor = await app.signInAs('supervisor', { countryIds: ['BD'] })
})
afterAll(() => app.stop())

describe('a callback on the desk', () => {
  test('goes from the list through call, questions and outcome to done, and never shows a number', async () => {
    const id = await makeCallback()
    const bodies: string[] = []
    const ask = async (method: 'GET' | 'POST' | 'PUT', path: string, body?: object) => {
      const reply = method === 'GET' ? await agent.get(path) : await agent.send(method, path, body)
      expect(reply.statusCode, `${method} ${path}: ${reply.body}`).toBe(200)
      bodies.push(reply.body)
      return reply.json<CallbackView>()
    }

    const { items } = (await ask('GET', '/api/callbacks')) as unknown as CallbackPage
    expect(items).toMatchObject([{ id, status: 'waiting', whyNow: 'May be called now; due since 2026-12-06 09:00 (Asia/Dhaka).' }])
    expect(items[0]!.whyNowSaid).toMatchObject([{ code: 'may-call', params: { at: '2026-12-06 09:00', zone: 'Asia/Dhaka' } }])
    expect(await ask('POST', `/api/callbacks/${id}/take`)).toMatchObject({
      status: 'claimed',
      agentUserId: agent.userId,
      whyNow: "The agent's phone is being rung.",
    })
    const { attemptId } = phone.orders.at(-1)!
    await attemptConnected(app.context, attemptId, clock.now())
    expect(await ask('GET', `/api/callbacks/${id}`)).toMatchObject({
      status: 'talking',
      questionnaire: { name: 'After the visit' },
      resumeQuestionId: null,
    })
    await ask('PUT', `/api/callbacks/${id}/answers/safe`, { choice: 'yes' })
    await ask('PUT', `/api/callbacks/${id}/answers/what`, { text: 'Overtime is not paid.' })
    expect(await ask('GET', `/api/callbacks/${id}`)).toMatchObject({
      answers: [
        { questionId: 'safe', choice: 'yes', text: null },
        { questionId: 'what', choice: null, text: 'Overtime is not paid.' },
      ],
    })
    await ask('POST', `/api/callbacks/${id}/hang-up`)
    expect(phone.hungUp).toEqual([attemptId])
    await attemptEnded(app.context, attemptId, { at: clock.now(), ended: hungUpAfterTalking })
    expect(await ask('POST', `/api/callbacks/${id}/outcome`, { outcome: 'complete' })).toMatchObject({
      status: 'done',
      lastOutcome: 'complete',
    })
    expect(await ask('GET', `/api/callbacks/${id}`)).toMatchObject({
      attempts: [{ id: attemptId, numberInCallback: 1, outcome: 'complete' }],
      answers: [],
    })
    for (const body of bodies) expect(body).not.toContain(numberOf(made).slice(-9))
  })

  test('shows the word that worker and auditor agreed on in the conversation alone, and writes each look down', async () => {
    const id = await makeCallback({ codeWord: 'lantern' })
    const look = () => agent.get(`/api/callbacks/${id}/code-word`)
    await agent.send('POST', `/api/callbacks/${id}/take`)
    expect((await look()).statusCode).toBe(409)
    const { attemptId } = phone.orders.at(-1)!
    await attemptConnected(app.context, attemptId, clock.now())
    expect((await look()).json()).toEqual({ codeWord: 'lantern' })
    expect((await supervisor.get(`/api/callbacks/${id}/code-word`)).statusCode).toBe(403)
    await attemptEnded(app.context, attemptId, { at: clock.now(), ended: hungUpAfterTalking })
    expect((await look()).statusCode).toBe(409)
    const looks = app.db.selectFrom('activity').select('actorUserId').where('action', '=', 'callback.code-word-read')
    expect(await looks.where('subjectId', '=', id).execute()).toEqual([{ actorUserId: agent.userId }])
    await agent.send('POST', `/api/callbacks/${id}/outcome`, { outcome: 'complete' })
  })

  test('resumes at the question where the conversation was cut off', async () => {
    const id = await makeCallback()
    await agent.send('POST', `/api/callbacks/${id}/take`)
    await attemptConnected(app.context, phone.orders.at(-1)!.attemptId, clock.now())
    await agent.send('PUT', `/api/callbacks/${id}/answers/safe`, { choice: 'yes' })
    await attemptEnded(app.context, phone.orders.at(-1)!.attemptId, { at: clock.now(), ended: hungUpAfterTalking })
    await agent.send('POST', `/api/callbacks/${id}/outcome`, { outcome: 'partial' })
    clock.set(new Date(clock.now().getTime() + 10 * 60_000))
    const next = await agent.send('POST', '/api/callbacks/next')
    expect(next.json()).toMatchObject({ id, resumeQuestionId: 'what', answers: [{ questionId: 'safe', choice: 'yes' }] })
    await finish(id)
  })

  test('is refused with a sentence when it cannot be', async () => {
    const late = await makeCallback({ slot: { startLocal: '18:00', endLocal: '20:00' } })
    const refused = async (path: string, body?: object) => {
      const reply = await agent.send('POST', path, body)
      const { code, message } = reply.json<{ code: string; message: string }>()
      return [reply.statusCode, code, message]
    }
    expect(await refused(`/api/callbacks/${late}/take`)).toEqual([
      409,
      'not-now',
      "Outside the worker's hours; again from 2026-12-06 18:00 (Asia/Dhaka).",
    ])
    const { detail } = (await agent.send('POST', `/api/callbacks/${late}/take`)).json<{ detail: unknown }>()
    const params = { at: '2026-12-06 18:00', zone: 'Asia/Dhaka' }
    expect(detail).toEqual({ said: [expect.objectContaining({ code: 'outside-hours', params })] })
    expect(await refused(`/api/callbacks/${late}/outcome`, { outcome: 'complete' })).toEqual([
      403,
      'not-your-callback',
      'Only the agent who has taken this callback may do that.',
    ])
    expect(await refused('/api/callbacks/next')).toEqual([
      409,
      'nothing-to-call',
      'No callback in your countries and languages may be called now.',
    ])
    expect((await agent.send('POST', `/api/callbacks/${late}/take`, { phone: '+8801712345678' })).statusCode).toBe(409)
    await close(late)
  })

  test('can be answered for by its agent alone', async () => {
    const id = await makeCallback()
    await agent.send('POST', `/api/callbacks/${id}/take`)
    await attemptConnected(app.context, phone.orders.at(-1)!.attemptId, clock.now())
    const other = await makeAgent()
    expect((await other.send('PUT', `/api/callbacks/${id}/answers/safe`, { choice: 'no' })).statusCode).toBe(403)
    expect((await other.send('POST', `/api/callbacks/${id}/hang-up`)).statusCode).toBe(403)
    expect((await agent.send('PUT', `/api/callbacks/${id}/answers/safe`, { choice: 'perhaps' })).statusCode).toBe(422)
    await attemptEnded(app.context, phone.orders.at(-1)!.attemptId, { at: clock.now(), ended: hungUpAfterTalking })
    await finish(id)
  })
})

describe('who sees callbacks', () => {
  test('agents those of their countries and languages, supervisors those of their countries, nobody else any', async () => {
    const id = await makeCallback()
    const see = async (client: TestClient) => [
      (await client.get(`/api/callbacks/${id}`)).statusCode,
      (await client.get('/api/callbacks')).json<CallbackPage>().items?.some((row) => row.id === id) ?? null,
    ]
    expect(await see(agent)).toEqual([200, true])
    expect(await see(supervisor)).toEqual([200, true])
    expect(await see(await makeAgent(['en']))).toEqual([404, false])
    expect(await see(await app.signInAs('supervisor', { countryIds: ['VN'] }))).toEqual([404, false])
    for (const role of ['administrator', 'client', 'auditor', 'custodian', 'case-handler'] as const) {
      expect(await see(await app.signInAs(role, { countryIds: ['BD'] })), role).toEqual([403, null])
    }
    await close(id)
  })

  test('an agent without a phone sees none', async () => {
    const id = await makeCallback()
    const phoneless = await app.signInAs('agent', { countryIds: ['BD'] })
    expect((await phoneless.get(`/api/callbacks/${id}`)).statusCode).toBe(404)
    expect((await phoneless.send('POST', `/api/callbacks/${id}/take`)).statusCode).toBe(404)
    await close(id)
  })

  test('an answer and its correction each leave a trace that does not say what was answered', async () => {
    const id = await makeCallback()
    await agent.send('POST', `/api/callbacks/${id}/take`)
    await attemptConnected(app.context, phone.orders.at(-1)!.attemptId, clock.now())
    for (const choice of ['no', 'yes']) await agent.send('PUT', `/api/callbacks/${id}/answers/safe`, { choice })
    const kept = app.db.selectFrom('activity').select(['actorUserId', 'detail']).where('action', '=', 'callback.answer-kept')
    const row = { actorUserId: agent.userId, detail: { questionId: 'safe' } }
    expect(await kept.where('subjectId', '=', id).execute()).toEqual([row, row])
    await attemptEnded(app.context, phone.orders.at(-1)!.attemptId, { at: clock.now(), ended: hungUpAfterTalking })
    await finish(id)
  })

  test('a supervisor who reads answers leaves a trace', async () => {
    const id = await makeCallback()
    await agent.send('POST', `/api/callbacks/${id}/take`)
    await attemptConnected(app.context, phone.orders.at(-1)!.attemptId, clock.now())
    await agent.send('PUT', `/api/callbacks/${id}/answers/safe`, { choice: 'yes' })
    expect((await supervisor.get(`/api/callbacks/${id}`)).json()).toMatchObject({ answers: [{ questionId: 'safe' }] })
    expect((await (await makeAgent()).get(`/api/callbacks/${id}`)).json()).toMatchObject({ answers: [] })
    const reads = await app.db
      .selectFrom('activity')
      .select('actorUserId')
      .where('action', '=', 'callback.answers-read')
      .where('subjectId', '=', id)
      .execute()
    expect(reads).toEqual([{ actorUserId: supervisor.userId }])
    await attemptEnded(app.context, phone.orders.at(-1)!.attemptId, { at: clock.now(), ended: hungUpAfterTalking })
    await finish(id)
  })
})

describe('a supervisor', () => {
  test('moves and closes callbacks of their own countries', async () => {
    const id = await makeCallback()
    const callAgainAt = dhaka('2026-12-07', '15:00').toISOString()
    expect((await supervisor.send('POST', `/api/callbacks/${id}/reschedule`, { callAgainAt })).json()).toMatchObject({
      dueAt: callAgainAt,
      whyNow: 'Due 2026-12-07 15:00 (Asia/Dhaka).',
    })
    const elsewhere = await app.signInAs('supervisor', { countryIds: ['VN'] })
    expect((await elsewhere.send('POST', `/api/callbacks/${id}/close`, { reason: 'Not ours.' })).statusCode).toBe(404)
    expect((await agent.send('POST', `/api/callbacks/${id}/close`, { reason: 'Not mine.' })).statusCode).toBe(403)
    expect((await supervisor.send('POST', `/api/callbacks/${id}/close`, { reason: 'Asked twice.' })).json()).toMatchObject({
      status: 'closed',
      whyNow: 'Asked twice.',
    })
  })
})

test('lists go page by page, soonest first, each callback once', async () => {
  const ids: string[] = []
  for (let n = 0; n < 5; n++) ids.push(await makeCallback({ dueAt: new Date(dhaka('2026-12-06', '08:00').getTime() + Math.floor(n / 2)) }))
  const seen: string[] = []
  let after: string | null = ''
  while (after !== null) {
    const reply = await supervisor.get(`/api/callbacks?countryId=BD&limit=2${after && `&after=${after}`}`)
    const page: CallbackPage = reply.json()
    seen.push(...page.items.map(({ id }) => id))
    after = page.next
  }
  expect(seen.toSorted()).toEqual(ids.toSorted())
  for (const id of ids) await close(id)
})

async function makeAgent(languageCodes = ['bn']): Promise<TestClient> {
  const client = await app.signInAs('agent', { countryIds: ['BD'] })
  await givePhone(app.db, client.userId, { languageCodes })
  return client
}

type Made = { slot?: object; dueAt?: Date; codeWord?: string }
async function makeCallback({ slot, dueAt = dhaka('2026-12-06', '09:00'), codeWord }: Made = {}): Promise<string> {
  const factoryId = await factory()
  const worker = { e164: numberOf(++made), countryId: 'BD', languageCode: 'bn', factoryId, codeWord }
  const { workerId, phoneNumberId } = await inTransaction(app.db, (tx) => addRosterWorker(app.context, tx, worker))
  const promise = { reason: 'audit', status: 'waiting', countryId: 'BD', languageCode: 'bn', timeZone: 'Asia/Dhaka', dueAt }
  const values = { ...promise, workerId, phoneNumberId, slot: slot ? JSON.stringify(slot) : null }
  return (await app.db.insertInto('callback').values(values).returning('id').executeTakeFirstOrThrow()).id
}

async function factory(): Promise<string> {
  const client = await app.db
    .insertInto('client')
    .values({ name: `Client of ${made}` })
    .returning('id')
    .executeTakeFirstOrThrow()
  const values = { clientId: client.id, name: 'Factory', countryId: 'BD', timeZone: 'Asia/Dhaka', languageCodes: ['bn'] }
  return (await app.db.insertInto('factory').values(values).returning('id').executeTakeFirstOrThrow()).id
}

/** Out of the way of the next test. */
async function finish(id: string): Promise<void> {
  const { status } = await app.db.selectFrom('callback').select('status').where('id', '=', id).executeTakeFirstOrThrow()
  if (status === 'wrap-up') return void (await agent.send('POST', `/api/callbacks/${id}/outcome`, { outcome: 'complete' }))
  const { attemptId } = phone.orders.at(-1)!
  await attemptConnected(app.context, attemptId, clock.now())
  await agent.send('POST', `/api/callbacks/${id}/outcome`, { outcome: 'complete' })
  await attemptEnded(app.context, attemptId, { at: clock.now(), ended: hungUpAfterTalking })
}

const close = (id: string) => supervisor.send('POST', `/api/callbacks/${id}/close`, { reason: 'The test is over.' })
