/** Asterisk, the database or this process went away in the middle of calls, and came back. */
import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { callIdOf } from '../../server/telephony/runtime/ids.ts'
import { CARD_BANGLADESH, CARD_INDIA } from './runtime-domains.ts'
import { inboundCall, orderFor, type Runtime, startRuntime, wavOf } from './runtime-kit.ts'

let runtime: Runtime
beforeEach(async () => {
  runtime = await startRuntime()
})
afterEach(() => runtime.stop())

const channelId = '1763938865.42'
const callId = callIdOf(channelId)
const told = (id = callId) => runtime.domains.toldOf(id).filter((line) => !line.startsWith('step'))
const isOver = (id = callId) => runtime.domains.calls.get(id)?.isEnded === true

async function inMenu(): Promise<void> {
  runtime.ari.happen.offer(inboundCall(CARD_INDIA))
  await runtime.ari.nextCommand('channels.play')
  if (!runtime.domains.isAway) await runtime.domains.until(() => runtime.domains.calls.has(callId))
}
/** @returns the name under which the message is recorded */
async function speaking(id = channelId): Promise<string> {
  runtime.ari.happen.offer(inboundCall(CARD_BANGLADESH, id))
  const isOfCall = (params: Record<string, unknown>) => params.channelId === id
  const prompt = await runtime.ari.nextCommand('channels.play', isOfCall)
  runtime.ari.happen.finishPlayback(String(prompt.params.playbackId))
  const record = await runtime.ari.nextCommand('channels.record', isOfCall)
  // Told a tenth of a second behind, long before anybody could have finished speaking.
  if (!runtime.domains.isAway) await runtime.domains.until(() => runtime.domains.calls.has(callIdOf(id)))
  return String(record.params.name)
}
async function talking(): Promise<string> {
  const attemptId = randomUUID()
  await runtime.telephony.callbackTelephony.placeCall(orderFor(attemptId))
  await runtime.ari.nextCommand('channels.originate', undefined, 0)
  runtime.ari.happen.pickUp(`agent-${attemptId}`)
  await runtime.ari.nextCommand('channels.dial')
  runtime.ari.happen.pickUp(attemptId)
  await runtime.domains.until(() => told(attemptId).includes('connected'))
  return attemptId
}
/** The websocket is cut without a word, and what happens then is not heard. */
async function whileCut(happens: () => void): Promise<void> {
  const { ari } = runtime
  ari.refuseSockets(503)
  ari.dropSockets()
  await runtime.until('lost Asterisk')
  happens()
  ari.refuseSockets(undefined)
  await runtime.until('connected to Asterisk', 2)
}

test('the link was cut in the menu: it is said again', async () => {
  await inMenu()
  const { ari } = runtime
  const before = ari.commands.length
  await whileCut(() => {})
  const menu = await ari.nextCommand('channels.play', undefined, before)
  expect(menu.params.media).toEqual(['sound:/sounds/hi/greeting', 'sound:/sounds/hi/menu-1', 'sound:/sounds/ta/menu-2'])
  expect(told()).toEqual([`arrived inbound ${CARD_INDIA}`])
})

test('the caller hung up while the link was cut: a missed call, once', async () => {
  await inMenu()
  await whileCut(() => runtime.ari.happen.hangUp(channelId))
  await runtime.domains.until(isOver)
  expect(told()).toEqual([`arrived inbound ${CARD_INDIA}`, 'missed call', 'ended lost'])
})

test('a recording goes on while the link is cut, and its end is heard after it', async () => {
  const name = await speaking()
  await whileCut(() => {})
  await runtime.timers.running(190_000)
  runtime.ari.happen.finishRecording(name, { durationSeconds: 9, talkingSeconds: 9, file: wavOf(9) })
  runtime.ari.happen.hangUp(channelId)
  await runtime.domains.until(() => runtime.domains.voicemails.length === 1)
  expect(runtime.domains.voicemails).toMatchObject([{ durationMs: 9000, isCutOff: false }])
})

