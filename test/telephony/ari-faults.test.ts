/** Every way in which ari-client as published hangs, leaks or ends the process, survived. */
import { execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { AriUnreachable } from '../../server/telephony/ari/errors.ts'
import { DEFAULT_TIMING } from '../../server/telephony/ari/link.ts'
import { startFakeAri } from '../helpers/fake-ari/index.ts'
import type { FakeAri, FaultKind } from '../helpers/fake-ari/index.ts'
import { watchedLink } from '../helpers/fake-ari/link.ts'
import type { WatchedLink } from '../helpers/fake-ari/link.ts'

let ari: FakeAri
let link: WatchedLink

beforeEach(async () => {
  ari = await startFakeAri()
  link = watchedLink(ari)
})
afterEach(async () => {
  await link.stop()
  await ari.stop()
})

async function connect(): Promise<void> {
  link.start()
  await link.connects()
}

async function kindOf(command: Promise<unknown>): Promise<AriUnreachable['kind'] | 'done'> {
  return command.then(
    () => 'done' as const,
    (error: AriUnreachable) => error.kind,
  )
}

describe('requests', () => {
  const kinds: Array<[FaultKind & string, AriUnreachable['kind']]> = [
    ['hang', 'deadline'],
    ['reset', 'network'],
    ['truncate', 'network'],
    ['stall', 'deadline'],
    ['rubbish', 'rubbish'],
    ['broken-json', 'rubbish'],
    ['odd-json', 'rubbish'],
  ]

  test.each(kinds)('%s: the command rejects with kind %s, and the next one works', async (fault, kind) => {
    await connect()
    ari.faults.add(fault, { operation: 'channels.list', times: 1 })

    expect(await kindOf(link.commands.listChannels())).toBe(kind)
    expect(await link.commands.listChannels()).toEqual([])
    expect(link.disconnects).toEqual([])
  })

  test.each(kinds)('%s while connecting: it connects at the next attempt', async (fault) => {
    ari.faults.add(fault, { operation: 'api-docs.channels', times: 1 })
    ari.faults.add(fault, { operation: 'recordings.listStored', times: 1 })
    await connect()

    expect(link.counters.failedAttempts).toBe(2)
  })

  test('a hung Asterisk: a hundred commands at once all settle at their deadline, more than there are connections', async () => {
    await connect()
    ari.faults.add('hang')
    const started = performance.now()
    const kinds = await Promise.all(Array.from({ length: 100 }, () => kindOf(link.commands.ping())))

    expect(new Set(kinds)).toEqual(new Set(['deadline']))
    expect(performance.now() - started).toBeLessThan(2 * 1500)
    ari.faults.clear()
    await link.commands.ping()
  })

  test('a dead Asterisk: commands reject at once', async () => {
    await connect()
    await ari.down()

    expect(await kindOf(link.commands.ping())).toBe('network')
  })

  test('before the first connection nothing is sent', async () => {
    expect(await kindOf(link.commands.ping())).toBe('not-connected')
    expect(ari.requests).toEqual([])
  })

  test.each([
    ['truncate', 'network'],
    ['stall', 'deadline'],
  ] as const)('a file that ends by %s is no shorter file', async (fault, kind) => {
    await connect()
    ari.faults.add(fault, { operation: 'recordings.getStoredFile' })
    const file = await link.commands.fetchStoredRecording('call-7')

    await expect(file.toArray()).rejects.toMatchObject({ name: 'AriUnreachable', kind })
  })

  test('two links keep their own passwords, whichever connected last', async () => {
    const other = await startFakeAri()
    const wrong = watchedLink({ ...ari, password: 'wrong' })
    const second = watchedLink(other)
    try {
      for (const each of [link, wrong, second]) each.start()
      await Promise.all([link.connects(), second.connects(), vi.waitFor(() => expect(wrong.trouble).toContain('401'), 5000)])

      await link.commands.ping()
      await second.commands.ping()
      expect(wrong.state).toBe('connecting')
    } finally {
      await Promise.all([wrong.stop(), second.stop()])
      await other.stop()
    }
  })
})

describe('the websocket', () => {
  test('half-open: noticed by unanswered pings, and a new one is opened', async () => {
    const impatient = watchedLink(ari, { instance: '2', timing: { pingEveryMs: 50, unansweredPings: 3 } })
    try {
      impatient.start()
      await impatient.connects()
      ari.pauseSockets()
      await impatient.connects(2)

      expect(impatient.disconnects).toEqual(['nothing heard for 3 pings'])
    } finally {
      await impatient.stop()
    }
  })

  test('by default half-open is noticed within 20 s', () => {
    expect(DEFAULT_TIMING.pingEveryMs * (DEFAULT_TIMING.unansweredPings + 1)).toBeLessThan(20_000)
  })

  test('one whose opening is never answered is given up', async () => {
    ari.refuseSockets('hang')
    const lost = watchedLink(ari, { timing: { commandDeadlineMs: 300 } })
    try {
      lost.start()
      await vi.waitFor(() => expect(lost.counters.failedAttempts).toBeGreaterThan(2), 10_000)
      expect(lost.trouble).toBe('Opening handshake has timed out')
      ari.refuseSockets(undefined)
      await lost.connects()
    } finally {
      await lost.stop()
    }
  })

  test('rubbish, binary, broken UTF-8 and unknown events are counted and dropped; what follows is told', async () => {
    await connect()
    for (const frame of ['', 'null', '[]', '42', '{"type":', '{"type":5}', '{}', '<html>', Buffer.from([0xff, 0xfe])])
      ari.injectFrame(frame)
    ari.injectFrame(Buffer.from([0x7b, 0xff, 0xfe]), { isText: true })
    ari.injectFrame('{"type":"ChannelTurnedBlue","application":"ringback-1"}')
    ari.injectFrame('{"type":"__proto__"}')
    ari.injectFrame('{"type":"StasisStart","application":"ringback-1"}')
    ari.inject({ type: 'BridgeDestroyed', bridge: { id: '../../etc' } })
    ari.inject({ type: 'BridgeDestroyed', bridge: { id: 'bridge-1' } })
    await link.eventOf('bridgeDestroyed')

    expect(link.events).toHaveLength(1)
    expect(link.counters.dropped).toEqual({ malformed: 11, unknown: 2, refused: 1 })
    expect(link.disconnects).toEqual([])
  })

  test('events that come twice or out of order are told as they come', async () => {
    await connect()
    const call = ari.happen.arrive()
    for (const digit of ['1', '1', '2']) ari.happen.press(call.id, digit)
    ari.happen.hangUp(call.id)
    ari.inject({ type: 'ChannelDestroyed', cause: 16, cause_txt: '', channel: { id: call.id } })
    await link.until(() => link.events.filter(({ type }) => type === 'destroyed').length === 2)

    const types = link.events.map(({ type }) => type)
    expect(types).toEqual(['arrived', 'digitPressed', 'digitPressed', 'digitPressed', 'hangupRequested', 'left', 'destroyed', 'destroyed'])
  })

  test('a listener that throws or rejects is counted; the others hear the event', async () => {
    const heard: string[] = []
    link.on('event', () => {
      throw new Error('listener broke')
    })
    // What a hasty caller writes: the type says void, the function is async.
    link.on('event', (async () => Promise.reject(new Error('async listener broke'))) as () => void)
    link.on('event', ({ type }) => heard.push(type))
    await connect()
    ari.happen.arrive()
    await link.until(() => link.counters.listenerErrors === 2)

    expect(heard).toEqual(['arrived'])
    expect(link.logged.filter(({ message }) => message === 'listener failed')).toHaveLength(2)
  })

  test('a listener that was taken off hears nothing', async () => {
    let heard = 0
    const takeOff = link.on('event', () => (heard += 1))
    await connect()
    takeOff()
    ari.happen.arrive()
    await link.eventOf('arrived')

    expect(heard).toBe(0)
  })
})

describe('any event whatever', () => {
  const id = fc.constantFrom('leg-1', 'leg-2', '', '../x', 7, null)
  const channel = fc.oneof(
    fc.record({ id, name: fc.string(), state: fc.anything(), caller: fc.anything(), dialplan: fc.anything(), creationtime: fc.anything() }),
    fc.anything(),
  )
  const type = fc.constantFrom(
    'StasisStart',
    'StasisEnd',
    'ChannelDestroyed',
    'ChannelDtmfReceived',
    'Dial',
    'PlaybackFinished',
    'Nonsense',
  )
  const event = fc.record({
    type,
    application: fc.constantFrom('ringback-1', 'events-1', 'NOT OURS', undefined),
    timestamp: fc.constantFrom('2026-11-23T22:56:41.915+0000', 'yesterday', undefined),
    channel,
    peer: channel,
    playback: fc.anything(),
    digit: fc.anything(),
    args: fc.anything(),
  })
  const frame = fc.oneof(
    { weight: 4, arbitrary: event.map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: fc.string() },
    fc.json(),
  )

  test('never ends the process, never loses the event after it', async () => {
    await connect()
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { maxLength: 30 }), fc.uuid(), async (frames, marker) => {
        for (const each of frames) ari.injectFrame(each)
        ari.inject({ type: 'BridgeDestroyed', application: 'ringback-1', bridge: { id: marker } })
        await link.until(() => link.events.some((told) => told.type === 'bridgeDestroyed' && told.bridgeId === marker))
      }),
      { numRuns: 60 },
    )

    expect(link.disconnects).toEqual([])
    expect(link.counters.listenerErrors).toBe(0)
  })
})

