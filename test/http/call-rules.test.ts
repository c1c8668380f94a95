import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CallRules, SaveCallRules } from '../../server/domains/callbacks/contract.ts'
import { attemptEnded, takeCallback } from '../../server/domains/callbacks/service.ts'
import { saveCountries } from '../../server/domains/countries/service.ts'
import { addRosterWorker } from '../../server/domains/workers/service.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { fixedClock } from '../../server/platform/time/clock.ts'
import { asProductClock } from '../../server/platform/time/demo-clock.ts'
import { dhaka } from '../helpers/hours.ts'
import { createTestApp, type TestApp, type TestClient } from '../helpers/http.ts'
import { BANGLADESH, givePhone, LANGUAGES, makeFactory, numberOf, unanswered } from '../helpers/hotline.ts'
import { quietPhoneSide } from '../helpers/phone-side.ts'

const phone = quietPhoneSide()
const PATH = '/api/countries/BD/call-rules'
let app: TestApp
let supervisor: TestClient
beforeAll(async () => {
  app = await createTestApp({ phone, clock: asProductClock(fixedClock(dhaka('2026-12-06', '10:00'))) })
  await inTransaction(app.db, (tx) => saveCountries(tx, LANGUAGES, [BANGLADESH]))
  supervisor = await app.signInAs('supervisor', { countryIds: ['BD'] })
})
afterAll(() => app.stop())

const rules: SaveCallRules = {
  ringTimeoutSeconds: 25,
  offerSeconds: 40,
  detectsMachines: true,
  maxAttempts: 6,
  outcomes: [
    { outcome: 'busy', counts: false, delayMinutes: 180, mostTimes: 5 },
    // The default, so that it is none of the country's own.
    { outcome: 'no-answer', counts: true, delayMinutes: 120, mostTimes: null },
  ],
}

test('a country is called by the defaults until a supervisor sets it otherwise, and the log keeps who did', async () => {
  const before = (await supervisor.get(PATH)).json<CallRules>()
  expect(before).toMatchObject({ ringTimeoutSeconds: 30, offerSeconds: 20, maxAttempts: 4, detectsMachines: false })
  expect(before.outcomes.every(({ isDefault }) => isDefault)).toBe(true)

  const saved = await supervisor.send('PUT', PATH, rules)
  expect(saved.statusCode).toBe(200)
  expect(saved.json<CallRules>()).toEqual((await supervisor.get(PATH)).json())
  expect(saved.json<CallRules>()).toMatchObject({ ringTimeoutSeconds: 25, offerSeconds: 40, maxAttempts: 6, detectsMachines: true })
  expect(saved.json<CallRules>().outcomes.filter(({ isDefault }) => !isDefault)).toEqual([{ ...rules.outcomes[0], isDefault: false }])
  const noted = await app.db.selectFrom('activity').select('actorUserId').where('action', '=', 'country.call-rules-set').execute()
  expect(noted).toEqual([{ actorUserId: supervisor.userId }])
})

test('and its next try is made as it was set, with its ring time', async () => {
  await supervisor.send('PUT', PATH, rules)
  const agent = await app.signInAs('agent', { countryIds: ['BD'] })
  await givePhone(app.db, agent.userId)
  const factoryId = await makeFactory(app.db)
  const worker = { e164: numberOf(1), countryId: 'BD', languageCode: 'bn', factoryId }
  const { workerId, phoneNumberId } = await inTransaction(app.db, (tx) => addRosterWorker(app.context, tx, worker))
  const due = { reason: 'audit', status: 'waiting', countryId: 'BD', languageCode: 'bn', timeZone: 'Asia/Dhaka' }
  const values = { ...due, workerId, phoneNumberId, dueAt: dhaka('2026-12-06', '09:00') }
  const { id } = await app.db.insertInto('callback').values(values).returning('id').executeTakeFirstOrThrow()
  const { attemptId } = await takeCallback(app.context, { callbackId: id, agentUserId: agent.userId })
  expect(phone.orders.at(-1)).toMatchObject({ ringTimeoutSeconds: 25 })
  await attemptEnded(app.context, attemptId, { at: dhaka('2026-12-06', '10:00'), ended: unanswered({ sipStatus: 486 }) })
  const after = await app.db.selectFrom('callback').select(['dueAt', 'countedAttempts']).where('id', '=', id).executeTakeFirstOrThrow()
  expect(after).toEqual({ dueAt: dhaka('2026-12-06', '13:00'), countedAttempts: 0 })
})

test('what would disturb a worker, or use up tries for the carrier’s fault, is refused whole', async () => {
  const before = (await supervisor.get(PATH)).json<CallRules>()
  const refused = async (outcomes: object[], own: object = {}) =>
    (await supervisor.send('PUT', PATH, { ...rules, ...own, outcomes })).statusCode
  const busy = { outcome: 'busy', counts: true, delayMinutes: 30, mostTimes: null }
  expect(await refused([busy])).toBe(422)
  expect(await refused([{ ...busy, outcome: 'trunk-failure', delayMinutes: 5 }])).toBe(422)
  expect(
    await refused([
      { ...busy, delayMinutes: 100 },
      { ...busy, delayMinutes: 110 },
    ]),
  ).toBe(422)
  expect(await refused([{ ...busy, outcome: 'refused' }])).toBe(400)
  expect(await refused([], { maxAttempts: 0 })).toBe(400)
  expect((await supervisor.get(PATH)).json()).toEqual(before)
})

test('it is for supervisors of that country, and administrators', async () => {
  const elsewhere = await app.signInAs('supervisor', { countryIds: ['VN'] })
  expect((await elsewhere.get(PATH)).statusCode).toBe(404)
  expect((await elsewhere.send('PUT', PATH, rules)).statusCode).toBe(404)
  expect((await (await app.signInAs('agent', { countryIds: ['BD'] })).get(PATH)).statusCode).toBe(403)
  const administrator = await app.signInAs('administrator')
  expect((await administrator.get(PATH)).statusCode).toBe(200)
  expect((await administrator.get('/api/countries/ZZ/call-rules')).statusCode).toBe(404)
})
