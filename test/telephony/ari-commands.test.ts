import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { AriRefused, BadName, ChannelGone, NameTaken } from '../../server/telephony/ari/errors.ts'
import { startFakeAri } from '../helpers/fake-ari/index.ts'
import type { FakeAri } from '../helpers/fake-ari/index.ts'
import { watchedLink } from '../helpers/fake-ari/link.ts'
import type { WatchedLink } from '../helpers/fake-ari/link.ts'

let ari: FakeAri
let link: WatchedLink

beforeAll(async () => {
  ari = await startFakeAri()
  link = watchedLink(ari)
  link.start()
  await link.connects()
})
afterAll(async () => {
  await link.stop()
  await ari.stop()
})
beforeEach(() => {
  ari.faults.clear()
  ari.world.restart()
  ari.happen.holdsNewLegs = false
})

const last = () => {
  const command = ari.commands.findLast(({ operation }) => operation !== 'applications.subscribe')
  return [command?.operation, command?.params]
}

describe('verbs on a leg', () => {
  test('a list of prompts is played in one go, under the id we chose', async () => {
    const { id } = ari.happen.arrive({ state: 'Up' })
    await link.commands.play(id, ['sound:/var/prompts/bn/greeting', 'digits:42'], 'greeting-1')

    expect(last()).toEqual([
      'channels.play',
      { channelId: id, media: ['sound:/var/prompts/bn/greeting', 'digits:42'], playbackId: 'greeting-1' },
    ])
  })

  test('a recording has both limits and never overwrites another', async () => {
    const { id } = ari.happen.arrive({ state: 'Up' })
    await link.commands.record(id, 'call-7', { maxDurationSeconds: 180, maxSilenceSeconds: 10, terminateOn: '#' })

    const expected = {
      name: 'call-7',
      format: 'wav',
      maxDurationSeconds: 180,
      maxSilenceSeconds: 10,
      terminateOn: '#',
      beep: false,
      ifExists: 'fail',
    }
    expect(last()).toEqual(['channels.record', { channelId: id, ...expected }])
    await expect(link.commands.record(id, 'call-7', { maxDurationSeconds: 1, maxSilenceSeconds: 1 })).rejects.toThrow(NameTaken)
  })

  test('variables that are not set are missing from the answer', async () => {
    const { id } = ari.happen.arrive({ variables: { RB_DID: '+8809610000001', RB_EMPTY: '' } })

    expect(await link.commands.getVariables(id, ['RB_DID'])).toEqual({ RB_DID: '+8809610000001' })
    expect(await link.commands.getVariables(id, ['RB_DID', 'RB_EMPTY', 'RB_CALL'])).toEqual({ RB_DID: '+8809610000001' })
  })

  test('values go through as they are, whatever stands in them', async () => {
    const { id } = ari.happen.arrive()
    await link.commands.setVariables(id, { RB_CALL: 'a,b&c=d "e" ${F} নমস্কার' })

    expect(ari.world.channels.get(id)?.variables.get('RB_CALL')).toBe('a,b&c=d "e" ${F} নমস্কার')
  })

  test.each([
    ['answer', (id: string) => link.commands.answer(id)],
    ['play', (id: string) => link.commands.play(id, ['digits:1'], 'p')],
    ['record', (id: string) => link.commands.record(id, 'r', { maxDurationSeconds: 1, maxSilenceSeconds: 1 })],
    ['ring', (id: string) => link.commands.ring(id)],
    ['setVariable', (id: string) => link.commands.setVariable(id, 'TIMEOUT(absolute)', '30')],
    ['getVariables', (id: string) => link.commands.getVariables(id, ['A', 'B'])],
    ['continueInDialplan', (id: string) => link.commands.continueInDialplan(id)],
    ['adopt', (id: string) => link.commands.adopt(id, 'ringback-2')],
    ['claim', (id: string) => link.commands.claim(id)],
    ['dial', (id: string) => link.commands.dial(id, 30)],
  ])('%s on a leg that has hung up is ChannelGone', async (_name, act) => {
    await expect(act('gone-1')).rejects.toMatchObject({ name: 'ChannelGone', code: 'channel-gone', channelId: 'gone-1' })
  })

  test('a leg that has left our application is gone, too', async () => {
    const { id } = ari.happen.arrive()
    await link.commands.continueInDialplan(id, { context: 'fallback', extension: 's', priority: 1 })

    await expect(link.commands.answer(id)).rejects.toBeInstanceOf(ChannelGone)
    expect(await link.commands.findChannel(id)).toMatchObject({ channelId: id })
  })

  test('hanging up, stopping and removing what has ended already succeeds', async () => {
    await link.commands.createBridge('bridge-1')
    await link.commands.hangUp('gone-1', 'busy')
    await link.commands.stopPlayback('gone-1')
    await link.commands.stopRecording('gone-1')
    await link.commands.removeFromBridge('bridge-1', 'gone-1')
    await link.commands.removeFromBridge('bridge-1', ari.happen.arrive().id)
    await link.commands.destroyBridge('gone-1')
    await link.commands.deleteStoredRecording('gone-1')
    await link.commands.deleteConfig({ objectType: 'aor', id: 'gone-1' })

    expect(await link.commands.findLiveRecording('gone-1')).toBeUndefined()
    expect(await link.commands.findChannel('gone-1')).toBeUndefined()
  })
})

