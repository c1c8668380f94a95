import { CamelCasePlugin, sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createDb } from '../../server/platform/db/db.ts'
import { isDatabaseAway, onConstraint } from '../../server/platform/db/errors.ts'
import { beyond, exactly, type Position, readCursor, toPage } from '../../server/platform/db/page.ts'
import { afterCommit, inTransaction } from '../../server/platform/db/transaction.ts'
import { watchDatabase } from '../../server/platform/db/watch.ts'
import { Invalid } from '../../server/platform/errors.ts'
import { createTestDatabase, type TestDatabase } from '../helpers/postgres.ts'

let database: TestDatabase
beforeAll(async () => void (database = await createTestDatabase()))
afterAll(() => database.drop())

const addClient = (db: TestDatabase['db'], name: string) => db.insertInto('client').values({ name }).execute()
const hasClient = async (name: string) =>
  (await database.db.selectFrom('client').select('id').where('name', '=', name).execute()).length === 1

describe('a transaction', () => {
  test('given to a service is joined, and all of it commits or none', async () => {
    const outer = inTransaction(database.db, async (tx) => {
      await inTransaction(tx, (inner) => inner.insertInto('client').values({ name: 'Inner' }).execute())
      throw new Error('outer fails')
    })
    await expect(outer).rejects.toThrow('outer fails')
    expect(await hasClient('Inner')).toBe(false)
  })

  test('does what waits for its commit after it, in order, and never when it rolls back', async () => {
    const seen: string[] = []
    await inTransaction(database.db, async (tx) => {
      afterCommit(tx, async () => void seen.push((await hasClient('Committed')) ? 'first, committed' : 'too early'))
      await inTransaction(tx, async (inner) => afterCommit(inner, () => void seen.push('second')))
      await tx.insertInto('client').values({ name: 'Committed' }).execute()
    })
    const failing = inTransaction(database.db, async (tx) => {
      afterCommit(tx, () => void seen.push('never'))
      throw new Error('rolled back')
    })
    await expect(failing).rejects.toThrow('rolled back')
    expect(seen).toEqual(['first, committed', 'second'])
  })

  test('that committed is not reported as failed because of what came after', async () => {
    const onError = vi.fn<(error: unknown, what: string) => void>()
    const db = createDb(database.databaseUrl, { max: 1, onError })
    const result = await inTransaction(db, async (tx) => {
      afterCommit(tx, () => {
        throw new Error('afterwards')
      })
      return 'committed'
    })
    await db.destroy()
    expect(result).toBe('committed')
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ message: 'afterwards' }), 'work after commit failed')
  })
})

test('a broken named constraint is the error it means; any other travels on', async () => {
  class NameTaken extends Error {}
  await addClient(database.db, 'Twice')
  const again = () => addClient(database.db, 'Twice')
  await expect(onConstraint(again(), { client_name_key: () => new NameTaken() })).rejects.toThrow(NameTaken)
  await expect(onConstraint(again(), { another_key: () => new NameTaken() })).rejects.toThrow(pg.DatabaseError)
})

test('values come as the types say', async () => {
  const { rows } = await sql`select timestamptz '2026-12-01 09:30+00' as instant, date '2026-12-01' as day, time '09:30' as wall_time,
    9007199254740991::bigint as large, 12.50::numeric as amount, '{1,2}'::smallint[] as weekdays, '{"due_at": 1}'::jsonb as kept`.execute(
    database.db,
  )
  expect(rows).toEqual([
    {
      instant: new Date('2026-12-01T09:30:00Z'),
      day: '2026-12-01',
      wallTime: '09:30',
      large: 9007199254740991,
      amount: 12.5,
      weekdays: [1, 2],
      kept: { due_at: 1 },
    },
  ])
  await expect(sql`select 9007199254740993::bigint as too_large`.execute(database.db)).rejects.toThrow(RangeError)
})

test('every column’s name in code leads back to its name in SQL', async () => {
  const camel = new (class extends CamelCasePlugin {
    roundTrip = (name: string) => this.snakeCase(this.camelCase(name))
  })()
  const { rows } = await sql<{ name: string }>`
    select column_name as name from information_schema.columns where table_schema in ('public', 'keyring')
    union select table_name from information_schema.tables where table_schema in ('public', 'keyring')`.execute(database.db)
  expect(rows.length).toBeGreaterThan(50)
  expect(rows.map(({ name }) => camel.roundTrip(name))).toEqual(rows.map(({ name }) => name))
})