test('a message that ended while the link was cut is kept, and the caller asked about it', async () => {
  const name = await speaking()
  await whileCut(() => runtime.ari.happen.finishRecording(name, { file: wavOf(4) }))
  await runtime.ari.nextCommand('channels.play', ({ media }) => String(media).includes('keep-or-again'))
  runtime.ari.happen.hangUp(channelId)
  await runtime.domains.until(() => runtime.domains.voicemails.length === 1)
})

test('Asterisk was killed during a message: what is left of it is stored as cut off', async () => {
  const name = await speaking()
  const { ari, domains } = runtime
  await ari.down()
  await runtime.until('lost Asterisk')
  ari.world.storedRecordings.set(name, wavOf(6).fill(0, 4, 8).fill(0, 40, 44))
  await ari.up()
  await domains.until(() => domains.voicemails.length === 1)
  expect(domains.voicemails).toMatchObject([{ durationMs: 6000, isCutOff: true }])
  expect(told().slice(0, 2)).toEqual([`arrived inbound ${CARD_BANGLADESH}`, 'ended lost'])
})

test('phones are pushed again after Asterisk’s restart', async () => {
  const { ari } = runtime
  await runtime.until('phones pushed')
  await ari.down()
  ari.world.config.clear()
  await ari.up()
  await runtime.until('phones pushed', 2)
  expect([...ari.world.config.keys()].sort()).toEqual(['aor/agent-ab12', 'auth/agent-ab12', 'endpoint/agent-ab12'])
})

test('a trunk or Asterisk that does not answer is named', async () => {
  const { ari, telephony } = runtime
  await vi.waitUntil(() => !telephony.readiness().trunks.isOk, 10_000)
  expect(telephony.readiness()).toEqual({
    ari: { isOk: true },
    lines: { isOk: true },
    trunks: { isOk: false, detail: 'no answer from trunk bd' },
  })
  ari.happen.changePhone('trunk-bd', 'Reachable')
  await vi.waitUntil(() => telephony.readiness().trunks.isOk, 10_000)
  await ari.down()
  await runtime.until('lost Asterisk')
  expect(telephony.readiness().ari).toMatchObject({ isOk: false, detail: expect.stringMatching(/./) })
})

test('killed in the menu: the next process says it again, as the same call', async () => {
  await inMenu()
  await runtime.domains.until(() => 'flow' in ((runtime.domains.calls.get(callId)?.flowState ?? {}) as object))
  const { ari } = runtime
  const before = ari.commands.length
  await runtime.restart()
  const menu = await ari.nextCommand('channels.play', undefined, before)
  expect(menu.params).toMatchObject({
    channelId,
    media: ['sound:/sounds/hi/greeting', 'sound:/sounds/hi/menu-1', 'sound:/sounds/ta/menu-2'],
  })
  ari.happen.hangUp(channelId)
  await runtime.domains.until(isOver)
  expect(told()).toEqual([`arrived inbound ${CARD_INDIA}`, 'missed call', 'ended hung-up'])
})

test('killed when the end was decided and before it was told: the next process tells it', async () => {
  await inMenu()
  const { ari, domains } = runtime
  await domains.until(() => told().length === 1)
  const reached = new Promise<void>((resolve) => {
    domains.before = (what) => {
      if (!what.endsWith('missed call')) return
      resolve()
      return new Promise(() => {})
    }
  })
  ari.happen.hangUp(channelId)
  await reached
  await runtime.restart({ meanwhile: () => (domains.before = () => {}) })
  await domains.until(isOver)
  expect(told()).toEqual([`arrived inbound ${CARD_INDIA}`, 'missed call', 'ended lost'])
})

