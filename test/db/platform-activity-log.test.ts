import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createHeadFile, type HeadFile } from '../../server/domains/activity-log/head-file.ts'
import type { Mac } from '../../server/domains/activity-log/rules.ts'
import { chainMac, createSealer, sealWaiting } from '../../server/domains/activity-log/sealer.ts'
import { listActivities, record } from '../../server/domains/activity-log/service.ts'
import { verifyChain } from '../../server/domains/activity-log/verify.ts'
import { FieldCipher } from '../../server/platform/crypto/field-cipher.ts'
import type { Db } from '../../server/platform/db/db.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { testKeyRing } from '../helpers/keys.ts'
import { createTestDatabase, type TestDatabase } from '../helpers/postgres.ts'

let database: TestDatabase
let folder: string
let headFile: HeadFile
let mac: Mac

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())
beforeEach(async () => {
  await asSuperuser(database.db, 'truncate activity, activity_link, activity_unsealed')
  folder = await mkdtemp(path.join(tmpdir(), 'ringback-heads-'))
  headFile = createHeadFile(folder)
  mac = chainMac(new FieldCipher(testKeyRing()))
})
afterEach(() => rm(folder, { recursive: true }))

const write = (action: `${string}.${string}` = 'callback.claimed', detail = {}) =>
  inTransaction(database.db, (tx) => record(tx, { actorUserId: null, action, subjectKind: 'callback', subjectId: randomUUID(), detail }))
async function writeSealed(count: number): Promise<void> {
  for (let index = 0; index < count; index++) await write()
  const head = await sealWaiting(database.db, mac)
  if (head) await headFile.write(head, new Date('2026-12-01T10:00:00Z'))
}
const verify = async () => verifyChain(database.db, mac, await headFile.read())
/** What somebody with the database's highest right could do: no trigger stops them. */
async function asSuperuser(db: Db, ...statements: string[]): Promise<void> {
  await inTransaction(db, async (tx) => {
    await sql`set local session_replication_role = replica`.execute(tx)
    for (const statement of statements) await sql.raw(statement).execute(tx)
    await sql`set local session_replication_role = origin`.execute(tx)
  })
}

test('a row rolls back with the change it belongs to', async () => {
  const failing = inTransaction(database.db, async (tx) => {
    await record(tx, { actorUserId: null, action: 'callback.claimed', subjectKind: 'callback', subjectId: '1' })
    throw new Error('rolled back')
  })
  await expect(failing).rejects.toThrow('rolled back')
  expect((await listActivities(database.db, 'custodian', {})).items).toEqual([])
})

test('a number that got into a detail by mistake is masked before it is written', async () => {
  await write('worker.added', { note: 'number +8801700000000', count: 12345678 })
  expect((await listActivities(database.db, 'custodian', {})).items[0]?.detail).toEqual({ note: 'number [number]', count: 12345678 })
})

test('the log is listed newest first, page by page, by subject', async () => {
  await writeSealed(5)
  const first = await listActivities(database.db, 'custodian', { limit: 3 })
  const second = await listActivities(database.db, 'custodian', { limit: 3, after: first.next! })
  expect([...first.items, ...second.items].map(({ position }) => position)).toEqual([5, 4, 3, 2, 1])
  expect(second.next).toBeNull()
  const { subjectKind, subjectId } = first.items[1]!
  expect((await listActivities(database.db, 'custodian', { subjectKind, subjectId })).items).toEqual([first.items[1]])
})

test('fifty writers and three sealers make one chain, and every row is in it', async () => {
  const sealers = ['a', 'b', 'c'].map(() => createSealer({ db: database.db, mac, headFile, log: pino({ level: 'silent' }) }))
  sealers.forEach((sealer) => sealer.start())
  await Promise.all(Array.from({ length: 50 }, async () => (await write(), await write())))
  await expect.poll(() => verify(), { timeout: 10_000 }).toEqual({ isWhole: true, links: 100 })
  await Promise.all(sealers.map((sealer) => sealer.stop()))
})

test('a row is sealed within a second of its commit', async () => {
  const sealer = createSealer({ db: database.db, mac, headFile, log: pino({ level: 'silent' }) })
  sealer.start()
  await write()
  await expect.poll(async () => (await verify()).isWhole, { timeout: 10_000 }).toBe(true)
  await sealer.stop()
  const waited = await database.db
    .selectFrom('activityLink')
    .innerJoin('activity', 'activity.id', 'activityId')
    .select(sql<number>`extract(epoch from sealed_at - happened_at)::float8`.as('seconds'))
    .executeTakeFirstOrThrow()
  expect(waited.seconds).toBeLessThan(1)
})

