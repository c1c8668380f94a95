/** Facts of calls on their way to the database: in order, past an outage, through a crash, each told once. */
import { randomBytes } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isDatabaseAway } from '../../server/platform/db/errors.ts'
import { openJournal } from '../../server/telephony/runtime/journal.ts'
import { WriteBehind } from '../../server/telephony/runtime/write-behind.ts'
import type { Write } from '../../server/telephony/runtime/writes.ts'

const key = randomBytes(32)
const away = () => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
const quiet = { info: () => {}, warn: () => {}, error: () => {} }
const at = '2026-12-01T04:00:00.000Z'
const step = (callId: string, sequence: number): Write => ({ type: 'step', callId, at, sequence, name: `step-${sequence}` })
const names = (told: readonly Write[]) => told.map((write) => `${write.callId} ${write.type === 'step' ? write.sequence : write.type}`)

let folder: string
let lives: WriteBehind[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ringback-writes-'))
})
afterEach(async () => {
  await Promise.all(lives.map((life) => life.stop()))
  lives = []
  await rm(folder, { recursive: true, force: true })
})

class FakeDatabase {
  readonly told: Write[] = []
  /** How many writes each transaction brought that brought several. */
  readonly transactions: number[] = []
  isAway = false
  /** Fails the telling of a write in some other way, or holds it. */
  meddle: (write: Write) => Promise<void> | void = () => {}
  readonly #told = new EventEmitter()

  perform = async (write: Write): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve))
    if (this.isAway) throw away()
    await this.meddle(write)
    this.told.push(write)
    this.#told.emit('told')
  }

  /** As one transaction does. */
  performTogether = async (writes: readonly Write[]): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve))
    for (const write of writes) {
      if (this.isAway) throw away()
      await this.meddle(write)
    }
    this.transactions.push(writes.length)
    this.told.push(...writes)
    this.#told.emit('told')
  }

  async has(count: number): Promise<void> {
    while (this.told.length < count) await once(this.#told, 'told')
  }
}

async function live(database: FakeDatabase, timing = {}, onRefused: (write: Write) => void = () => {}): Promise<WriteBehind> {
  const journal = await openJournal({ folder, instance: '1', key, log: quiet })
  const life = new WriteBehind({
    perform: database.perform,
    performTogether: database.performTogether,
    isDatabaseAway,
    onRefused,
    journal,
    log: quiet,
    timing: { retryEveryMs: 5, deadlineMs: 200, stopMs: 300, ...timing },
  })
  lives.push(life)
  return life
}

test('each call’s facts arrive in their order, whatever other calls do', async () => {
  const database = new FakeDatabase()
  database.meddle = ({ callId }) => (callId === 'slow' ? new Promise((resolve) => setTimeout(resolve, 5)) : undefined)
  const writes = await live(database)
  for (let sequence = 1; sequence <= 10; sequence++) for (const callId of ['slow', 'quick']) writes.push(step(callId, sequence))
  await database.has(20)
  for (const callId of ['slow', 'quick']) {
    expect(names(database.told.filter((write) => write.callId === callId))).toEqual(
      Array.from({ length: 10 }, (_, index) => `${callId} ${index + 1}`),
    )
  }
  expect(await readdir(folder)).toEqual([])
})

test('while the database is away facts go to the disk, and each is told once, in order, when it is back', async () => {
  const database = new FakeDatabase()
  const writes = await live(database)
  writes.push(step('a', 1))
  await database.has(1)
  database.isAway = true
  for (let sequence = 2; sequence <= 30; sequence++) writes.push(step('a', sequence))
  await expect.poll(() => writes.mode).toBe('journal')
  writes.push(step('b', 1))
  expect([writes.isPending('a'), writes.isPending('b'), writes.isPending('c')]).toEqual([true, true, false])
  database.isAway = false
  writes.retryNow()
  await writes.whenDirect()
  expect(names(database.told.filter(({ callId }) => callId === 'a'))).toEqual(Array.from({ length: 30 }, (_, index) => `a ${index + 1}`))
  expect(names(database.told)).toContain('b 1')
  expect(database.told).toHaveLength(31)
  expect([writes.isPending('a'), writes.isPending('b')]).toEqual([false, false])
  expect(await readdir(folder)).toEqual([])
})

test('what is written while the journal is being told comes after it', async () => {
  const database = new FakeDatabase()
  database.isAway = true
  const writes = await live(database)
  for (let sequence = 1; sequence <= 5; sequence++) writes.push(step('a', sequence))
  await expect.poll(() => writes.mode).toBe('journal')
  database.meddle = (write) => {
    if (write.type === 'step' && write.sequence < 50) writes.push(step('a', write.sequence + 5))
  }
  database.isAway = false
  writes.retryNow()
  await database.has(54)
  const sequences = database.told.map((write) => (write.type === 'step' ? write.sequence : 0))
  expect(sequences).toEqual(Array.from({ length: 54 }, (_, index) => index + 1))
})