test('an end that an earlier version saved and never told is told', async () => {
  await inMenu()
  const { ari, domains } = runtime
  const row = () => domains.calls.get(callId)
  await domains.until(() => 'flow' in ((row()?.flowState ?? {}) as object))
  await runtime.restart({
    meanwhile: () => {
      ari.happen.hangUp(channelId)
      const saved = row()?.flowState as { flow: object }
      row()!.flowState = { ...saved, flow: { ...saved.flow, at: 'ended' } }
    },
  })
  await domains.until(isOver)
  expect(told()).toEqual([`arrived inbound ${CARD_INDIA}`, 'missed call', 'ended lost'])
})

test('killed, and the database is away when the next process comes: the dialplan takes the message', async () => {
  await inMenu()
  const { ari, domains } = runtime
  await runtime.restart({ meanwhile: () => (domains.isAway = true) })
  const handedBack = await ari.nextCommand('channels.continueInDialplan', undefined, 0)
  expect(handedBack.params).toMatchObject({ channelId, context: 'fallback' })
})

test('killed while twenty workers speak: each message is complete, stored once, and nobody is called back for a missed call', async () => {
  const legs = Array.from({ length: 20 }, (_, index) => `1763938865.${index + 1}`)
  const names: string[] = []
  for (const leg of legs) names.push(await speaking(leg))
  await runtime.domains.until(() =>
    legs.every((leg) => told(callIdOf(leg)).length > 0 && runtime.domains.calls.get(callIdOf(leg))?.steps.includes('recording')),
  )
  const { ari, domains } = runtime
  await runtime.restart()
  // Half of them end before the next process looks, the other half after.
  legs.forEach((leg, index) => {
    ari.happen.finishRecording(names[index] ?? '', { file: wavOf(3 + index) })
    ari.happen.hangUp(leg)
  })
  await domains.until(() => domains.voicemails.length === 20)
  expect(new Set(domains.voicemails.map(({ callId: id }) => id)).size).toBe(20)
  expect(domains.told.filter((line) => line.endsWith('missed call'))).toEqual([])
})

test('killed while two talk: they go on, and the end is told as a conversation', async () => {
  const attemptId = await talking()
  await runtime.domains.until(() => JSON.stringify(runtime.domains.calls.get(attemptId)?.flowState).includes('"talking"'))
  await runtime.restart()
  const { ari } = runtime
  expect(ari.world.channels.size).toBe(2)
  await runtime.timers.running(3_600_000)
  ari.happen.hangUp(`agent-${attemptId}`)
  await runtime.domains.until(() => isOver(attemptId))
  expect(told(attemptId).filter((line) => line.startsWith('attempt ended'))).toHaveLength(1)
  expect(told(attemptId).at(-2)).toContain('"hadConversation":true')
  expect(ari.world.channels.size).toBe(0)
})

test('killed while the worker’s phone rang, and it rings no more: the outcome is unknown, and nothing is dialled again', async () => {
  const attemptId = randomUUID()
  const { ari, domains } = runtime
  await runtime.telephony.callbackTelephony.placeCall(orderFor(attemptId))
  await ari.nextCommand('channels.originate', undefined, 0)
  ari.happen.pickUp(`agent-${attemptId}`)
  await ari.nextCommand('channels.dial')
  await domains.until(() => JSON.stringify(domains.calls.get(attemptId)?.flowState).includes('"dialling"'))
  const before = ari.commands.length
  await runtime.restart({ meanwhile: () => ari.happen.hangUp(attemptId) })
  await domains.until(() => isOver(attemptId))
  expect(told(attemptId)).toContain('attempt ended {"kind":"lost"}')
  expect(ari.commands.slice(before).map(({ operation }) => operation)).not.toContain('channels.dial')
  expect(ari.world.channels.size).toBe(0)
})

test('legs of a callback that nobody knows are hung up', async () => {
  const orphan = randomUUID()
  const { ari } = runtime
  await runtime.restart({ meanwhile: () => void ari.happen.arrive({ id: orphan, arrivesIn: 'ringback-1' }) })
  await ari.nextCommand('channels.hangup', undefined, 0)
  expect(ari.world.channels.has(orphan)).toBe(false)
})

