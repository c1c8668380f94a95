import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CallbackPage, CallbackView, Supervised } from '../../server/domains/callbacks/contract.ts'
import { saveCountries } from '../../server/domains/countries/service.ts'
import { addRosterWorker } from '../../server/domains/workers/service.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { fixedClock } from '../../server/platform/time/clock.ts'
import { asProductClock } from '../../server/platform/time/demo-clock.ts'
import { dhaka } from '../helpers/hours.ts'
import { BANGLADESH, givePhone, LANGUAGES, makeFactory, numberOf } from '../helpers/hotline.ts'
import { createTestApp, type TestApp, type TestClient } from '../helpers/http.ts'
import { quietPhoneSide } from '../helpers/phone-side.ts'

const clock = fixedClock(dhaka('2026-12-06', '10:00'))
let app: TestApp
let supervisor: TestClient
let factoryId: string
let made = 0
beforeAll(async () => {
  app = await createTestApp({ phone: quietPhoneSide(), clock: asProductClock(clock) })
  await inTransaction(app.db, (tx) => saveCountries(tx, LANGUAGES, [BANGLADESH]))
  factoryId = await makeFactory(app.db)
  supervisor = await app.signInAs('supervisor', { countryIds: ['BD'] })
})
afterAll(() => app.stop())

test('many callbacks are held, and each is released by itself; what is over or elsewhere refuses and keeps no other back', async () => {
  const [one, two, over] = [await makeCallback(), await makeCallback(), await makeCallback()]
  await supervise([over], { kind: 'close', reason: 'Moved away, now 0171 2345678.' })
  expect(await read(over)).toMatchObject({ status: 'closed', whyNow: 'Moved away, now [number].' })
  const nobody = '00000000-0000-4000-8000-000000000000'

  const held = await supervise([one, over, nobody, two], { kind: 'hold', reason: 'The factory burns.' })
  expect(held).toMatchObject({
    done: [one, two],
    refused: [
      { id: over, code: 'not-in-this-state' },
      { id: nobody, reference: null },
    ],
  })
  const view = await read(one)
  expect(view).toMatchObject({ isHeld: true, whyNow: 'A supervisor holds it: The factory burns.' })
  expect(view.whyNowSaid.map(({ code }) => code)).toEqual(['supervisor-holds', 'words'])
  expect(await list('isHeld=true')).toEqual([one, two])

  expect(await supervise([one], { kind: 'release' })).toEqual({ done: [one], refused: [] })
  expect(await read(one)).toMatchObject({ isHeld: false, whyNow: 'May be called now; due since 2026-12-06 09:00 (Asia/Dhaka).' })
  expect(await supervise([one], { kind: 'release' })).toMatchObject({ done: [], refused: [{ code: 'not-in-this-state' }] })
  const told = app.db.selectFrom('activity').select(['action', 'actorUserId']).where('subjectId', '=', one)
  expect(await told.where('action', 'in', ['callback.held', 'callback.released']).orderBy('happenedAt').execute()).toEqual([
    { action: 'callback.held', actorUserId: supervisor.userId },
    { action: 'callback.released', actorUserId: supervisor.userId },
  ])
  await supervise([one, two], { kind: 'close', reason: 'The test is over.' })
})

test('callbacks given to an agent are offered to nobody else until a day after they are due', async () => {
  const [mine, other] = [await makeAgent(['bn']), await makeAgent(['bn'])]
  const id = await makeCallback()
  await supervise([id], { kind: 'assign', agentUserId: mine.userId })
  expect(await read(id)).toMatchObject({
    assignedAgentUserId: mine.userId,
    assignedUntil: dhaka('2026-12-07', '10:00').toISOString(),
    whyNow: expect.stringContaining('Assigned to ') as string,
  })
  expect((await other.send('POST', '/api/callbacks/next')).json()).toMatchObject({ code: 'nothing-to-call' })
  clock.set(dhaka('2026-12-07', '10:00'))
  expect((await other.send('POST', '/api/callbacks/next')).json()).toMatchObject({ id })
  clock.set(dhaka('2026-12-06', '10:00'))

  const next = await makeCallback()
  await supervise([next], { kind: 'assign', agentUserId: mine.userId })
  expect(await supervise([id], { kind: 'assign', agentUserId: mine.userId })).toMatchObject({ refused: [{ code: 'not-in-this-state' }] })
  expect((await mine.send('POST', '/api/callbacks/next')).json()).toMatchObject({ id: next })
})

