import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { encodeWav, tone } from '../helpers/audio/index.ts'
import { isTelephoneWav } from '../../server/platform/audio/telephone-wav.ts'
import { chainOf } from '../../server/telephony/runtime/sound-chain.ts'
import { createSoundFinder, type MissingSound } from '../../server/telephony/runtime/sound-finder.ts'
import { CARD_INDIA, MemoryDomains } from './runtime-domains.ts'
import { inboundCall, type Runtime, startRuntime } from './runtime-kit.ts'

let runtime: Runtime | undefined
afterEach(() => runtime?.stop())

test('a missing prompt is said in the country’s other language, a menu’s by its digit, and the board is told', async () => {
  const domains = new MemoryDomains()
  for (const name of ['hi/greeting', 'ta/menu-2']) domains.missingSounds.add(`/sounds/${name}`)
  runtime = await startRuntime({ domains })
  runtime.ari.happen.offer(inboundCall(CARD_INDIA))
  const menu = await runtime.ari.nextCommand('channels.play')
  expect(menu.params.media).toEqual(['sound:/sounds/ta/greeting', 'sound:/sounds/hi/menu-1', 'sound:/sounds/ta/digit-2'])
  await domains.until(() => domains.soundsMissed.length === 2)
  expect(domains.soundsMissed).toEqual(['hi/greeting ta', 'ta/menu-2 ta'])
})

test('with no language left a caller hears the tone, and the call goes on to the message', async () => {
  const domains = new MemoryDomains()
  for (const language of ['hi', 'ta', 'en']) domains.missingSounds.add(`/sounds/${language}/leave-message`)
  runtime = await startRuntime({ domains })
  const { ari } = runtime
  const call = inboundCall(CARD_INDIA)
  ari.happen.offer(call)
  const menu = await ari.nextCommand('channels.play')
  ari.happen.press(call.id, '2')
  const prompt = await ari.nextCommand('channels.play', ({ playbackId }) => playbackId !== menu.params.playbackId)
  expect(prompt.params.media).toEqual(['sound:/sounds/ta/pin-offer', 'sound:/sounds/beep'])
  ari.happen.finishPlayback(String(prompt.params.playbackId))
  await ari.nextCommand('channels.record')
})

test('a chain goes over the country’s languages in the order of its menu to English and the tone', () => {
  expect(chainOf({ name: 'greeting', language: 'ta' }, ['hi', 'ta'])).toEqual(['ta/greeting', 'hi/greeting', 'en/greeting', 'beep'])
  expect(chainOf({ name: 'greeting', language: 'en' }, ['en'])).toEqual(['en/greeting', 'beep'])
  expect(chainOf({ name: 'menu-3', language: 'ta' }, ['hi', 'ta'])).toEqual(['ta/menu-3', 'ta/digit-3', 'beep'])
})

test('files that Asterisk could not open do not count, and the tone is made where it is gone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ringback-sounds-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const missing: MissingSound[] = []
  const finder = createSoundFinder({ folder, log: { warn: () => undefined }, onMissing: (each) => missing.push(each) })
  const find = (name: 'greeting' | 'goodbye') => finder.find({ name, language: 'bn' }, ['bn'])

  expect(await find('greeting')).toEqual([join(folder, 'beep')])
  expect(isTelephoneWav(await readFile(join(folder, 'beep.wav')))).toBe(true)
  await mkdir(join(folder, 'bn'))
  const wide = Buffer.from(encodeWav(tone(600, 500)))
  wide.writeUInt32LE(44_100, 24)
  for (const [content, isGood] of [
    [Buffer.from('rubbish'), false],
    [wide, false],
    [Buffer.alloc(0), false],
    [Buffer.from(encodeWav(tone(600, 500))), true],
  ] as const) {
    await writeFile(join(folder, 'bn', 'greeting.wav'), content)
    expect(await find('greeting')).toEqual([join(folder, isGood ? 'bn/greeting' : 'beep')])
  }
  expect(missing).toEqual(Array.from({ length: 4 }, () => ({ name: 'greeting', language: 'bn', heard: 'tone' })))
})
