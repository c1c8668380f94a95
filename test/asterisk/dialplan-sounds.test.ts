import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { speak } from '../helpers/audio/index.ts'
import { shareHeard, waitForTone } from './dialplan-ears.ts'
import { BANGLADESH, startSite, TURKIYE, type Site } from './dialplan-site.ts'

const WHOLE = 0.75
const NOTHING_OF_IT = 0.25
let site: Site
let complaint: string
beforeAll(async () => {
  site = await startSite()
  complaint = await speak('তারা আমাকে তিন মাস বেতন দেয়নি, আর আমি কাউকে বলতে পারি না।', 'bn')
}, 120_000)
afterAll(() => site?.stop())

/** A caller whom no service takes leaves a message. @returns what they heard, and the message that was kept */
async function callAndSpeak(line: typeof BANGLADESH | typeof TURKIYE): Promise<{ heard: Int16Array; kept: string }> {
  const before = await site.files('fb')
  const carrier = line === BANGLADESH ? site.bangladesh : site.turkiye
  const call = carrier.call(site.uriOf(line.card), { from: line === BANGLADESH ? '+8801712345690' : '+905320000090' })
  await call.answered
  await waitForTone(call)
  await call.play(complaint)
  await call.sendDigit('#')
  await call.ended
  const [file = ''] = (await site.files('fb')).filter((each) => !before.includes(each))
  return { heard: call.heard, kept: site.path('fb', file) }
}

// In this order: each takes away more.
test('a prompt missing in one language of a line is left to the other, and in the only one it is said in English', async () => {
  await rm(site.prompt('bn', 'leave-message'))
  await rm(site.prompt('tr', 'leave-message'))

  const bengali = await callAndSpeak(BANGLADESH)
  expect(shareHeard(bengali.heard, site.prompt('bn', 'greeting'))).toBeGreaterThan(WHOLE)
  expect(shareHeard(bengali.heard, site.prompt('en', 'leave-message'))).toBeGreaterThan(WHOLE)
  expect(shareHeard(bengali.kept, complaint)).toBeGreaterThan(WHOLE)

  const turkish = await callAndSpeak(TURKIYE)
  expect(shareHeard(turkish.heard, site.prompt('ar', 'leave-message'))).toBeGreaterThan(WHOLE)
  expect(shareHeard(turkish.heard, site.prompt('en', 'leave-message'))).toBeLessThan(NOTHING_OF_IT)
  expect(shareHeard(turkish.kept, complaint)).toBeGreaterThan(WHOLE)
}, 180_000)

test('with every sound gone, the tone too, Asterisk makes a tone itself and keeps the message', async () => {
  for (const gone of ['bn', 'tr', 'ar', 'en', 'beep.wav']) await rm(join(site.soundsFolder, gone), { recursive: true })
  const { kept } = await callAndSpeak(BANGLADESH)
  expect(shareHeard(kept, complaint)).toBeGreaterThan(WHOLE)
}, 120_000)