describe('many calls', () => {
  test('leave nothing behind: neither listeners nor instances', async () => {
    const fixture = path.join(import.meta.dirname, '../helpers/fake-ari/run-calls.ts')
    const child = fork(fixture, [ari.url, ari.user, ari.password], { execArgv: ['--expose-gc'] })
    const heapAfter = async (calls: number): Promise<number> => {
      for (let made = 0; made < calls; made += 50) {
        const before = ari.commands.length
        const ids = Array.from({ length: 50 }, () => ari.happen.arrive().id)
        await vi.waitFor(() => expect(ari.commands.length - before).toBe(50), { timeout: 5000, interval: 5 })
        for (const id of ids) ari.happen.hangUp(id)
      }
      child.send('measure')
      return Number((await once(child, 'message'))[0])
    }
    try {
      await once(child, 'message')
      const first = await heapAfter(500)
      // ari-client as published keeps 0.5 kB of each call: 0.8 MB here.
      expect((await heapAfter(1500)) - first).toBeLessThan(400_000)
    } finally {
      child.kill('SIGKILL')
    }
  }, 60_000)
})

describe('stopping', () => {
  const fixture = path.join(import.meta.dirname, '../helpers/fake-ari/run-and-stop.ts')

  /** A process of its own, which ends by itself only if nothing is left behind: no socket, no timer, no request. */
  async function runAndStop(when: 'connecting' | 'connected' | 'idle', url: string): Promise<string> {
    const { stdout } = await promisify(execFile)(process.execPath, [fixture, when, url, ari.user, ari.password], { timeout: 10_000 })
    return stdout.trim()
  }

  test('while connected, nothing is left behind', async () => {
    expect(await runAndStop('connected', ari.url)).toBe('stopped after connected')
    await ari.socketsAre(0)
  })

  test('before it was started, nothing is left behind', async () => {
    expect(await runAndStop('idle', ari.url)).toBe('stopped after idle')
  })

  test.each(['hang', 'reset'] as const)('while connecting to an Asterisk that answers with %s, nothing is left behind', async (fault) => {
    ari.faults.add(fault)
    expect(await runAndStop('connecting', ari.url)).toBe('stopped after connecting')
  })

  test('while the websocket is half-open, nothing is left behind', async () => {
    await connect()
    ari.pauseSockets()
    await link.stop()
    expect(link.state).toBe('stopped')
  })

  test('while Asterisk hangs, it does not wait for the attempt under way', async () => {
    ari.faults.add('hang')
    link.start()
    await vi.waitFor(() => expect(ari.requests.length).toBeGreaterThan(0), 5000)
    const started = performance.now()
    await link.stop()

    expect(performance.now() - started).toBeLessThan(1000)
  })

  test('it does not wait for requests under way: they reject', async () => {
    await connect()
    ari.faults.add('hang', { operation: 'asterisk.ping' })
    const pinging = kindOf(link.commands.ping())
    await ari.nextCommand('asterisk.ping', undefined, 0)
    const started = performance.now()
    await link.stop()

    expect(await pinging).toBe('not-connected')
    expect(performance.now() - started).toBeLessThan(1000)
    expect(link.disconnects).toEqual([])
  })

  test('twice is as good as once, and afterwards nothing is sent', async () => {
    await connect()
    await Promise.all([link.stop(), link.stop()])
    link.start()
    const before = ari.requests.length

    expect(await kindOf(link.commands.ping())).toBe('not-connected')
    expect(link.state).toBe('stopped')
    expect(ari.requests).toHaveLength(before)
  })
})
