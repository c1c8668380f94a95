import { sql } from 'kysely'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { watchMachine } from '../../server/context-machine.ts'
import { createMachineWatch, type MachinePart } from '../../server/domains/alerts/machine-watch.ts'
import { createDb } from '../../server/platform/db/db.ts'
import { createJobs } from '../../server/platform/jobs/jobs.ts'
import { HOUR, SECOND } from '../../server/platform/time/duration.ts'
import { createTestDatabase } from '../helpers/postgres.ts'

async function watch(parts: Partial<MachinePart>[]) {
  const { databaseUrl, drop } = await createTestDatabase()
  const db = createDb(databaseUrl, { max: 2 })
  onTestFinished(async () => {
    await db.destroy()
    await drop()
  })
  const whole = parts.map((part): MachinePart => ({
    ...{ kind: 'disk-low', subject: 'instance-1', severity: 'warning', message: 'Little room.', afterMs: 0 },
    check: () => ({ isOk: true }),
    ...part,
  }))
  const life = () => createMachineWatch({ db, parts: whole, log: pino({ level: 'silent' }) })
  const open = () => db.selectFrom('alert').select(['kind', 'times', 'resolvedAt']).where('closedAt', 'is', null).execute()
  return { db, life, open }
}

test('what is wrong becomes one alert, and is resolved when it is well again', async () => {
  let isOk = false
  const { life, open } = await watch([{ check: () => ({ isOk }) }])
  const machine = life()
  await machine.look()
  await machine.look()
  expect(await open()).toEqual([{ kind: 'disk-low', times: 1, resolvedAt: null }])
  isOk = true
  await machine.look()
  expect(await open()).toEqual([])
  isOk = false
  await machine.look()
  expect(await open()).toHaveLength(1)
})

test('a part that cannot be looked at is wrong, one that was wrong for too short is not yet', async () => {
  const check = () => Promise.reject(new Error('no answer'))
  const { life, open } = await watch([{ check }, { kind: 'telephony-away', check, afterMs: HOUR }])
  await life().look()
  expect(await open()).toMatchObject([{ kind: 'disk-low' }])
})

test('what an earlier process raised is resolved by the next that finds it well', async () => {
  let isOk = false
  const { life, open } = await watch([{ check: () => ({ isOk }) }])
  await life().look()
  expect(await open()).toHaveLength(1)
  isOk = true
  await life().look()
  expect(await open()).toEqual([])
})

test('a heartbeat older than three minutes and a telephone system away for one are critical, and stay until somebody has seen them', async () => {
  const { db, open } = await watch([])
  const log = pino({ level: 'silent' })
  const jobs = createJobs({ db, log, instance: '1' })
  let nowMs = 0
  let isTelephonyConnected = false
  const machine = watchMachine({
    ...{ db, log, jobs, instance: '1', diskFolders: [] },
    isTelephonyConnected: () => isTelephonyConnected,
    nowMs: () => nowMs,
  })
  const lookAt = async (seconds: number) => {
    nowMs = seconds * SECOND
    await machine.look()
    return open()
  }
  await jobs.tick()
  await sql`update heartbeat set created_at = created_at - interval '4 minutes', tick_minute = tick_minute - interval '4 minutes'`.execute(
    db,
  )

  expect(await lookAt(0)).toEqual([])
  expect(await lookAt(20)).toMatchObject([{ kind: 'heartbeat-stale', resolvedAt: null }])
  expect(await lookAt(59)).toHaveLength(1)
  expect((await lookAt(60)).map(({ kind }) => kind).sort()).toEqual(['heartbeat-stale', 'telephony-away'])

  await jobs.tick()
  isTelephonyConnected = true
  const over = await lookAt(70)
  expect(over.map(({ kind, resolvedAt }) => [kind, resolvedAt !== null]).sort()).toEqual([
    ['heartbeat-stale', true],
    ['telephony-away', true],
  ])
})
