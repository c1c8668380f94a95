import { afterEach, expect, test } from 'vitest'
import { callIdOf } from '../../server/telephony/runtime/ids.ts'
import { CARD_BANGLADESH, CARD_INDIA, MemoryDomains } from './runtime-domains.ts'
import { inboundCall, type Runtime, startRuntime, wavOf } from './runtime-kit.ts'

let runtime: Runtime
afterEach(() => runtime.stop())

const channelId = '1763938865.42'
const callId = callIdOf(channelId)

/** Everything a caller's leg was told to do, in order. */
const deeds = () => runtime.ari.commands.filter(({ params }) => params.channelId === channelId).map(({ operation }) => operation)

test('a worker chooses Tamil, leaves a message, and it is stored and gone from the phone system', async () => {
  runtime = await startRuntime()
  const { ari, domains } = runtime
  ari.happen.offer(inboundCall(CARD_INDIA, channelId, '+919812345678'))
  const menu = await ari.nextCommand('channels.play')
  expect(menu.params).toMatchObject({ media: ['sound:/sounds/hi/greeting', 'sound:/sounds/hi/menu-1', 'sound:/sounds/ta/menu-2'] })
  ari.happen.press(channelId, '2')
  const prompt = await ari.nextCommand('channels.play', ({ playbackId }) => playbackId !== menu.params.playbackId)
  ari.happen.finishPlayback(String(prompt.params.playbackId))
  const record = await ari.nextCommand('channels.record')
  expect(record.params).toMatchObject({
    name: `vm-${callId}-ta-3`,
    maxDurationSeconds: 180,
    maxSilenceSeconds: 10,
    terminateOn: '#',
    ifExists: 'fail',
  })
  ari.happen.finishRecording(String(record.params.name), { durationSeconds: 6, talkingSeconds: 5, file: wavOf(6) })
  await ari.nextCommand('channels.play', ({ media }) => String(media).includes('keep-or-again'))
  ari.happen.press(channelId, '1')
  await ari.nextCommand('channels.play', ({ media }) => String(media).includes('may-we-call'))
  ari.happen.press(channelId, '1')
  const thanks = await ari.nextCommand('channels.play', ({ media }) => String(media).includes('message-saved'))
  ari.happen.finishPlayback(String(thanks.params.playbackId))
  await ari.nextCommand('channels.hangup')
  await runtime.secondsUntil(() => domains.voicemails.length === 1)
  await ari.nextCommand('recordings.deleteStored', undefined, 0)

  expect(domains.toldOf(callId).filter((line) => !line.startsWith('voicemail'))).toEqual([
    `arrived inbound ${CARD_INDIA}`,
    'step menu-1',
    'step leave-message',
    'step recording',
    'step review',
    'step contact',
    'contact {"choice":"this"}',
    'ended completed',
  ])
  expect(domains.voicemails).toMatchObject([
    { callId, languageCode: 'ta', durationMs: 6000, isCutOff: false, spoolName: record.params.name },
  ])
  expect(ari.world.storedRecordings.size).toBe(0)
  expect(domains.calls.get(callId)).toMatchObject({ callerNumber: '+919812345678', languageCode: 'ta', endReason: 'completed' })
})

test('each step’s deadline is set before its sound begins', async () => {
  runtime = await startRuntime()
  const { ari } = runtime
  ari.happen.offer(inboundCall(CARD_BANGLADESH))
  const prompt = await ari.nextCommand('channels.play')
  ari.happen.finishPlayback(String(prompt.params.playbackId))
  await ari.nextCommand('channels.record')
  expect(deeds()).toEqual([
    'events.claimChannel',
    'channels.answer',
    'channels.setChannelVars',
    'channels.play',
    'channels.setChannelVars',
    'channels.record',
  ])
  expect(ari.world.channels.get(channelId)?.variables.get('TIMEOUT(absolute)')).toBe('200')
  expect(ari.world.channels.get(channelId)?.variables.get('RB_LANGUAGE')).toBe('bn')
})

test('a caller who hangs up in the menu is a missed call', async () => {
  runtime = await startRuntime()
  const { ari, domains } = runtime
  ari.happen.offer(inboundCall(CARD_INDIA))
  await ari.nextCommand('channels.play')
  ari.happen.hangUp(channelId)
  await domains.until(() => domains.calls.get(callId)?.isEnded === true)
  expect(domains.toldOf(callId)).toEqual([`arrived inbound ${CARD_INDIA}`, 'step menu-1', 'missed call', 'ended hung-up'])
})

test('a caller who is gone before we answer is a missed call, not an error', async () => {
  runtime = await startRuntime()
  const { ari, domains, timers } = runtime
  ari.faults.add({ status: 404, message: 'Channel not found' }, { operation: /^channels\./ })
  ari.happen.offer(inboundCall(CARD_INDIA))
  await ari.nextCommand('channels.play')
  await domains.until(() => domains.toldOf(callId).includes('step menu-1'))
  timers.advance(1000)
  await domains.until(() => domains.calls.get(callId)?.isEnded === true)
  expect(domains.toldOf(callId)).toContain('missed call')
})