test('a process that dies while the database is away leaves its facts to the next, which tells each once', async () => {
  const database = new FakeDatabase()
  database.isAway = true
  const first = await live(database)
  for (let sequence = 1; sequence <= 20; sequence++) first.push(step('a', sequence))
  await first.stop()
  const second = await live(database)
  expect(second.mode).toBe('journal')
  database.isAway = false
  await second.whenDirect()
  expect(names(database.told)).toEqual(Array.from({ length: 20 }, (_, index) => `a ${index + 1}`))
})

test('a process that dies while it tells the journal does not tell it twice', async () => {
  const database = new FakeDatabase()
  database.isAway = true
  const first = await live(database)
  for (let sequence = 1; sequence <= 20; sequence++) first.push(step('a', sequence))
  await first.stop()
  // Its eighth telling never returns, and nothing of it is heard again.
  const dying = new FakeDatabase()
  dying.meddle = () => (dying.told.length === 7 ? new Promise<void>(() => {}) : undefined)
  await live(dying, { deadlineMs: 60_000, stopMs: 1 })
  await dying.has(7)
  await expect.poll(async () => (await readFile(join(folder, '1-00000001.journal.done'), 'utf8')).length).toBe(7)
  database.isAway = false
  const third = await live(database)
  await third.whenDirect()
  expect(names([...dying.told, ...database.told])).toEqual(Array.from({ length: 20 }, (_, index) => `a ${index + 1}`))
})

test('what waits on disk cannot be read without the key', async () => {
  const database = new FakeDatabase()
  database.isAway = true
  const writes = await live(database)
  writes.push({
    type: 'arrived',
    callId: 'a',
    at,
    call: { channelId: '1.2', direction: 'inbound', flow: 'inbound', did: '+8809610000001', callerE164: '+8801712345678', instance: '1' },
  })
  await writes.stop()
  const text = await readFile(join(folder, '1-00000001.journal'), 'utf8')
  expect(text).toMatch(/^[A-Za-z0-9+/=]+\n$/)
  expect(Buffer.from(text, 'base64').toString('latin1')).not.toContain('1712345678')
  const stranger = await openJournal({ folder, instance: '1', key: randomBytes(32), log: quiet })
  expect(stranger.size).toBe(0)
})

test('a line that was being written at the crash is passed over, the others are told', async () => {
  const database = new FakeDatabase()
  database.isAway = true
  const first = await live(database)
  for (let sequence = 1; sequence <= 3; sequence++) first.push(step('a', sequence))
  await first.stop()
  await appendFile(join(folder, '1-00000001.journal'), 'AQIDBAUG')
  database.isAway = false
  const second = await live(database)
  await second.whenDirect()
  expect(names(database.told)).toEqual(['a 1', 'a 2', 'a 3'])
  expect(await readdir(folder)).toEqual([])
})

test('damaged lines cost only themselves', async () => {
  const database = new FakeDatabase()
  database.isAway = true
  const first = await live(database)
  for (let sequence = 1; sequence <= 5; sequence++) first.push(step('a', sequence))
  await first.stop()
  const path = join(folder, '1-00000001.journal')
  const lines = (await readFile(path, 'utf8')).split('\n')
  lines[0] = 'rubbish'
  lines[3] = lines[2] ?? ''
  await writeFile(path, lines.join('\n'))
  database.isAway = false
  const second = await live(database)
  await second.whenDirect()
  expect(names(database.told)).toEqual(['a 2', 'a 3', 'a 5'])
})

test('a fact that the database refuses does not hold up those after it', async () => {
  const database = new FakeDatabase()
  database.meddle = (write) => {
    if (write.type === 'step' && write.sequence === 2) throw Object.assign(new Error('violates a constraint'), { code: '23505' })
  }
  const refused: Write[] = []
  const writes = await live(database, {}, (write) => refused.push(write))
  for (let sequence = 1; sequence <= 3; sequence++) writes.push(step('a', sequence))
  await database.has(2)
  expect(names(database.told)).toEqual(['a 1', 'a 3'])
  expect(names(refused)).toEqual(['a 2'])
  expect(writes.counters).toMatchObject({ rejected: 1, journaled: 0 })
})

test('a deadlock is tried again', async () => {
  const database = new FakeDatabase()
  let deadlocks = 2
  database.meddle = () => {
    if (deadlocks-- > 0) throw Object.assign(new Error('deadlock detected'), { code: '40P01' })
  }
  const writes = await live(database)
  writes.push(step('a', 1))
  await database.has(1)
  await expect.poll(() => writes.counters).toEqual({ written: 1, journaled: 0, rejected: 0 })
})

test('a database that takes the query and never answers is away', async () => {
  const database = new FakeDatabase()
  database.meddle = () => new Promise(() => {})
  const writes = await live(database, { deadlineMs: 20 })
  writes.push(step('a', 1))
  await expect.poll(() => writes.mode).toBe('journal')
  database.meddle = () => {}
  await writes.whenDirect()
  expect(names(database.told)).toEqual(['a 1'])
})

