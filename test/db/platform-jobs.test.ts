import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createJobs, type Jobs } from '../../server/platform/jobs/jobs.ts'
import { createLog } from '../../server/platform/log.ts'
import { createTestDatabase, type TestDatabase } from '../helpers/postgres.ts'

let database: TestDatabase
beforeAll(async () => void (database = await createTestDatabase()))
afterAll(() => database.drop())
beforeEach(() => database.db.deleteFrom('heartbeat').execute())

const logged: string[] = []
const log = createLog('warn', { write: (line) => void logged.push(line) })
const jobsOf = (instance: string) => createJobs({ db: database.db, log, instance })
/** As if the minute just claimed were long past. */
const age = (minutes: number) =>
  sql`update heartbeat set tick_minute = tick_minute - ${minutes} * interval '1 minute', created_at = created_at - ${minutes} * interval '1 minute'`.execute(
    database.db,
  )

test('of ten processes one works the minute', async () => {
  const ran: string[] = []
  const processes = Array.from({ length: 10 }, (_, index) => {
    const jobs = jobsOf(String(index))
    jobs.every('count', async () => void ran.push(String(index)))
    return jobs
  })
  const claimed = await Promise.all(processes.map((jobs) => jobs.tick()))
  expect(claimed.filter(Boolean)).toHaveLength(1)
  expect(ran).toEqual([String(claimed.indexOf(true))])
  await age(1)
  expect((await Promise.all(processes.map((jobs) => jobs.tick()))).filter(Boolean)).toHaveLength(1)
})

test('a job that fails keeps no other from running', async () => {
  const jobs = jobsOf('1')
  const ran: string[] = []
  jobs.every('broken', async () => {
    throw new Error('broken')
  })
  jobs.every('whole', async () => void ran.push('whole'))
  expect(await jobs.tick()).toBe(true)
  expect(ran).toEqual(['whole'])
})

test('a job still running is left alone in the next minute, and awaited at the end', async () => {
  const jobs: Jobs = jobsOf('1')
  const gate = Promise.withResolvers<void>()
  const events: string[] = []
  jobs.every('slow', async () => {
    events.push('began')
    await gate.promise
    events.push('ended')
  })
  const first = jobs.tick()
  await expect.poll(() => events).toEqual(['began'])
  await age(1)
  const second = jobs.tick()
  await expect.poll(() => logged.join()).toContain('this minute is left out')
  const stopped = jobs.stop().then(() => events.push('stopped'))
  gate.resolve()
  await Promise.all([first, second, stopped])
  expect(events).toEqual(['began', 'ended', 'stopped'])
})

test('without a heartbeat for three minutes the service says it is not ready', async () => {
  const jobs = jobsOf('1')
  expect(await jobs.readiness()).toEqual({ isOk: false, detail: 'no heartbeat yet' })
  await jobs.tick()
  expect(await jobs.readiness()).toEqual({ isOk: true })
  await age(4)
  expect(await jobs.readiness()).toMatchObject({ isOk: false, detail: expect.stringMatching(/^last heartbeat 24\d s ago$/) as string })
})

test('heartbeats older than a week are forgotten', async () => {
  const jobs = jobsOf('1')
  await jobs.tick()
  await age(8 * 24 * 60)
  await jobs.tick()
  expect(await database.db.selectFrom('heartbeat').select('instance').execute()).toHaveLength(1)
})