test('an agent who does not speak the language, or works elsewhere, is given nothing', async () => {
  const id = await makeCallback()
  const codeFor = async (agent: TestClient) =>
    (await supervise([id], { kind: 'assign', agentUserId: agent.userId })).refused.map(({ code }) => code)
  expect(await codeFor(await makeAgent(['en']))).toEqual(['agent-may-not-help'])
  expect(await codeFor(await app.signInAs('agent', { countryIds: ['BD'] }))).toEqual(['agent-may-not-help'])
  await supervise([id], { kind: 'close', reason: 'The test is over.' })
})

test('many callbacks are called at another time, each by the worker’s own clock; the hours of the country hold for each', async () => {
  const ids = [await makeCallback(), await makeCallback()]
  await app.db.updateTable('callback').set({ timeZone: 'Asia/Kolkata' }).where('id', '=', ids[1]!).execute()
  expect(await supervise(ids, { kind: 'reschedule', date: '2026-12-08', time: '15:00' })).toEqual({ done: ids, refused: [] })
  expect(await read(ids[0]!)).toMatchObject({ dueAt: dhaka('2026-12-08', '15:00').toISOString() })
  // The same on the other's clock, which is half an hour behind.
  expect(await read(ids[1]!)).toMatchObject({ dueAt: dhaka('2026-12-08', '15:30').toISOString() })
  const night = await supervise(ids, { kind: 'reschedule', date: '2026-12-08', time: '03:00' })
  expect(night.refused.map(({ code }) => code)).toEqual(['outcome-incomplete', 'outcome-incomplete'])
  await supervise(ids, { kind: 'close', reason: 'The test is over.' })
})

test('a list is narrowed by language, reason, what is due and reference', async () => {
  const due = await makeCallback()
  const later = await makeCallback({ dueAt: dhaka('2026-12-09', '09:00'), languageCode: 'en' })
  const missed = await makeCallback({ reason: 'missed-call' })
  const all = [due, later, missed]
  expect(await list('isDue=true', all)).toEqual([due, missed].toSorted())
  expect(await list('languageCode=en', all)).toEqual([later])
  expect(await list('reason=missed-call', all)).toEqual([missed])
  expect(await list('isHeld=false', all)).toEqual(all.toSorted())
  const { reference } = await read(later)
  expect(await list(`reference=${reference}`, all)).toEqual([later])
  await supervise(all, { kind: 'close', reason: 'The test is over.' })
})

test('a supervisor of another country can do nothing to them', async () => {
  const id = await makeCallback()
  const elsewhere = await app.signInAs('supervisor', { countryIds: ['VN'] })
  const reply = await elsewhere.send('POST', '/api/callbacks/supervise', { ids: [id], act: { kind: 'close', reason: 'Not mine.' } })
  expect(reply.json()).toMatchObject({ done: [], refused: [{ id, reference: null, code: 'callback-not-found' }] })
  expect(await read(id)).toMatchObject({ status: 'waiting' })
})

async function supervise(ids: string[], act: object): Promise<Supervised> {
  const reply = await supervisor.send('POST', '/api/callbacks/supervise', { ids, act })
  expect(reply.statusCode, reply.body).toBe(200)
  return reply.json<Supervised>()
}

const read = async (id: string) => (await supervisor.get(`/api/callbacks/${id}`)).json<CallbackView>()

/** Ids in order; of these alone where given, sorted. */
async function list(query: string, among?: string[]): Promise<string[]> {
  const { items } = (await supervisor.get(`/api/callbacks?${query}`)).json<CallbackPage>()
  const ids = items.map(({ id }) => id)
  return among ? ids.filter((id) => among.includes(id)).toSorted() : ids
}

async function makeAgent(languageCodes: string[]): Promise<TestClient> {
  const client = await app.signInAs('agent', { countryIds: ['BD'] })
  await givePhone(app.db, client.userId, { languageCodes })
  return client
}

type Parts = { dueAt?: Date; languageCode?: string; reason?: string }
async function makeCallback({ dueAt = dhaka('2026-12-06', '09:00'), languageCode = 'bn', reason = 'audit' }: Parts = {}): Promise<string> {
  const worker = { e164: numberOf(++made), countryId: 'BD', languageCode, factoryId }
  const { workerId, phoneNumberId } = await inTransaction(app.db, (tx) => addRosterWorker(app.context, tx, worker))
  const promise = { reason, status: 'waiting', countryId: 'BD', languageCode, timeZone: 'Asia/Dhaka', dueAt }
  return (
    await app.db
      .insertInto('callback')
      .values({ ...promise, workerId, phoneNumberId })
      .returning('id')
      .executeTakeFirstOrThrow()
  ).id
}
