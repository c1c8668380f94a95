/** The room on the disk, looked at beside the calls: how long messages may be, in the service and for the dialplan. */
import { afterEach, expect, test, vi } from 'vitest'
import { callIdOf } from '../../server/telephony/runtime/ids.ts'
import { CARD_BANGLADESH } from './runtime-domains.ts'
import { inboundCall, type Runtime, startRuntime } from './runtime-kit.ts'

let runtime: Runtime
afterEach(() => runtime.stop())

const channelId = '1763938865.42'
const callId = callIdOf(channelId)
const MB = 1_000_000

/** What the disk says is seen at the next look. */
async function spare(bytes: number, messageSeconds: number): Promise<void> {
  runtime.spareBytes = bytes
  await runtime.timers.running(1500)
  runtime.timers.advance(1500)
  await vi.waitUntil(() => runtime.telephony.metrics()['messageSeconds'] === messageSeconds, 10_000)
}
async function atTheTone(): Promise<void> {
  runtime.ari.happen.offer(inboundCall(CARD_BANGLADESH, channelId))
  const prompt = await runtime.ari.nextCommand('channels.play')
  runtime.ari.happen.finishPlayback(String(prompt.params.playbackId))
}
const toldDialplan = () => runtime.ari.world.globals.get('RB_MESSAGE_SECONDS')

test('with plenty of room nothing is shorter, and the dialplan is told so at each connection', async () => {
  runtime = await startRuntime()
  await vi.waitUntil(() => toldDialplan() === '180', 10_000)
  await atTheTone()
  expect((await runtime.ari.nextCommand('channels.record')).params).toMatchObject({ maxDurationSeconds: 180 })
})

test('with little, messages are shorter; the dialplan’s, which nobody stops, before ours', async () => {
  runtime = await startRuntime()
  await spare(20 * MB, 180)
  await vi.waitUntil(() => toldDialplan() === '20', 10_000)
  await spare(MB, 60)
  await vi.waitUntil(() => toldDialplan() === '0', 10_000)
  await atTheTone()
  expect((await runtime.ari.nextCommand('channels.record')).params).toMatchObject({ maxDurationSeconds: 60 })
})

test('without room a caller is told that they are called back; a new process knows at its start', async () => {
  runtime = await startRuntime()
  await spare(0, 0)
  await runtime.restart()
  runtime.ari.happen.offer(inboundCall(CARD_BANGLADESH, channelId))
  expect((await runtime.ari.nextCommand('channels.play')).params.media).toEqual(
    ['greeting', 'we-call-back', 'goodbye'].map((name) => `sound:/sounds/bn/${name}`),
  )
  expect(runtime.ari.commands.map(({ operation }) => operation)).not.toContain('channels.record')
  await runtime.domains.until(() => runtime.domains.toldOf(callId).includes('missed call'))
})

test('a message that is being spoken when the last room goes is ended and kept', async () => {
  runtime = await startRuntime()
  await atTheTone()
  const { params } = await runtime.ari.nextCommand('channels.record')
  await spare(0, 0)
  expect((await runtime.ari.nextCommand('recordings.stop', undefined, 0)).params).toMatchObject({ recordingName: params.name })
  await runtime.ari.nextCommand('channels.play', ({ media }) => String(media).includes('may-we-call'), 0)
})

test('a disk that cannot be looked at changes nothing', async () => {
  runtime = await startRuntime()
  await spare(MB, 60)
  runtime.spareBytes = NaN
  await runtime.timers.running(1500)
  runtime.timers.advance(1500)
  await runtime.until('the room for messages could not be looked at')
  expect(runtime.telephony.metrics()).toMatchObject({ messageSeconds: 60 })
})
