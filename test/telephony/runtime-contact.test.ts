/** What callers enter and what is read out to them: where it goes, and where it is never seen. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { callIdOf } from '../../server/telephony/runtime/ids.ts'
import { filesIn, numberCanary, sightings, textCanary } from '../helpers/canary.ts'
import { CARD_BANGLADESH } from './runtime-domains.ts'
import { inboundCall, type Runtime, startRuntime, wavOf } from './runtime-kit.ts'

let runtime: Runtime
afterEach(() => runtime.stop())

const channelId = '1763938865.42'
const callId = callIdOf(channelId)
const OTHER = '01812349876'
const PIN = '4071835562'

const playing = (name: string) => runtime.ari.nextCommand('channels.play', ({ media }) => String(media).includes(name))
const press = (digits: string) => [...digits].forEach((digit) => runtime.ari.happen.press(channelId, digit))
const mediaOf = (command: { params: Record<string, unknown> }) => command.params['media'] as string[]
const digitsIn = (media: string[]) => media.flatMap((one) => /digit-(\d)$/.exec(one)?.[1] ?? []).join('')

/** A worker has left a message and is asked whether to be called. */
async function asked(): Promise<void> {
  const { ari } = runtime
  ari.happen.offer(inboundCall(CARD_BANGLADESH))
  const prompt = await ari.nextCommand('channels.play')
  ari.happen.finishPlayback(String(prompt.params['playbackId']))
  const record = await ari.nextCommand('channels.record')
  ari.happen.finishRecording(String(record.params['name']), { durationSeconds: 6, talkingSeconds: 5, file: wavOf(6) })
  await playing('keep-or-again')
  press('1')
  await playing('may-we-call')
}

/** The whole of the process's disk, its log, and what is saved of the call. */
async function seen() {
  const files = await filesIn(runtime.folder)
  const state = JSON.stringify(runtime.domains.calls.get(callId)?.flowState ?? {})
  return [...files, { where: 'the log', content: runtime.logged.join('\n') }, { where: 'the saved state', content: state }]
}

test('another number is entered, read back digit by digit, and told to the domains', async () => {
  runtime = await startRuntime()
  await asked()
  press('2')
  await playing('enter-number')
  press(`${OTHER}#`)
  const echo = await playing('number-is')
  expect(digitsIn(mediaOf(echo))).toBe(OTHER)
  press('1')
  await playing('message-saved')
  await runtime.secondsUntil(() => runtime.domains.voicemails.length === 1)
  const told = runtime.domains.toldOf(callId)
  const contact = told.indexOf(`contact {"choice":"other","number":"${OTHER}"}`)
  expect(contact).toBeGreaterThan(0)
  expect(told.findIndex((line) => line.startsWith('voicemail'))).toBeGreaterThan(contact)
  expect(sightings([numberCanary('the other number', '+8801812349876', '880')], await seen())).toEqual([])
})

test('a number of another country is asked for again', async () => {
  runtime = await startRuntime()
  await asked()
  press('2')
  await playing('enter-number')
  press('00918069000001#')
  expect(mediaOf(await playing('number-wrong'))).toContain('sound:/sounds/bn/enter-number')
})

test('while the database is away the number waits on the disk, sealed', async () => {
  runtime = await startRuntime()
  runtime.domains.isAway = true
  await asked()
  press('2')
  await playing('enter-number')
  press(`${OTHER}#`)
  await playing('number-is')
  press('1')
  await playing('message-saved')
  await runtime.journaled(8)
  await vi.waitUntil(async () => (await readdir(join(runtime.folder, 'journal'))).length > 0, 10_000)
  expect(sightings([numberCanary('the other number', '+8801812349876', '880')], await seen())).toEqual([])
  runtime.domains.isAway = false
  runtime.telephony.databaseIsBack()
  await runtime.domains.until(() => runtime.domains.toldOf(callId).includes(`contact {"choice":"other","number":"${OTHER}"}`))
})

test('no call: the PIN that is read out is the one that is kept, also without the database', async () => {
  runtime = await startRuntime()
  runtime.domains.isAway = true
  await asked()
  press('3')
  let heard = ''
  const played = new Set<unknown>()
  const isNext = ({ media, playbackId }: Record<string, unknown>) => String(media).includes('digit-') && !played.has(playbackId)
  for (let part = 0; part < 6; part++) {
    const group = await runtime.ari.nextCommand('channels.play', isNext, 0)
    played.add(group.params['playbackId'])
    if (part < 3) heard += digitsIn(mediaOf(group))
    runtime.ari.happen.finishPlayback(String(group.params['playbackId']))
    if (part === 5) break
    await runtime.timers.running(2000)
    runtime.timers.advance(2000)
  }
  expect(heard).toHaveLength(10)
  await playing('message-kept')
  runtime.domains.isAway = false
  runtime.telephony.databaseIsBack()
  await runtime.domains.until(() => runtime.domains.toldOf(callId).includes(`contact {"choice":"none","pin":"${heard}"}`))
  expect(sightings([textCanary('the PIN', heard)], await seen())).toEqual([])
})

test('what was left for a worker is played from a file for our eyes alone, which is gone when they have heard it', async () => {
  runtime = await startRuntime()
  runtime.domains.statuses.set(PIN, wavOf(3))
  runtime.ari.happen.offer(inboundCall(CARD_BANGLADESH))
  await runtime.ari.nextCommand('channels.play')
  press('0')
  await playing('pin-enter')
  press(PIN)
  const status = await playing('pin-more')
  const path = `${mediaOf(status)[0]!.replace('sound:', '')}.wav`
  expect(path).toMatch(/\/status-spool\/1\/[0-9a-f]{32}\.wav$/)
  expect([(await stat(path)).mode & 0o777, (await stat(dirname(path))).mode & 0o777]).toEqual([0o600, 0o700])
  expect(await readFile(path)).toEqual(wavOf(3))
  press('2')
  await playing('leave-message')
  await vi.waitUntil(async () => (await readdir(dirname(path))).length === 0, 10_000)
  await runtime.domains.until(() => runtime.domains.toldOf(callId).includes(`pin entered ${PIN}`))
  expect(sightings([textCanary('the PIN', PIN)], await seen())).toEqual([])
})

test('the database is away: sorry, a message, and whose it is is settled later', async () => {
  runtime = await startRuntime()
  runtime.ari.happen.offer(inboundCall(CARD_BANGLADESH))
  await runtime.ari.nextCommand('channels.play')
  press('0')
  await playing('pin-enter')
  runtime.domains.isAway = true
  press(PIN)
  await playing('pin-later')
  runtime.domains.isAway = false
  runtime.telephony.databaseIsBack()
  await runtime.domains.until(() => runtime.domains.toldOf(callId).includes(`pin entered ${PIN}`))
})