test('the database is away during twenty calls: each is answered, and told once when it is back', async () => {
  const { ari, domains } = runtime
  domains.isAway = true
  const legs = Array.from({ length: 20 }, (_, index) => `1763938865.${index + 1}`)
  for (const leg of legs) {
    const name = await speaking(leg)
    ari.happen.finishRecording(name, { file: wavOf(4) })
    const asked = ({ media, channelId: on }: Record<string, unknown>) => String(media).includes('keep-or-again') && on === leg
    await ari.nextCommand('channels.play', asked, 0)
    ari.happen.hangUp(leg)
  }
  // What is gathered is tried a tenth of a second later: on a fast machine only now.
  await runtime.until('the database is away')
  expect(domains.told).toEqual([])
  domains.isAway = false
  runtime.telephony.databaseIsBack()
  // A write that was under way when the database came back fails after it, and waits for its next try.
  await runtime.secondsUntil(() => legs.every((leg) => isOver(callIdOf(leg))) && domains.voicemails.length === 20)
  await runtime.until('the database is back')
  for (const leg of legs) {
    expect(told(callIdOf(leg)).sort()).toEqual([`arrived inbound ${CARD_BANGLADESH}`, 'ended completed', 'voicemail bn 4000 ms'])
  }
})

test('killed while the database was away: the next process tells what was journaled, once', async () => {
  const { ari, domains } = runtime
  domains.isAway = true
  await inMenu()
  ari.happen.hangUp(channelId)
  await runtime.until('the database is away')
  // How often it was saved in between depends on how soon they hung up.
  await vi.waitUntil(() => runtime.telephony.metrics()['calls'] === 0, 10_000)
  await runtime.journaled(3)
  await runtime.restart({ meanwhile: () => (domains.isAway = false) })
  await domains.until(isOver)
  expect(told()).toEqual([`arrived inbound ${CARD_INDIA}`, 'missed call', 'ended hung-up'])
})

test('a stop waits for the calls that go on, and takes no more', async () => {
  await inMenu()
  const { ari, telephony } = runtime
  const stopped = telephony.stop({ drainMs: 60_000 })
  ari.happen.offer(inboundCall(CARD_INDIA, '1763938999.7'))
  await expect(telephony.callbackTelephony.placeCall(orderFor(randomUUID()))).rejects.toThrow('cannot place calls')
  ari.happen.hangUp(channelId)
  await stopped
  expect(told()).toEqual([`arrived inbound ${CARD_INDIA}`, 'missed call', 'ended hung-up'])
  expect(ari.commands.filter(({ operation }) => operation === 'events.claimChannel')).toHaveLength(1)
})

test('a stop leaves a call that goes on too long to Asterisk, and all its facts are told', async () => {
  await inMenu()
  await runtime.telephony.stop({ drainMs: 1 })
  expect(runtime.ari.world.channels.has(channelId)).toBe(true)
  expect(runtime.domains.calls.get(callId)).toMatchObject({ steps: ['menu-1'], isEnded: false })
})

test('rubbish, unknown and broken events are survived', async () => {
  await inMenu()
  const { ari, domains } = runtime
  for (const frame of ['', '{', '[]', '{"type":"StasisStart"}', '{"type":"NoSuchThing"}', Buffer.from([0xff, 0xfe])]) ari.injectFrame(frame)
  ari.inject({ type: 'PlaybackFinished', playback: { id: 'nobody.1', target_uri: `channel:${channelId}`, state: 'done' } })
  ari.inject({ type: 'RecordingFinished', recording: { name: 'vm-nobody', target_uri: 'channel:1.2', format: 'wav', state: 'done' } })
  ari.happen.hangUp(channelId)
  await domains.until(isOver)
  expect(told()).toEqual([`arrived inbound ${CARD_INDIA}`, 'missed call', 'ended hung-up'])
})