test('of states that wait only the newest is told', async () => {
  const database = new FakeDatabase()
  const writes = await live(database)
  writes.push(step('a', 1))
  for (const version of [1, 2, 3]) writes.push({ type: 'flowState', callId: 'a', at, state: { version } })
  writes.push(step('a', 2))
  await database.has(3)
  expect(database.told.map((write) => (write.type === 'flowState' ? write.state : write.type))).toEqual(['step', { version: 3 }, 'step'])
})

test('what a call tells in one moment shares a transaction; what touches agents is told alone', async () => {
  const database = new FakeDatabase()
  const writes = await live(database)
  writes.push(step('a', 1))
  writes.push({ type: 'flowState', callId: 'a', at, state: { version: 1 } })
  writes.push(step('a', 2))
  writes.push({ type: 'agentReleased', callId: 'a', at, agentUserId: null, status: 'free' })
  writes.push({ type: 'flowState', callId: 'a', at, state: { version: 2 } })
  writes.push({ type: 'missedCall', callId: 'a', at })
  writes.push({ type: 'ended', callId: 'a', at, reason: 'hung-up' })
  await database.has(6)
  expect(names(database.told)).toEqual(['a 1', 'a flowState', 'a 2', 'a agentReleased', 'a missedCall', 'a ended'])
  expect(database.transactions).toEqual([3, 2])
})

test('of several facts told together one is refused: each is told by itself, and that one is put aside', async () => {
  const database = new FakeDatabase()
  database.meddle = (write) => {
    if (write.type === 'missedCall') throw Object.assign(new Error('violates a constraint'), { code: '23505' })
  }
  const refused: Write[] = []
  const writes = await live(database, {}, (write) => refused.push(write))
  writes.push(step('a', 1))
  writes.push({ type: 'missedCall', callId: 'a', at })
  writes.push({ type: 'ended', callId: 'a', at, reason: 'hung-up' })
  await database.has(2)
  expect(names(database.told)).toEqual(['a 1', 'a ended'])
  expect(names(refused)).toEqual(['a missedCall'])
  expect(database.transactions).toEqual([])
})

test('a state that is saved while the one before it is on its way is told after it', async () => {
  const database = new FakeDatabase()
  const writes = await live(database)
  const state = (version: number): Write => ({ type: 'flowState', callId: 'a', at, state: { version } })
  database.meddle = (write) => {
    if (write.type !== 'flowState' || writes.counters.written) return
    database.meddle = () => {}
    writes.push(state(2))
  }
  writes.push(step('a', 1))
  writes.push(state(1))
  await database.has(3)
  expect(database.told.at(-1)).toEqual(state(2))
})

const arrivedCall = (callId: string, direction: 'inbound' | 'outbound'): Write => ({
  type: 'arrived',
  callId,
  at,
  call: {
    ...{ channelId: '1.2', direction, flow: direction === 'inbound' ? 'inbound' : 'callback', did: '+8809610000001' },
    ...{ callerE164: null, instance: '1' },
  },
})

test('the first moment of a call that comes in is gathered, of one that we make it is not; whoever asks for a call waits for nothing', async () => {
  const database = new FakeDatabase()
  const writes = await live(database)
  writes.push(arrivedCall('made', 'outbound'))
  writes.push(arrivedCall('came', 'inbound'))
  await database.has(1)
  writes.push(step('made', 1))
  await database.has(2)
  expect(names(database.told)).toEqual(['made arrived', 'made 1'])
  writes.push(step('came', 1))
  await writes.whenTold('came')
  expect(names(database.told)).toEqual(['made arrived', 'made 1', 'came arrived', 'came 1'])
  expect(database.transactions).toEqual([2])
})

test('a stop tells what was being gathered', async () => {
  const database = new FakeDatabase()
  const writes = await live(database)
  writes.push(arrivedCall('came', 'inbound'))
  await writes.stop()
  expect(names(database.told)).toEqual(['came arrived'])
})

test('whenever the database goes and comes back, every call’s facts are told once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('push', 'push', 'push', 'away', 'back', 'crash', 'rest')), {
        maxLength: 40,
      }),
      async (script) => {
        await rm(folder, { recursive: true, force: true })
        const database = new FakeDatabase()
        let writes = await live(database, { retryEveryMs: 1 })
        const pushed: Record<string, number> = {}
        for (const [callId, deed] of script) {
          if (deed === 'push') writes.push(step(callId, (pushed[callId] = (pushed[callId] ?? 0) + 1)))
          else if (deed === 'rest') await new Promise((resolve) => setImmediate(resolve))
          else if (deed === 'crash') {
            await writes.stop()
            writes = await live(database, { retryEveryMs: 1 })
          } else database.isAway = deed === 'away'
        }
        database.isAway = false
        writes.retryNow()
        await writes.stop()
        const last = await live(database, { retryEveryMs: 1 })
        await last.whenDirect()
        for (const [callId, count] of Object.entries(pushed)) {
          const sequences = database.told
            .filter((write) => write.callId === callId)
            .map((write) => (write.type === 'step' ? write.sequence : 0))
          expect(sequences).toEqual(Array.from({ length: count }, (_, index) => index + 1))
        }
      },
    ),
    { numRuns: 60 },
  )
})
