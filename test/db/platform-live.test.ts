import { sql } from 'kysely'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import type { User } from '../../server/platform/http/policy.ts'
import { announce, type LiveChange } from '../../server/platform/live/announce.ts'
import { Hub } from '../../server/platform/live/hub.ts'
import { createLiveListener, type LiveListener } from '../../server/platform/live/listener.ts'
import { createTestDatabase, type TestDatabase } from '../helpers/postgres.ts'

const log = pino({ level: 'silent' })
let database: TestDatabase
beforeAll(async () => void (database = await createTestDatabase()))
afterAll(() => database.drop())

describe('an announcement', () => {
  let listener: LiveListener
  let heard: LiveChange[]
  let gaps: number
  beforeEach(async () => {
    listener = createLiveListener(database.databaseUrl, log)
    ;[heard, gaps] = [[], 0]
    listener.onChange((change) => heard.push(change))
    listener.onGap(() => void gaps++)
    await listener.start()
  })
  afterEach(() => listener.stop())
  const say = (id: string) => inTransaction(database.db, (tx) => announce(tx, 'call.changed', id))

  test('is heard after its commit and not before, once for one thing, in order', async () => {
    await inTransaction(database.db, async (tx) => {
      for (const id of ['a', 'b', 'a']) await announce(tx, 'call.changed', id)
      await say('from another transaction')
      await expect.poll(() => heard).toEqual([{ topic: 'call.changed', id: 'from another transaction' }])
    })
    await expect.poll(() => heard.map(({ id }) => id)).toEqual(['from another transaction', 'a', 'b'])
  })

  test('of a transaction that rolls back is never heard', async () => {
    const failing = inTransaction(database.db, async (tx) => {
      await announce(tx, 'call.changed', 'rolled back')
      throw new Error('rolled back')
    })
    await expect(failing).rejects.toThrow()
    await say('next')
    await expect.poll(() => heard.map(({ id }) => id)).toEqual(['next'])
  })

  test('is heard again after the connection broke, and the gap is reported', async () => {
    expect(gaps).toBe(1)
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'ringback-live' and datname = current_database()`.execute(
      database.db,
    )
    await expect.poll(() => gaps).toBe(2)
    expect(listener.isConnected()).toBe(true)
    await say('after the gap')
    await expect.poll(() => heard.map(({ id }) => id)).toEqual(['after the gap'])
  })

  test('that is not ours is ignored', async () => {
    for (const payload of ['rubbish', '{}', '{"topic":"x","id":"y"}', '{"topic":"call.changed","id":5}', '[]']) {
      await sql`select pg_notify('ringback_live', ${payload})`.execute(database.db)
    }
    await say('ours')
    await expect.poll(() => heard).toEqual([{ topic: 'call.changed', id: 'ours' }])
  })

  test('while Postgres is away the listener tries for ever, and stops when asked', async () => {
    const nowhere = createLiveListener('postgres://nobody@127.0.0.1:1/none', log)
    const started = nowhere.start()
    expect(nowhere.isConnected()).toBe(false)
    await nowhere.stop()
    await started
  })
})

type Row = { id: string; countryId: string; state: number }
const user = (part: Partial<User> = {}): User => ({
  id: 'user-1',
  role: 'supervisor',
  displayName: 'Supervisor 1',
  email: 's@example.org',
  countryIds: ['BD'],
  factoryIds: [],
  clientId: null,
  ...part,
})

/** A hub with one topic over rows in memory; `read` may be made to wait or fail. */
function makeBoard() {
  const rows = new Map<string, Row>()
  const control = { beforeSnapshot: async () => {}, beforeLoad: async () => {}, loads: 0 }
  const hub = new Hub(log)
  const mayShow = (viewer: User, row: Row | undefined) => (row && viewer.countryIds.includes(row.countryId) ? row : null)
  hub.topic<Row | undefined>('board', {
    policy: { roles: ['supervisor'] },
    on: ['call.changed'],
    snapshot: async (viewer) => {
      const shown = [...rows.values()].filter((row) => mayShow(viewer, row)).map((row) => ({ ...row }))
      await control.beforeSnapshot()
      return shown
    },
    load: async ({ id }) => {
      control.loads++
      await control.beforeLoad()
      return rows.get(id)
    },
    toFrame: (viewer, _change, row) => mayShow(viewer, row),
  })
  const set = (id: string, countryId: string, state: number) => {
    rows.set(id, { id, countryId, state })
    hub.change({ topic: 'call.changed', id })
  }
  return { hub, rows, control, set }
}
type Frame = { type: string; topic: string; sequence: number; epoch: string; data: unknown; code?: string }
function makeOutlet() {
  const frames: Frame[] = []
  return { frames, outlet: (text: string) => void frames.push(JSON.parse(text) as Frame) }
}
const shape = ({ type, sequence, data }: Frame) => [type, sequence, data]

describe('the hub', () => {
  test('reads what changes in a burst together, each thing once a round, and shows how it ended', async () => {
    const hub = new Hub(log)
    const states = new Map<string, number>()
    const rounds: string[][] = []
    hub.topic<number | undefined>('burst', {
      policy: { roles: ['supervisor'] },
      on: ['call.changed'],
      snapshot: async () => [],
      loadAll: async (changes) => {
        rounds.push(changes.map(({ id }) => id))
        return changes.map(({ id }) => states.get(id))
      },
      toFrame: (_viewer, { id }, state) => ({ id, state }),
    })
    const { frames, outlet } = makeOutlet()
    await hub.subscribe(user(), { topic: 'burst' }, outlet)
    for (let state = 1; state <= 5; state++) {
      for (const id of ['1', '2']) {
        states.set(id, state)
        hub.change({ topic: 'call.changed', id })
      }
    }
    await expect
      .poll(() => frames.slice(1).map(({ data }) => data))
      .toEqual([
        { id: '1', state: 1 },
        { id: '2', state: 5 },
        { id: '1', state: 5 },
      ])
    expect(rounds).toEqual([['1'], ['2', '1']])
  })

  test('gives a snapshot, then what changes, numbered without a gap', async () => {
    const { hub, set } = makeBoard()
    const { frames, outlet } = makeOutlet()
    set('1', 'BD', 0)
    await hub.subscribe(user(), { topic: 'board' }, outlet)
    set('1', 'BD', 1)
    await expect.poll(() => frames.length).toBe(2)
    set('2', 'BD', 1)
    await expect
      .poll(() => frames.map(shape))
      .toEqual([
        ['snapshot', 0, [{ id: '1', countryId: 'BD', state: 0 }]],
        ['change', 1, { id: '1', countryId: 'BD', state: 1 }],
        ['change', 2, { id: '2', countryId: 'BD', state: 1 }],
      ])
  })

  test('shows each user only what they may see, and numbers give the rest not away', async () => {
    const { hub, set } = makeBoard()
    const [india, bangladesh] = [makeOutlet(), makeOutlet()]
    await hub.subscribe(user({ id: 'a', countryIds: ['IN'] }), { topic: 'board' }, india.outlet)
    await hub.subscribe(user({ id: 'b', countryIds: ['BD'] }), { topic: 'board' }, bangladesh.outlet)
    for (const [id, country] of [
      ['1', 'BD'],
      ['2', 'IN'],
      ['3', 'BD'],
      ['4', 'IN'],
    ] as const)
      set(id, country, 0)
    await expect.poll(() => india.frames.length + bangladesh.frames.length).toBe(6)
    expect(india.frames.map(({ sequence, data }) => [sequence, (data as Row).id])).toEqual([
      [0, undefined],
      [1, '2'],
      [2, '4'],
    ])
    expect(bangladesh.frames.map(({ sequence, data }) => [sequence, (data as Row).id])).toEqual([
      [0, undefined],
      [1, '1'],
      [2, '3'],
    ])
  })

  test('refuses a role the topic is not for, and a topic there is not', async () => {
    const { hub } = makeBoard()
    const { frames, outlet } = makeOutlet()
    expect(await hub.subscribe(user({ role: 'client' }), { topic: 'board' }, outlet)).toBeUndefined()
    expect(await hub.subscribe(user(), { topic: 'secrets' }, outlet)).toBeUndefined()
    expect(frames).toEqual([
      { type: 'refused', topic: 'board', code: 'not-allowed' },
      { type: 'refused', topic: 'secrets', code: 'no-such-topic' },
    ])
  })

  test('reads a change once however many look, and a thing that changed five times before it was read once', async () => {
    const { hub, set, control } = makeBoard()
    const outlets = await Promise.all(
      ['a', 'b', 'c'].map(async (id) => {
        const made = makeOutlet()
        await hub.subscribe(user({ id }), { topic: 'board' }, made.outlet)
        return made
      }),
    )
    const gate = Promise.withResolvers<void>()
    control.beforeLoad = () => gate.promise
    set('first', 'BD', 0)
    for (let state = 1; state <= 5; state++) set('busy', 'BD', state)
    gate.resolve()
    await expect.poll(() => outlets.map(({ frames }) => frames.length)).toEqual([3, 3, 3])
    expect(control.loads).toBe(2)
    expect(outlets[0]?.frames.at(-1)?.data).toMatchObject({ id: 'busy', state: 5 })
  })

  test('a change that comes while the snapshot is read follows it', async () => {
    const { hub, set, control } = makeBoard()
    const { frames, outlet } = makeOutlet()
    set('1', 'BD', 0)
    const gate = Promise.withResolvers<void>()
    control.beforeSnapshot = () => gate.promise
    const subscribing = hub.subscribe(user(), { topic: 'board' }, outlet)
    set('1', 'BD', 1)
    await expect.poll(() => control.loads).toBe(1)
    gate.resolve()
    await subscribing
    await expect
      .poll(() => frames.map(shape))
      .toEqual([
        ['snapshot', 0, [{ id: '1', countryId: 'BD', state: 0 }]],
        ['change', 1, { id: '1', countryId: 'BD', state: 1 }],
      ])
  })

  test('a socket that was lost goes on where it was', async () => {
    const { hub, set } = makeBoard()
    const [before, after] = [makeOutlet(), makeOutlet()]
    const stream = await hub.subscribe(user(), { topic: 'board' }, before.outlet)
    set('1', 'BD', 1)
    await expect.poll(() => before.frames.length).toBe(2)
    hub.park(stream!)
    set('2', 'BD', 1)
    set('3', 'IN', 1)
    set('4', 'BD', 1)
    const { epoch } = before.frames[0]!
    await expect.poll(() => stream!.canResume(1)).toBe(true)
    await expect
      .poll(async () => {
        after.frames.length = 0
        const resumed = await hub.subscribe(user(), { topic: 'board', epoch, since: 1 }, after.outlet)
        hub.park(resumed!)
        return after.frames.map(shape)
      })
      .toEqual([
        ['resumed', 3, undefined],
        ['change', 2, { id: '2', countryId: 'BD', state: 1 }],
        ['change', 3, { id: '4', countryId: 'BD', state: 1 }],
      ])
    expect(before.frames).toHaveLength(2)
  })

  test.each([
    ['another user', { id: 'somebody-else' }, {}],
    ['the same user with other countries', { countryIds: ['BD', 'IN'] }, {}],
    ['a sequence that never was', {}, { since: 99 }],
    ['an epoch that never was', {}, { epoch: 'made-up' }],
    ['no sequence', {}, { since: undefined }],
  ])('%s gets a snapshot instead', async (_who, who, what) => {
    const { hub } = makeBoard()
    const [before, after] = [makeOutlet(), makeOutlet()]
    const stream = await hub.subscribe(user(), { topic: 'board' }, before.outlet)
    hub.park(stream!)
    const { epoch } = before.frames[0]!
    await hub.subscribe(user(who), { topic: 'board', epoch, since: 0, ...what }, after.outlet)
    expect(after.frames.map(({ type }) => type)).toEqual(['snapshot'])
    expect(after.frames[0]?.epoch).not.toBe(epoch)
  })

  test('who was away for more changes than are kept gets a snapshot', async () => {
    const { hub, set } = makeBoard()
    const [before, after] = [makeOutlet(), makeOutlet()]
    const stream = await hub.subscribe(user(), { topic: 'board' }, before.outlet)
    hub.park(stream!)
    for (let index = 0; index < 300; index++) set(`${index}`, 'BD', 0)
    await expect.poll(() => stream!.canResume(0)).toBe(false)
    await hub.subscribe(user(), { topic: 'board', epoch: before.frames[0]!.epoch, since: 0 }, after.outlet)
    expect(after.frames.map(({ type }) => type)).toEqual(['snapshot'])
  })

  test('after a gap everybody gets a new snapshot, and nobody resumes across it', async () => {
    const { hub, rows } = makeBoard()
    const [here, lost, back] = [makeOutlet(), makeOutlet(), makeOutlet()]
    await hub.subscribe(user(), { topic: 'board' }, here.outlet)
    const stream = await hub.subscribe(user(), { topic: 'board' }, lost.outlet)
    hub.park(stream!)
    rows.set('unannounced', { id: 'unannounced', countryId: 'BD', state: 1 })
    await hub.resync()
    expect(here.frames.at(-1)).toMatchObject({ type: 'snapshot', data: [{ id: 'unannounced' }] })
    await hub.subscribe(user(), { topic: 'board', epoch: lost.frames[0]!.epoch, since: 0 }, back.outlet)
    expect(back.frames.map(({ type }) => type)).toEqual(['snapshot'])
  })

  test('what could not be read is read again at the next sweep', async () => {
    const { hub, set, control } = makeBoard()
    const { frames, outlet } = makeOutlet()
    control.beforeSnapshot = () => Promise.reject(new Error('database away'))
    await hub.subscribe(user(), { topic: 'board' }, outlet)
    expect(frames).toEqual([])
    control.beforeSnapshot = async () => {}
    await hub.sweep()
    expect(frames.map(({ type }) => type)).toEqual(['snapshot'])

    control.beforeLoad = () => Promise.reject(new Error('database away'))
    set('1', 'BD', 7)
    await expect.poll(() => control.loads).toBe(1)
    await expect.poll(async () => (await hub.sweep(), frames.at(-1))).toMatchObject({ type: 'snapshot', data: [{ id: '1', state: 7 }] })
  })
})