describe('append-only: the service’s own connection cannot', () => {
  beforeEach(() => writeSealed(2))
  test.each([
    "update activity set action = 'callback.closed'",
    'delete from activity',
    'truncate activity cascade',
    'update activity_link set position = position + 10',
    'delete from activity_link',
  ])('%s', async (statement) => {
    await expect(sql.raw(statement).execute(database.db)).rejects.toThrow('append-only')
  })

  test('date a row back', async () => {
    await sql`insert into activity (action, subject_kind, subject_id, happened_at) values ('callback.claimed', 'callback', '1', '2020-01-01')`.execute(
      database.db,
    )
    expect((await listActivities(database.db, 'custodian', { limit: 1 })).items[0]?.happenedAt).not.toContain('2020')
  })
})

describe('the chain shows', () => {
  beforeEach(async () => {
    await writeSealed(5)
    await writeSealed(5)
    expect(await verify()).toEqual({ isWhole: true, links: 10 })
  })
  const at = (position: number) => `(select activity_id from activity_link where position = ${position})`
  const faultAfter = async (...statements: string[]) => {
    await asSuperuser(database.db, ...statements)
    const report = await verify()
    return report.isWhole ? 'whole' : report.fault
  }
  const cutTail = [
    'delete from activity where id in (select activity_id from activity_link where position > 7)',
    'delete from activity_link where position > 7',
  ]

  test.each([
    `action = 'callback.closed'`,
    `subject_id = 'another'`,
    `detail = '{"a": 1}'`,
    `actor_user_id = gen_random_uuid()`,
    `happened_at = happened_at - interval '1 microsecond'`,
  ])('an edit: %s', async (edit) => {
    expect(await faultAfter(`update activity set ${edit} where id = ${at(4)}`)).toEqual({ kind: 'changed', position: 4 })
  })

  test('a deleted row', async () => {
    expect(await faultAfter(`delete from activity where id = ${at(4)}`)).toEqual({ kind: 'gap', position: 4 })
  })

  test('a row deleted and the places moved up', async () => {
    const fault = await faultAfter(
      `delete from activity where id = ${at(4)}`,
      'delete from activity_link where position = 4',
      'update activity_link set position = position + 1000 where position > 4',
      'update activity_link set position = position - 1001 where position > 1000',
    )
    expect(fault).toEqual({ kind: 'changed', position: 4 })
  })

  test('two rows swapped', async () => {
    const fault = await faultAfter(
      'update activity_link set position = 1004 where position = 4',
      'update activity_link set position = 4 where position = 5',
      'update activity_link set position = 5 where position = 1004',
    )
    expect(fault).toEqual({ kind: 'changed', position: 4 })
  })

  test('a row put in without its place in the chain', async () => {
    const id = randomUUID()
    const insert = `insert into activity (id, happened_at, action, subject_kind, subject_id) values ('${id}', now() - interval '1 hour', 'callback.claimed', 'callback', '1')`
    expect(await faultAfter(insert)).toEqual({ kind: 'unchained', rows: 1 })
  })

  test('a row put in at a place of its own, by someone without the key', async () => {
    const id = randomUUID()
    const fault = await faultAfter(
      `insert into activity (id, happened_at, action, subject_kind, subject_id) values ('${id}', now(), 'callback.claimed', 'callback', '1')`,
      `insert into activity_link (position, activity_id, hash) values (11, '${id}', sha256('guessed'))`,
    )
    expect(fault).toEqual({ kind: 'changed', position: 11 })
  })

  test('a cut tail, by the end noted outside', async () => {
    expect(await faultAfter(...cutTail)).toEqual({ kind: 'cut', position: 8 })
    expect(await verifyChain(database.db, mac, [])).toEqual({ isWhole: true, links: 7 })
  })

  test('a cut tail that the service went on from', async () => {
    await asSuperuser(database.db, ...cutTail)
    for (let index = 0; index < 5; index++) await write()
    await sealWaiting(database.db, mac)
    expect(await verify()).toEqual({ isWhole: false, fault: { kind: 'head-differs', position: 10 } })
  })
})

test('the first end of each day is kept for ever, the newest always', async () => {
  const head = (position: number) => ({ position, hash: 'ab'.repeat(32) })
  await headFile.write(head(1), new Date('2026-12-01T00:00:01Z'))
  await headFile.write(head(2), new Date('2026-12-01T23:59:59Z'))
  await createHeadFile(folder).write(head(3), new Date('2026-12-01T23:59:59Z'))
  await createHeadFile(folder).write(head(4), new Date('2026-12-02T00:00:01Z'))
  await headFile.write(head(5), new Date('2026-12-03T00:00:01Z'))
  await headFile.write(head(6), new Date('2026-12-03T12:00:00Z'))
  expect((await headFile.read()).map(({ position }) => position)).toEqual([1, 4, 5, 6])
})
