/** The ARI link against a real Asterisk: what the fake only pretends. */
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { locateAsterisk } from '../../scripts/setup/asterisk.ts'
import type { TelephonyEventOf } from '../../server/telephony/ari/events.ts'
import { ChannelGone, NameTaken } from '../../server/telephony/ari/errors.ts'
import { DEFAULT_TIMING } from '../../server/telephony/ari/link.ts'
import { startTestAsterisk } from '../helpers/asterisk.ts'
import type { TestAsterisk } from '../helpers/asterisk.ts'
import { operations } from '../helpers/fake-ari/description.ts'
import { watchedLink } from '../helpers/fake-ari/link.ts'
import type { WatchedLink } from '../helpers/fake-ari/link.ts'
import { answers, createPhone } from '../helpers/phone/index.ts'
import type { Phone } from '../helpers/phone/index.ts'

const CARD = '+8809610000001'
const WORKER = '+8801700000001'
let asterisk: TestAsterisk
let link: WatchedLink
let phone: Phone

beforeAll(async () => {
  asterisk = await startTestAsterisk({
    trunks: [{ id: 'bd', countryId: 'BD', carrierHost: '127.0.0.2', carrierPort: 5999, allowedPrefixes: ['+88017'] }],
    lines: [{ did: CARD, countryId: 'BD', trunkId: 'bd', kind: 'card', languages: ['bn'] }],
  })
  phone = await createPhone({ address: '127.0.0.2', user: WORKER })
})
afterAll(async () => {
  await phone?.close()
  await asterisk?.stop()
})
beforeEach(async () => {
  link = linkAs('1')
  link.start()
  await link.connects()
})
afterEach(async () => {
  for (const { channelId } of await link.commands.listChannels().catch(() => [])) await link.commands.hangUp(channelId)
  await link.stop()
})

function linkAs(instance: string, timing = {}): WatchedLink {
  const { ariUrl, ariUser, ariPassword } = asterisk
  return watchedLink(
    { url: ariUrl, user: ariUser, password: ariPassword },
    { instance, rollCallVariables: ['RB_DID', 'RB_CALL'], timing: { ...DEFAULT_TIMING, ...timing } },
  )
}

/** A worker's call, offered to the services. */
async function offeredCall() {
  const call = phone.call(`sip:${CARD}@127.0.0.1:${asterisk.sipPort}`)
  const { channelId } = await link.eventOf('broadcastOffered')
  return { call, channelId }
}

async function answeredCall() {
  const { call, channelId } = await offeredCall()
  await link.commands.claim(channelId)
  const { args } = await link.eventOf('arrived')
  await link.commands.answer(channelId)
  await call.answered
  return { call, channelId, args }
}

test('a worker’s call: offered, claimed, answered, heard, ended', async () => {
  const { call, channelId, args } = await answeredCall()
  expect(args.slice(0, 2)).toEqual(['inbound', CARD])

  await link.commands.play(channelId, ['digits:1', 'digits:2'], 'counting')
  await call.sendDigit('4')
  expect(await link.eventOf('digitPressed')).toMatchObject({ channelId, digit: '4' })
  await link.commands.stopPlayback('counting')
  expect(await link.eventOf('playbackFinished')).toMatchObject({ playbackId: 'counting', channelId, state: 'done' })
  await call.hangUp()

  // Told only because the link subscribed to the leg when it arrived.
  const { cause, ...destroyed } = await link.eventOf('destroyed')
  expect(destroyed).toMatchObject({ channelId })
  // "Unknown" and "normal clearing": Asterisk says either when a caller hangs up.
  expect([0, 16]).toContain(cause)
  expect(link.events.map(({ type }) => type).filter((type) => type === 'digitPressed')).toHaveLength(1)
  expect(link.counters.dropped).toEqual({ malformed: 0, unknown: 0, refused: 0 })
})

test('a missing sound is told as a failed playback', async () => {
  const { channelId } = await answeredCall()
  await link.commands.play(channelId, ['sound:/nowhere/nothing'], 'missing')

  expect(await link.eventOf('playbackFinished')).toMatchObject({ playbackId: 'missing', state: 'failed' })
})

