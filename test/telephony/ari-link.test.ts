import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { startFakeAri } from '../helpers/fake-ari/index.ts'
import type { FakeAri } from '../helpers/fake-ari/index.ts'
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

const subscriptions = () =>
  ari.commands
    .filter(({ operation }) => operation === 'applications.subscribe')
    .map(({ params }) => [params.applicationName, params.eventSource])

describe('connecting', () => {
  test('both applications share one websocket, and each is told which events it is for', async () => {
    await connect()

    expect(ari.openSockets).toBe(1)
    expect(ari.requests.find(({ url }) => url.startsWith('/ari/events'))?.url).toBe('/ari/events?app=ringback-1%2Cevents-1')
    expect(ari.world.filters.get('events-1')).toEqual({ allowed: [{ type: 'TextMessageReceived' }, { type: 'PeerStatusChange' }] })
    expect(ari.world.filters.get('ringback-1')).toMatchObject({
      disallowed: expect.arrayContaining([{ type: 'ChannelVarset' }, { type: 'ChannelDialplan' }]) as unknown,
    })
    expect(subscriptions()).toEqual([['events-1', 'endpoint:PJSIP']])
  })

  test('the roll-call names the legs of our application with their variables, and the recordings', async () => {
    ari.world.addChannel({ id: 'mine', app: 'ringback-1', state: 'Up', callerNumber: '+8801700000001', variables: { RB_CALL: 'call-7' } })
    ari.world.addChannel({ id: 'plain', app: 'ringback-1' })
    ari.world.addChannel({ id: 'of-another-service', app: 'ringback-2' })
    ari.world.storedRecordings.set('fb/1763938000_1', Buffer.from('RIFF'))
    ari.world.storedRecordings.set('not ours, by its name', Buffer.from('RIFF'))
    await connect()

    expect(link.rollCalls[0]).toMatchObject({
      channels: [
        { channelId: 'mine', state: 'Up', endpoint: 'PJSIP/trunk-bd', callerNumber: '+8801700000001', variables: { RB_CALL: 'call-7' } },
        { channelId: 'plain', variables: {} },
      ],
      storedRecordings: ['fb/1763938000_1'],
      asterisk: { version: '22.10.1' },
    })
    expect(link.state).toBe('connected')
    expect(link.trouble).toBe('')
  })

  test('a leg that the dialplan has taken back is no leg of ours, though still listed', async () => {
    await connect()
    const call = ari.happen.arrive()
    await ari.nextCommand('applications.subscribe', ({ eventSource }) => eventSource === `channel:${call.id}`, 0)
    await link.commands.continueInDialplan(call.id)
    ari.dropSockets()
    await link.connects(2)

    expect((await link.commands.listApplications())[0]?.channelIds).toEqual([call.id])
    expect(link.rollCalls[1]?.channels).toEqual([])
  })

  test('events that come before the roll-call is told are told after it, in their order', async () => {
    const order: string[] = []
    link.on('connected', () => order.push('connected'))
    link.on('event', (event) => order.push(event.type))
    ari.faults.add('hang', { operation: 'applications.get', times: 1 })
    const hung = ari.nextCommand('applications.get')
    link.start()
    await hung
    const call = ari.happen.offer()
    await link.until(() => link.counters.failedAttempts > 0)
    // That connection's roll-call never came, so its events are nobody's; the next one tells its own.
    await link.connects()
    ari.happen.press(ari.happen.arrive(call).id, '1')
    await link.eventOf('digitPressed')

    expect(order).toEqual(['connected', 'arrived', 'digitPressed'])
  })

  test('a call that is offered while the roll-call is read is not missed', async () => {
    const listed = ari.nextCommand('applications.filter')
    link.start()
    await listed
    const call = ari.happen.offer()
    const { channelId } = await link.eventOf('broadcastOffered')

    expect(channelId).toBe(call.id)
    expect(link.rollCalls).toHaveLength(1)
  })

  test('recordings that cannot be listed do not keep the service from taking calls', async () => {
    ari.faults.add({ status: 500, message: 'Internal Server Error' }, { operation: 'recordings.listStored' })
    await connect()

    expect(link.rollCalls[0]?.storedRecordings).toEqual([])
    expect(link.logged).toContainEqual(expect.objectContaining({ level: 'error', message: 'stored recordings cannot be listed' }))
  })

  test('an Asterisk without any phone is asked again until it has one', async () => {
    ari.faults.add({ status: 422, message: 'Event source does not exist' }, { operation: 'applications.subscribe', times: 3 })
    await connect()
    await ari.nextCommand('applications.subscribe', () => ari.world.subscriptions.has('events-1'), 0)

    expect(ari.world.subscriptions.get('events-1')).toEqual(new Set(['endpoint:PJSIP']))
    expect(link.disconnects).toEqual([])
  })

  test('each leg that arrives is subscribed to, so that its end is told', async () => {
    await connect()
    const call = ari.happen.arrive()
    await ari.nextCommand('applications.subscribe', ({ eventSource }) => eventSource === `channel:${call.id}`, 0)
    ari.happen.hangUp(call.id, { cause: 16 })

    expect(await link.eventOf('destroyed')).toMatchObject({ channelId: call.id, cause: 16 })
  })

  test('so is each leg found at the roll-call', async () => {
    ari.world.addChannel({ id: 'mine', app: 'ringback-1' })
    await connect()
    await ari.nextCommand('applications.subscribe', ({ eventSource }) => eventSource === 'channel:mine', 0)
  })

  test('credentials travel in a header, of requests and of the websocket, and never in a URL', async () => {
    await connect()
    await link.commands.ping()

    const expected = `Basic ${Buffer.from(`${ari.user}:${ari.password}`).toString('base64')}`
    expect(ari.requests.filter(({ authorization }) => authorization !== expected)).toEqual([])
    expect(ari.requests.filter(({ url }) => url.includes(ari.password) || url.includes('api_key'))).toEqual([])
  })

  test('numbers stand in no URL either', async () => {
    await connect()
    await link.commands.originate({ channelId: 'leg-1', endpoint: 'PJSIP/+8801700000009@trunk-bd', callerNumber: '+8809610000001' }, 30)

    expect(ari.requests.filter(({ url }) => url.includes('880'))).toEqual([])
  })
})