describe('pages', () => {
  const page = async (limit: number, direction: 'asc' | 'desc', after?: Position) => {
    const rows = await database.db
      .selectFrom('heartbeat')
      .innerJoin('client', 'client.name', 'heartbeat.instance')
      .select(['client.id', 'instance', exactly('tickMinute').as('exactTick')])
      .$if(after !== undefined, (query) => query.where(beyond('tickMinute', 'client.id', after!, direction)))
      .orderBy('tickMinute', direction)
      .orderBy('client.id', direction)
      .limit(limit + 1)
      .execute()
    return toPage(
      rows,
      limit,
      ({ instance }) => instance,
      ({ id, exactTick }) => ({ at: exactTick, id }),
    )
  }

  test.each(['asc', 'desc'] as const)('walked %s show every row once, even those of one millisecond', async (direction) => {
    const prefix = `paged-${direction}`
    await database.db.deleteFrom('heartbeat').execute()
    const names = Array.from({ length: 10 }, (_, index) => `${prefix}-${index}`)
    for (const [index, name] of names.entries()) {
      await addClient(database.db, name)
      await sql`insert into heartbeat (tick_minute, instance) values (timestamptz '2026-12-01 09:00:00.123000+00' + ${index} * interval '1 microsecond', ${name})`.execute(
        database.db,
      )
    }
    const seen: string[] = []
    let next: string | null | undefined
    while (next !== null) {
      const result = await page(3, direction, next === undefined ? undefined : readCursor(next))
      seen.push(...result.items)
      next = result.next
    }
    expect(seen).toEqual(direction === 'asc' ? names : names.toReversed())
  })

  test('a cursor that is not ours is refused', () => {
    for (const cursor of [
      '',
      'x',
      'bnVsbA',
      Buffer.from('["2026","x"]').toString('base64url'),
      Buffer.from('[1,2]').toString('base64url'),
    ]) {
      expect(() => readCursor(cursor)).toThrow(Invalid)
    }
  })
})

describe('a database that goes away', () => {
  test('is told apart from one that refuses', async () => {
    const nowhere = createDb('postgres://nobody@127.0.0.1:1/none', { max: 1 })
    const refused = await sql`select 1`.execute(nowhere).catch((error: unknown) => error)
    const wrong = await sql`select nonsense`.execute(database.db).catch((error: unknown) => error)
    await nowhere.destroy()
    expect([isDatabaseAway(refused), isDatabaseAway(wrong)]).toEqual([true, false])
  })

  test.each(['53100', '53200', '58030', '25006'])(
    'is away, and refuses nothing for good, when it has no room or may not write: %s',
    (code) => {
      expect(isDatabaseAway(Object.assign(new Error('of Postgres'), { code }))).toBe(true)
    },
  )

  test('breaks the query under way, is reported for idle connections, and is used again when it is back', async () => {
    const onError = vi.fn<(error: unknown, what: string) => void>()
    const db = createDb(database.databaseUrl, { max: 2, onError })
    const killOthers = sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`
    const busy = sql`select pg_sleep(20)`.execute(db).catch((error: unknown) => error)
    await vi.waitFor(async () => {
      const { rows } = await sql<{
        n: number
      }>`select count(*) as n from pg_stat_activity where query like '%pg_sleep(20)%' and state = 'active' and pid <> pg_backend_pid()`.execute(
        database.db,
      )
      expect(rows[0]?.n).toBe(1)
    })
    await sql`select 1`.execute(db)
    await killOthers.execute(database.db)
    expect(isDatabaseAway(await busy)).toBe(true)
    await vi.waitFor(() => expect(onError).toHaveBeenCalled(), 10_000)
    // One more query may meet the other broken connection.
    await vi.waitFor(async () => expect((await sql`select 1 as one`.execute(db)).rows).toEqual([{ one: 1 }]), 10_000)
    await db.destroy()
  })

  test('again and again, under ten busy transactions, never ends the process', async () => {
    const db = createDb(database.databaseUrl, { max: 10 })
    const gone = new AbortController()
    const work = async () => {
      const failures: unknown[] = []
      while (!gone.signal.aborted) {
        const transaction = inTransaction(db, async (tx) => (await sql`select 1`.execute(tx), await sql`select 2`.execute(tx)))
        await transaction.catch((error: unknown) => failures.push(error))
      }
      return failures
    }
    const workers = Array.from({ length: 10 }, work)
    for (let kills = 0; kills < 100;) {
      const { rows } = await sql`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`.execute(database.db)
      kills += rows.length
    }
    gone.abort()
    const failures = (await Promise.all(workers)).flat()
    await db.destroy()
    expect(failures.filter((error) => !isDatabaseAway(error))).toEqual([])
    expect(failures.length).toBeGreaterThan(20)
  })

  test('is watched: up, down, up', async () => {
    const { databaseUrl, db, drop } = await createTestDatabase()
    const watch = watchDatabase(db, { everyMs: 60_000, timeoutMs: 1000 })
    const changes: boolean[] = []
    watch.onChange((isUp) => changes.push(isUp))
    await watch.probe()
    const name = new URL(databaseUrl).pathname.slice(1)
    await sql`alter database ${sql.ref(name)} allow_connections false`.execute(database.db)
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name}`.execute(database.db)
    await vi.waitFor(async () => expect(await watch.probe()).toBe(false), 10_000)
    await sql`alter database ${sql.ref(name)} allow_connections true`.execute(database.db)
    await vi.waitFor(async () => expect(await watch.probe()).toBe(true), 10_000)
    watch.stop()
    await drop()
    expect(changes).toEqual([true, false, true])
  })
})