test('a recording is made, found while it runs, kept, fetched and deleted', async () => {
  const { call, channelId } = await answeredCall()
  const name = `test-${randomUUID()}`
  const limits = { maxDurationSeconds: 20, maxSilenceSeconds: 10, terminateOn: '#' as const }
  await link.commands.record(channelId, name, limits)
  expect(await link.commands.findLiveRecording(name)).toMatchObject({ name, channelId })
  await call.play(new Int16Array(12_000).map((_, index) => 8000 * Math.sin((index * 2 * Math.PI * 440) / 8000)))
  await call.hangUp()

  await link.eventOf('recordingFinished')
  expect(await link.commands.findLiveRecording(name)).toBeUndefined()
  expect(await link.commands.listStoredRecordings()).toContain(name)
  const wav = Buffer.concat((await (await link.commands.fetchStoredRecording(name)).toArray()) as Buffer[])
  expect(wav.subarray(0, 4).toString()).toBe('RIFF')
  // 1.5 s of 16-bit sound, a little less for what was lost at its ends.
  expect(wav.length).toBeGreaterThan(16_000)
  await link.commands.deleteStoredRecording(name)
  expect(await link.commands.listStoredRecordings()).not.toContain(name)
})

test('variables: those that are set, through the leg’s life', async () => {
  const { channelId, call } = await answeredCall()
  await link.commands.setVariables(channelId, { RB_CALL: 'call-7, "quoted"', 'TIMEOUT(absolute)': '60' })

  expect(await link.commands.getVariables(channelId, ['RB_CALL', 'RB_DID', 'RB_NOT_SET'])).toEqual({
    RB_CALL: 'call-7, "quoted"',
    RB_DID: CARD,
  })
  await call.hangUp()
  await link.eventOf('destroyed')
  await expect(link.commands.getVariables(channelId, ['RB_DID', 'RB_NOT_SET'])).rejects.toBeInstanceOf(ChannelGone)
})

test('a caller whom the dead-man timer gave back to the dialplan is not found at the next roll-call', async () => {
  const { call, channelId } = await answeredCall()
  await link.commands.setVariable(channelId, 'TIMEOUT(absolute)', '1')
  expect(await link.eventOf('left')).toMatchObject({ channelId })
  const back = linkAs('1')
  try {
    await link.stop()
    back.start()
    await back.connects()

    const listed = (await back.commands.listApplications()).find(({ name }) => name === 'ringback-1')
    expect(listed?.channelIds).toEqual([channelId])
    expect(back.rollCalls[0]?.channels).toEqual([])
    await call.hangUp()
  } finally {
    await back.stop()
  }
})

test('of two services one gets the call; when it dies the other takes the live call over', async () => {
  const second = linkAs('2')
  try {
    second.start()
    await second.connects()
    const { call, channelId } = await answeredCall()
    await expect(second.commands.claim(channelId)).rejects.toMatchObject({ name: 'AlreadyClaimed' })
    await link.stop()
    const orphans = (await second.commands.listApplications()).find(({ name }) => name === 'ringback-1')
    expect(orphans?.channelIds).toEqual([channelId])
    await second.commands.adopt(channelId, 'ringback-1')

    expect(await second.eventOf('arrived')).toMatchObject({ channelId, args: ['adopted'] })
    const listed = await second.commands.listApplications()
    expect(listed.filter(({ channelIds }) => channelIds.includes(channelId)).map(({ name }) => name)).toEqual(['ringback-2'])
    expect(call.isEnded).toBe(false)
    await second.commands.hangUp(channelId)
    await call.ended
  } finally {
    await second.stop()
  }
})