describe('new legs', () => {
  const leg = { channelId: 'attempt-1', endpoint: 'PJSIP/agent-7', callerNumber: '4711', callerName: 'Callback 12' }

  test('a created leg shows its caller as connected line, and is given out once it has arrived', async () => {
    ari.happen.holdsNewLegs = true
    const since = ari.commands.length
    let made = false
    const creating = link.commands.create(leg).then((facts) => {
      made = true
      return facts
    })
    const { params } = await ari.nextCommand('channels.create', undefined, since)
    // A command of ours has come and gone after the reply to the creation.
    await link.commands.ping()
    expect(made).toBe(false)
    ari.happen.arrive(ari.world.channels.get('attempt-1'))

    expect(await creating).toMatchObject({ channelId: 'attempt-1', endpoint: 'PJSIP/agent-7', state: 'Down' })
    expect(params).toMatchObject({
      app: 'ringback-1',
      variables: { 'CONNECTEDLINE(num,i)': '4711', 'CONNECTEDLINE(name,i)': 'Callback 12' },
    })
  })

  test('a leg that ends before it arrives is gone', async () => {
    ari.happen.holdsNewLegs = true
    const since = ari.commands.length
    const creating = expect(link.commands.create(leg)).rejects.toBeInstanceOf(ChannelGone)
    await ari.nextCommand('channels.create', undefined, since)
    ari.happen.hangUp('attempt-1')
    await creating
  })

  test('one that never arrives ends at the deadline, and is not left lying in Asterisk', async () => {
    ari.happen.holdsNewLegs = true
    await expect(link.commands.create(leg)).rejects.toMatchObject({ name: 'AriUnreachable', kind: 'deadline' })
    expect(ari.world.channels.size).toBe(0)
  })

  test('a second leg under the same id is refused while the first lives', async () => {
    await link.commands.create(leg)

    await expect(link.commands.create(leg)).rejects.toBeInstanceOf(NameTaken)
    await expect(link.commands.originate(leg, 30)).rejects.toBeInstanceOf(NameTaken)
    await link.commands.hangUp('attempt-1')
    await link.commands.create(leg)
  })

  test('asked for twice at once, one is made and one is refused', async () => {
    const both = await Promise.allSettled([link.commands.create(leg), link.commands.create(leg)])

    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(both.find((each) => each.status === 'rejected')?.reason).toBeInstanceOf(NameTaken)
  })

  test('"id exists" that Asterisk repeats from an earlier request is not taken for a live call', async () => {
    ari.faults.add({ status: 409, message: 'Channel with given unique ID already exists' }, { operation: 'channels.originate' })
    const refused = await link.commands.originate(leg, 30).catch((error: unknown) => error)

    expect(refused).toBeInstanceOf(AriRefused)
    expect(refused).not.toBeInstanceOf(NameTaken)
  })

  test('an originated leg arrives when it is picked up', async () => {
    await link.commands.originate({ ...leg, channelId: 'attempt-2' }, 30)
    expect(last()).toMatchObject(['channels.originate', { callerId: '"Callback 12" <4711>', timeout: 30 }])
    ari.happen.pickUp('attempt-2')

    await link.until(() => link.events.some((event) => event.type === 'arrived' && event.channelId === 'attempt-2'))
    expect(link.events.filter((event) => event.type === 'dialProgress').at(-1)).toMatchObject({
      channelId: 'attempt-2',
      dialStatus: 'ANSWER',
    })
  })
})

describe('bridges', () => {
  test('a leg joins without telling the other leg its number', async () => {
    const { id } = ari.happen.arrive({ state: 'Up' })
    await link.commands.createBridge('bridge-1')
    await link.commands.addToBridge('bridge-1', id)

    expect(last()).toEqual(['bridges.addChannel', { bridgeId: 'bridge-1', channel: id, inhibitConnectedLineUpdates: true }])
    expect(ari.world.bridges.get('bridge-1')).toEqual(new Set([id]))
  })

  test('a leg that is gone and a bridge that is gone are told apart', async () => {
    const { id } = ari.happen.arrive({ state: 'Up' })
    await link.commands.createBridge('bridge-1')

    await expect(link.commands.addToBridge('bridge-1', 'gone-1')).rejects.toBeInstanceOf(ChannelGone)
    await expect(link.commands.addToBridge('bridge-2', id)).rejects.toMatchObject({ name: 'AriRefused', status: 404 })
    await expect(link.commands.createBridge('bridge-1')).rejects.toBeInstanceOf(NameTaken)
  })
})