test('nobody presses a key: the menu is said three times, then the first language goes on', async () => {
  runtime = await startRuntime()
  const { ari, timers, domains } = runtime
  ari.happen.offer(inboundCall(CARD_INDIA))
  for (const round of [1, 2, 3]) {
    await domains.until(() => domains.toldOf(callId).includes(`step menu-${round}`))
    await timers.running(18_000)
    timers.advance(18_000)
  }
  const prompt = await ari.nextCommand('channels.play', ({ media }) => String(media).includes('leave-message'))
  expect(prompt.params.media).toEqual(['sound:/sounds/hi/pin-offer', 'sound:/sounds/hi/leave-message', 'sound:/sounds/beep'])
})

/** A message of 10 s in which Asterisk noticed no speech, and the goodbye after it. */
async function leaveSilently(file: Buffer<ArrayBuffer>) {
  runtime = await startRuntime()
  const { ari } = runtime
  ari.happen.offer(inboundCall(CARD_BANGLADESH))
  const prompt = await ari.nextCommand('channels.play')
  ari.happen.finishPlayback(String(prompt.params.playbackId))
  const record = await ari.nextCommand('channels.record')
  ari.happen.finishRecording(String(record.params.name), { durationSeconds: 10, talkingSeconds: 0, file })
  const goodbye = await ari.nextCommand('channels.play', ({ media }) => String(media).includes('goodbye'))
  ari.happen.finishPlayback(String(goodbye.params.playbackId))
  await ari.nextCommand('channels.hangup')
  return runtime
}

test.each([
  ['of which nothing is left', wavOf(0.1)],
  ['without a voice in it', wavOf(4, 10)],
])('a message %s is deleted and counts as a missed call', async (_, file) => {
  const { ari, domains, secondsUntil } = await leaveSilently(file)
  await secondsUntil(() => domains.toldOf(callId).includes('missed call'))
  await ari.nextCommand('recordings.deleteStored', undefined, 0)
  expect(domains.voicemails).toEqual([])
})

test('a whisper that Asterisk took for silence is kept, as a quiet message', async () => {
  const { domains, secondsUntil } = await leaveSilently(wavOf(4, 60))
  await secondsUntil(() => domains.voicemails.length === 1)
  expect(domains.voicemails).toMatchObject([{ isQuiet: true }])
})

test('a refused recording does not leave the caller in silence', async () => {
  runtime = await startRuntime()
  const { ari, domains } = runtime
  ari.faults.add({ status: 500, message: 'no disk' }, { operation: 'channels.record' })
  ari.happen.offer(inboundCall(CARD_BANGLADESH))
  const prompt = await ari.nextCommand('channels.play')
  ari.happen.finishPlayback(String(prompt.params.playbackId))
  await ari.nextCommand('channels.play', ({ media }) => String(media).includes('we-call-back'))
  await domains.until(() => domains.toldOf(callId).includes('missed call'))
})

test('an event told twice, and a second arrival, begin nothing twice', async () => {
  runtime = await startRuntime()
  const { ari, domains } = runtime
  const channel = ari.happen.offer(inboundCall(CARD_INDIA))
  await ari.nextCommand('channels.play')
  ari.happen.arrive(channel)
  ari.happen.press(channelId, '1')
  ari.happen.press(channelId, '1')
  await ari.nextCommand('channels.play', ({ media }) => String(media).includes('leave-message'))
  ari.happen.hangUp(channelId)
  await domains.until(() => domains.calls.get(callId)?.isEnded === true)
  expect(domains.toldOf(callId)).toEqual([
    `arrived inbound ${CARD_INDIA}`,
    'step menu-1',
    'step leave-message',
    'missed call',
    'ended hung-up',
  ])
})

test('a call to a number that is not in memory is given to the dialplan’s fallback', async () => {
  runtime = await startRuntime()
  const { ari, domains } = runtime
  ari.happen.offer(inboundCall('+8809619999999'))
  const handedBack = await ari.nextCommand('channels.continueInDialplan')
  expect(handedBack.params).toMatchObject({ channelId, context: 'fallback', extension: 's', priority: 1 })
  expect(domains.told).toEqual([])
})

test('no call is claimed before the numbers are known', async () => {
  const domains = new MemoryDomains()
  domains.isAway = true
  runtime = await startRuntime({ domains })
  runtime.ari.happen.offer(inboundCall(CARD_INDIA))
  domains.isAway = false
  runtime.telephony.refreshFacts()
  runtime.timers.advance(2000)
  await runtime.ari.nextCommand('asterisk.updateObject')
  expect(runtime.ari.commands.map(({ operation }) => operation)).not.toContain('events.claimChannel')
})

test('no number and no name reaches the log', async () => {
  runtime = await startRuntime()
  const { ari, domains } = runtime
  ari.happen.offer(inboundCall(CARD_INDIA))
  await ari.nextCommand('channels.play')
  ari.happen.hangUp(channelId)
  await domains.until(() => domains.calls.get(callId)?.isEnded === true)
  expect(runtime.logged.join('\n')).not.toContain('1712345678')
})