/** An agent's phone: pushed to Asterisk, registered, and taken away again. */
async function withAgentPhone(act: (agent: Phone) => Promise<void>): Promise<void> {
  const password = randomUUID()
  const agent = await createPhone({ address: '127.0.0.1', user: 'agent-7', password, registrar: `127.0.0.1:${asterisk.sipPort}` })
  try {
    await link.commands.putConfig({ objectType: 'auth', id: 'agent-7' }, { auth_type: 'userpass', username: 'agent-7', password })
    await link.commands.putConfig({ objectType: 'aor', id: 'agent-7' }, { max_contacts: '1', remove_existing: 'yes' })
    const endpoint = { aors: 'agent-7', auth: 'agent-7', allow: '!all,ulaw', context: 'nowhere', message_context: 'nowhere' }
    await link.commands.putConfig({ objectType: 'endpoint', id: 'agent-7' }, endpoint)
    await agent.register()
    await act(agent)
    for (const objectType of ['endpoint', 'aor', 'auth'] as const) await link.commands.deleteConfig({ objectType, id: 'agent-7' })
  } finally {
    await agent.close()
  }
}

test('an agent’s phone: registered, called with the reference as caller, busy', () =>
  withAgentPhone(async (agent) => {
    expect(await link.eventOf('phoneChanged')).toMatchObject({ endpoint: 'PJSIP/agent-7', status: 'reachable' })
    expect(await link.commands.listEndpoints('PJSIP')).toContainEqual(
      expect.objectContaining({ endpoint: 'PJSIP/agent-7', state: 'online' }),
    )

    const channelId = randomUUID()
    await link.commands.create({ channelId, endpoint: 'PJSIP/agent-7', callerNumber: '4711', callerName: 'Callback 12' })
    await link.commands.dial(channelId, 10)
    const call = await agent.nextCall()
    expect(call.callerNumber).toBe('4711')
    call.reject(486)

    expect(await link.eventOf('destroyed')).toMatchObject({ channelId, cause: 17, techCause: 486 })
  }))

test('a created leg can be dialled at once, every time', () =>
  withAgentPhone(async (agent) => {
    agent.onCall(answers())
    for (let time = 0; time < 20; time++) {
      const channelId = randomUUID()
      await link.commands.create({ channelId, endpoint: 'PJSIP/agent-7' })
      await link.commands.dial(channelId, 5)
      await link.until(() =>
        link.events.some((event) => event.type === 'dialProgress' && event.channelId === channelId && event.dialStatus === 'ANSWER'),
      )
      await link.commands.hangUp(channelId)
    }
  }))

test('two legs in a bridge, and a second leg under the same id', () =>
  withAgentPhone(async (agent) => {
    agent.onCall(answers())
    const [first, second] = [randomUUID(), randomUUID()]
    for (const channelId of [first, second]) {
      await link.commands.originate({ channelId, endpoint: 'PJSIP/agent-7' }, 5)
      await link.until(() => link.events.some((event) => event.type === 'arrived' && event.channelId === channelId))
    }
    await expect(link.commands.create({ channelId: first, endpoint: 'PJSIP/agent-7' })).rejects.toBeInstanceOf(NameTaken)
    // The next refusal on the same connection comes with the same words, and is none.
    await expect(link.commands.create({ channelId: randomUUID(), endpoint: 'PJSIP/nobody' })).rejects.not.toBeInstanceOf(NameTaken)

    const bridgeId = randomUUID()
    await link.commands.createBridge(bridgeId)
    await expect(link.commands.createBridge(bridgeId)).rejects.toBeInstanceOf(NameTaken)
    for (const channelId of [first, second]) await link.commands.addToBridge(bridgeId, channelId)
    await link.until(() => link.events.filter(({ type }) => type === 'enteredBridge').length === 2)
    await link.commands.removeFromBridge(bridgeId, second)
    await link.commands.removeFromBridge(bridgeId, second)
    await link.commands.destroyBridge(bridgeId)
    await link.until(() => link.events.filter(({ type }) => type === 'leftBridge').length === 2)
  }))