describe('recordings', () => {
  test('a file comes as a stream of its own bytes', async () => {
    const file = Buffer.alloc(300_000, 'wav')
    ari.world.storedRecordings.set('fb/1763938000_1', file)
    const chunks: Buffer[] = []
    for await (const chunk of await link.commands.fetchStoredRecording('fb/1763938000_1')) chunks.push(chunk as Buffer)

    expect(Buffer.concat(chunks).equals(file)).toBe(true)
    expect(ari.requests.at(-1)?.url).toBe('/ari/recordings/stored/fb%2F1763938000_1/file')
  })

  test('a file that is not there is refused before any byte', async () => {
    await expect(link.commands.fetchStoredRecording('gone-1')).rejects.toMatchObject({ status: 404 })
  })
})

describe('the phones pushed to Asterisk', () => {
  test('an endpoint is put, listed and deleted', async () => {
    await link.commands.putConfig({ objectType: 'endpoint', id: 'agent-7' }, { aors: 'agent-7', allow: '!all,ulaw' })

    expect(ari.world.config.get('endpoint/agent-7')).toEqual({ aors: 'agent-7', allow: '!all,ulaw' })
    expect(await link.commands.listEndpoints('PJSIP')).toContainEqual({ endpoint: 'PJSIP/agent-7', state: 'offline', channelIds: [] })
    await link.commands.deleteConfig({ objectType: 'endpoint', id: 'agent-7' })
    expect(ari.world.config.size).toBe(0)
  })
})

describe('what may be passed', () => {
  const refused: Array<[string, () => Promise<unknown>]> = [
    ['a channel id with a slash', () => link.commands.hangUp('../asterisk/modules')],
    ['an empty channel id', () => link.commands.answer('')],
    ['two endpoints in one', () => link.commands.originate({ channelId: 'x', endpoint: 'PJSIP/a&PJSIP/b' }, 1)],
    ['an endpoint of another technology', () => link.commands.originate({ channelId: 'x', endpoint: 'DAHDI/1' }, 1)],
    ['a dialplan function in an endpoint', () => link.commands.create({ channelId: 'x', endpoint: 'Local/${SHELL(id)}@a' })],
    ['a recording outside its folder', () => link.commands.fetchStoredRecording('../../etc/passwd')],
    ['a recording two folders deep', () => link.commands.deleteStoredRecording('a/b/c')],
    ['two sounds in one', () => link.commands.play('x', ['sound:a&b'], 'p')],
    ['a sound up the folder tree', () => link.commands.play('x', ['sound:../secret'], 'p')],
    ['a caller with a header in it', () => link.commands.originate({ channelId: 'x', endpoint: 'PJSIP/a', callerNumber: '1>\r\nX: y' }, 1)],
    ['a variable that calls the shell', () => link.commands.getVariables('x', ['SHELL(id)'])],
    ['a dialplan context with a comma', () => link.commands.continueInDialplan('x', { context: 'a,b', extension: 's', priority: 1 })],
    ['arguments with a quote', () => link.commands.originate({ channelId: 'x', endpoint: 'PJSIP/a', appArgs: 'agent"' }, 1)],
    ['a word to an application that is none of ours', () => link.commands.sayTo('events-2', 'ask')],
    ['a config id with a slash', () => link.commands.putConfig({ objectType: 'aor', id: 'a/b' }, {})],
  ]

  test.each(refused)('%s never reaches Asterisk', async (_what, act) => {
    const before = ari.requests.length
    await expect(act()).rejects.toBeInstanceOf(BadName)
    expect(ari.requests).toHaveLength(before)
  })

  test('the refusal does not repeat what was passed', async () => {
    const error = await link.commands.hangUp('+8801700000001 <x>').catch((caught: unknown) => String(caught))
    expect(error).not.toContain('880')
  })
})

describe('what Asterisk says no to', () => {
  test('status and reason are kept, long digit runs are not', async () => {
    ari.faults.add({ status: 400, message: 'Endpoint PJSIP/+8801700000001 is odd' }, { operation: 'channels.originate' })

    await expect(link.commands.originate({ channelId: 'x', endpoint: 'PJSIP/a' }, 1)).rejects.toMatchObject({
      name: 'AriRefused',
      code: 'ari-refused',
      operation: 'channels.originate',
      status: 400,
      reason: 'Endpoint PJSIP/+… is odd',
    })
  })

  test('failures are counted by kind', async () => {
    const before = structuredClone(link.counters)
    await link.commands.answer('gone-1').catch(() => undefined)
    ari.faults.add({ status: 500, message: 'no' }, { operation: 'channels.list', times: 1 })
    await link.commands.listChannels().catch(() => undefined)

    expect(link.counters.failures.gone - before.failures.gone).toBe(1)
    expect(link.counters.failures.refused - before.failures.refused).toBe(1)
    expect(link.counters.requests - before.requests).toBe(2)
  })
})
