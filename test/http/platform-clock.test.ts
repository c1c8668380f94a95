import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createContext } from '../../server/context.ts'
import { markAsDemo } from '../../server/platform/db/installation.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { fixedClock, systemClock } from '../../server/platform/time/clock.ts'
import { asProductClock, ClockIsReal, createProductClock } from '../../server/platform/time/demo-clock.ts'
import { DAY, MINUTE } from '../../server/platform/time/duration.ts'
import { testKeyRing } from '../helpers/keys.ts'
import { createTestApp, type TestApp, type TestClient } from '../helpers/http.ts'

let testApp: TestApp
let administrator: TestClient
beforeAll(async () => {
  testApp = await createTestApp()
  administrator = await testApp.signInAs('administrator')
})
afterAll(() => testApp.stop())

test('with real data the clock is the system’s, and nobody can set it', async () => {
  const view = (await administrator.get('/api/clock')).json<{ now: string; isSettable: boolean }>()
  expect(view.isSettable).toBe(false)
  expect(Math.abs(Date.parse(view.now) - systemClock.now().getTime())).toBeLessThan(MINUTE)
  const reply = await administrator.send('PUT', '/api/clock', { now: '2030-01-01T00:00:00Z' })
  expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([409, 'clock-is-real'])
})

test('asking for the demo’s clock on real data stops the start', async () => {
  const config = { ...testApp.config, clock: 'demo' as const }
  await expect(createContext(config, { keyRing: testKeyRing(), log: testApp.context.log })).rejects.toThrow(ClockIsReal)
  await expect(testApp.db.updateTable('installation').set({ clockOffsetMs: DAY }).execute()).rejects.toThrow('installation_check')
})

test('the demo’s calendar is set and stepped, runs on, and moves in every process', async () => {
  const { db } = testApp
  await inTransaction(db, markAsDemo)
  const [here, there] = [await createProductClock(db, 'demo'), await createProductClock(db, 'demo')]
  const demo = await createTestApp({ clock: here })
  const admin = await demo.signInAs('administrator')
  const set = await admin.send('PUT', '/api/clock', { now: '2030-03-01T08:00:00.000Z' })
  expect(set.json<{ now: string }>().now).toMatch(/^2030-03-01T08:00:/)
  const stepped = await admin.send('PUT', '/api/clock', { advanceSeconds: 5 * 24 * 3600 })
  expect(stepped.json<{ now: string }>().now).toMatch(/^2030-03-06T08:0/)
  expect((await admin.send('PUT', '/api/clock', { now: 'tomorrow' })).statusCode).toBe(400)
  expect((await (await demo.signInAs('supervisor')).send('PUT', '/api/clock', { now: '2030-01-01T00:00:00Z' })).statusCode).toBe(403)
  await there.reload()
  expect(Math.abs(there.now().getTime() - here.now().getTime())).toBeLessThan(MINUTE)
  expect((await createProductClock(db, 'demo')).now().getTime()).toBeGreaterThan(Date.parse('2030-03-06T08:00:00Z'))
  await demo.stop()
})

test('the demo’s calendar stands still when told to, moves only by steps, and runs on from there, in every process', async () => {
  const { db } = testApp
  await inTransaction(db, markAsDemo)
  const [here, there] = [await createProductClock(db, 'demo'), await createProductClock(db, 'demo')]
  const demo = await createTestApp({ clock: here })
  const admin = await demo.signInAs('administrator')
  const put = async (body: object) => (await admin.send('PUT', '/api/clock', body)).json<{ now: string; isStanding: boolean }>()
  const standing = { now: '2031-05-04T03:00:00.000Z', isSettable: true, isStanding: true }
  expect(await put({ now: standing.now, stands: true })).toEqual(standing)
  await setTimeout(20)
  expect((await admin.get('/api/clock')).json()).toEqual(standing)
  await there.reload()
  expect([there.now().toISOString(), there.isStanding()]).toEqual([standing.now, true])
  expect((await createProductClock(db, 'demo')).now().toISOString()).toBe(standing.now)

  expect(await put({ advanceSeconds: 5400 })).toEqual({ ...standing, now: '2031-05-04T04:30:00.000Z' })
  expect(await put({ stands: false })).toMatchObject({ isStanding: false, now: expect.stringMatching(/^2031-05-04T04:30:/) as string })
  await expect.poll(() => here.now().getTime()).toBeGreaterThan(Date.parse('2031-05-04T04:30:00.000Z'))
  expect((await put({ stands: true })).isStanding).toBe(true)
  expect((await admin.send('PUT', '/api/clock', {})).statusCode).toBe(400)
  await demo.stop()
})

test('real data never stands still', async () => {
  const other = await createTestApp()
  await expect(other.db.updateTable('installation').set({ clockStandsAt: new Date() }).execute()).rejects.toThrow('installation_check')
  const reply = await (await other.signInAs('administrator')).send('PUT', '/api/clock', { stands: true })
  expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([409, 'clock-is-real'])
  await other.stop()
})

test('a test brings its own clock', () => {
  const clock = asProductClock(fixedClock('2026-12-01T09:00:00Z'))
  expect([clock.now().toISOString(), clock.isSettable]).toEqual(['2026-12-01T09:00:00.000Z', false])
})