describe('losing Asterisk', () => {
  test('after a restart of Asterisk it connects again, with filters and subscriptions renewed', async () => {
    await connect()
    await ari.down()
    await link.until(() => link.disconnects.length === 1)
    expect(link.state).toBe('connecting')
    await ari.up()
    await link.connects(2)

    expect(ari.world.filters.size).toBe(2)
    expect(ari.world.subscriptions.get('events-1')).toEqual(new Set(['endpoint:PJSIP']))
    expect(link.counters).toMatchObject({ connects: 2, disconnects: 1 })
  })

  test('it goes on trying long after ari-client would have given up, and says so only once', async () => {
    await connect()
    await ari.down()
    // ari-client as published stops after ten tries.
    await link.until(() => link.disconnects.length === 1)
    await vi.waitFor(() => expect(link.counters.failedAttempts).toBeGreaterThan(30), 15_000)
    await ari.up()
    await link.connects(2)

    expect(link.logged.filter(({ message }) => message === 'cannot connect to Asterisk')).toHaveLength(1)
  })

  test('commands still go out while only the websocket is refused', async () => {
    const call = (await connect(), ari.happen.arrive())
    ari.refuseSockets(503)
    ari.dropSockets()
    await link.until(() => link.disconnects.length === 1)
    await link.commands.hangUp(call.id)

    expect(ari.world.channels.has(call.id)).toBe(false)
  })

  test('a roll-call that is cut off is begun anew', async () => {
    const patient = watchedLink(ari, { instance: '2', timing: { commandDeadlineMs: 60_000 } })
    try {
      ari.faults.add('hang', { operation: 'channels.list', times: 1 })
      const hung = ari.nextCommand('channels.list')
      patient.start()
      await hung
      ari.dropSockets()
      // Long before the deadline of what hangs.
      await patient.connects()

      expect(patient.rollCalls).toHaveLength(1)
      expect(patient.counters).toMatchObject({ connects: 1, disconnects: 0, failedAttempts: 1 })
    } finally {
      await patient.stop()
    }
  })
})

describe('several services', () => {
  test('a leg taken over from a dead service arrives here, and is not the dead one’s when it is back', async () => {
    const second = watchedLink(ari, { instance: '2' })
    try {
      for (const each of [link, second]) each.start()
      await Promise.all([link.connects(), second.connects()])
      const call = ari.happen.arrive({ arrivesIn: 'ringback-1' })
      await ari.nextCommand('applications.subscribe', ({ eventSource }) => eventSource === `channel:${call.id}`, 0)
      await second.commands.adopt(call.id, 'ringback-1')

      expect(await second.eventOf('arrived')).toMatchObject({ channelId: call.id, args: ['adopted'] })
      const listed = await second.commands.listApplications()
      expect(listed.filter(({ channelIds }) => channelIds.includes(call.id)).map(({ name }) => name)).toEqual(['ringback-2'])
    } finally {
      await second.stop()
    }
  })
})

test('a service that lives hears what another says to it over Asterisk, and one that is gone cannot be spoken to', async () => {
  const second = watchedLink(ari, { instance: '2' })
  try {
    for (const each of [link, second]) each.start()
    await Promise.all([link.connects(), second.connects()])
    await second.commands.sayTo('ringback-1', 'ask')
    expect(await link.eventOf('serviceAsked')).toMatchObject({ from: 'ringback-2' })
    await link.commands.sayTo('ringback-2', 'answer')
    expect(await second.eventOf('serviceAnswered')).toMatchObject({ from: 'ringback-1' })
    await expect(second.commands.sayTo('ringback-3', 'ask')).rejects.toMatchObject({ status: 404 })
  } finally {
    await second.stop()
  }
})

describe('another process under our name', () => {
  test('the link that is replaced says so and gives up for good', async () => {
    await connect()
    const usurper = watchedLink(ari)
    try {
      let replaced = 0
      link.on('replaced', () => (replaced += 1))
      usurper.start()
      await usurper.connects()
      await link.until(() => link.state === 'replaced')
      await ari.socketsAre(1)

      expect(replaced).toBe(1)
      expect(link.disconnects).toEqual([])
      expect(usurper.state).toBe('connected')
    } finally {
      await usurper.stop()
    }
  })

  test('two instances live side by side, and one claim wins', async () => {
    await connect()
    const second = watchedLink(ari, { instance: '2' })
    try {
      second.start()
      await second.connects()
      const call = ari.happen.offer()
      await Promise.all([link.eventOf('broadcastOffered'), second.eventOf('broadcastOffered')])
      await link.commands.claim(call.id)

      await expect(second.commands.claim(call.id)).rejects.toMatchObject({ name: 'AlreadyClaimed', code: 'already-claimed' })
      expect(await link.eventOf('arrived')).toMatchObject({ channelId: call.id, application: 'ringback-1' })
    } finally {
      await second.stop()
    }
  })
})