describe('Asterisk goes away', () => {
  test.each(['TERM', 'KILL'] as const)('by SIG%s: connected again within 10 s, with subscriptions renewed', async (how) => {
    await asterisk.restart({ how })
    const back = performance.now()
    await link.connects(2)
    expect(performance.now() - back).toBeLessThan(10_000)

    const { status } = await phone.sendMessage(`sip:${CARD}@127.0.0.1:${asterisk.sipPort}`, 'নমস্কার')
    expect(status).toBe(202)
    const text: TelephonyEventOf<'textReceived'> = await link.eventOf('textReceived')
    expect(text).toMatchObject({ fromNumber: WORKER, toNumber: CARD, body: 'নমস্কার', bodyLost: false })
    const { channelId } = await answeredCall()
    await link.commands.hangUp(channelId)
    expect(await link.eventOf('destroyed')).toMatchObject({ channelId })
  })

  test('frozen: commands end at their deadline, the socket is given up, and a live call is found again', async () => {
    const impatient = linkAs('1', { commandDeadlineMs: 1000, pingEveryMs: 300, unansweredPings: 3 })
    const { channelId } = await answeredCall()
    await link.stop()
    try {
      impatient.start()
      await impatient.connects()
      expect(impatient.rollCalls[0]?.channels).toMatchObject([{ channelId, variables: { RB_DID: CARD } }])
      await asterisk.freeze()
      await expect(impatient.commands.ping()).rejects.toMatchObject({ kind: 'deadline' })
      await impatient.until(() => impatient.disconnects.length === 1)
      expect(impatient.disconnects).toEqual(['nothing heard for 3 pings'])
      asterisk.thaw()
      await impatient.connects(2)

      expect(impatient.rollCalls[1]?.channels).toMatchObject([{ channelId, variables: { RB_DID: CARD } }])
      await impatient.commands.hangUp(channelId)
      await impatient.eventOf('destroyed')
      await impatient.commands.ping()
      // Subscribed to at its arrival and at both roll-calls, yet told once.
      expect(impatient.events.filter(({ type }) => type === 'destroyed')).toHaveLength(1)
    } finally {
      asterisk.thaw()
      await impatient.stop()
    }
  })
})

test('a second process under our name: the first is told, the second has the calls', async () => {
  const usurper = linkAs('1')
  try {
    usurper.start()
    await usurper.connects()
    await link.until(() => link.state === 'replaced')
    phone.call(`sip:${CARD}@127.0.0.1:${asterisk.sipPort}`)

    await usurper.eventOf('broadcastOffered')
    expect(link.events).toEqual([])
  } finally {
    await usurper.stop()
  }
})

describe('what Asterisk says of itself', () => {
  test('the generated types are those of this Asterisk', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'ringback-ari-types-'))
    try {
      const { dataFolder } = await locateAsterisk({ mode: 'auto', log: () => undefined })
      const root = path.join(import.meta.dirname, '../..')
      const target = path.join(folder, 'types.ts')
      await promisify(execFile)(process.execPath, [
        path.join(root, 'scripts/generate-ari-types.ts'),
        path.join(dataFolder, 'rest-api'),
        target,
      ])

      expect(await readFile(path.join(root, 'server/telephony/ari/types.generated.ts'), 'utf8')).toBe(await readFile(target, 'utf8'))
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  test('the fake speaks as this Asterisk describes', async () => {
    const { ariUrl, ariUser, ariPassword } = asterisk
    const authorization = `Basic ${Buffer.from(`${ariUser}:${ariPassword}`).toString('base64')}`
    for (const { name, method, path: at, parameters } of operations) {
      const [resource, nickname] = name.split('.')
      const reply = await fetch(`${ariUrl}/api-docs/${resource}.json`, { headers: { authorization } })
      const { apis } = (await reply.json()) as ApiDescription
      const real = apis.find((api) => api.path === at)?.operations.find((operation) => operation.nickname === nickname)
      const described = real?.parameters?.map((parameter) => `${parameter.paramType}:${parameter.name}`) ?? []

      expect([name, real?.httpMethod]).toEqual([name, method])
      expect(described).toEqual(expect.arrayContaining(parameters.map((parameter) => `${parameter.paramType}:${parameter.name}`)))
    }
  })
})

type ApiDescription = {
  apis: Array<{
    path: string
    operations: Array<{ httpMethod: string; nickname: string; parameters?: Array<{ name: string; paramType: string }> }>
  }>
}
