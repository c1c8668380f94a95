/** Sound from strangers, sprayed over all ports of call audio before, while and after a caller speaks. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { correlate, readWav, SAME_SOUND } from '../helpers/audio/index.ts'
import { sprayAudio } from '../helpers/audio-spray.ts'
import { waitForTone } from './dialplan-ears.ts'
import { BANGLADESH, startSite, STRANGER, type Site } from './dialplan-site.ts'
import { spokenDigits } from './faults-hotline.ts'

let site: Site
beforeAll(async () => {
  site = await startSite()
}, 120_000)
afterAll(() => site?.stop())

async function recordedWhile(said: string, isFromTheStart: boolean) {
  const before = await site.files('fb')
  const early = isFromTheStart ? await sprayAudio(STRANGER, site.asterisk.rtpPorts) : undefined
  const caller = site.bangladesh.call(site.uriOf(BANGLADESH.card), { from: '+8801712345678' })
  await caller.answered
  await waitForTone(caller)
  const attack = early ?? (await sprayAudio(STRANGER, site.asterisk.rtpPorts))
  await caller.play(said)
  const { sent, received } = attack.stop()
  await caller.hangUp()
  const isThere = async () => (await site.files('fb')).filter((file) => !before.includes(file))
  await expect.poll(isThere, { timeout: 10_000 }).toHaveLength(1)
  const [file] = await isThere()
  await expect.poll(() => site.isLive(file!), { timeout: 10_000 }).toBe(false)
  return { sent, received, recording: readWav(site.path('fb', file!)) }
}

test.each([
  ['while a caller speaks', false],
  ['from before the caller rings until after they have spoken', true],
])('sprayed %s: nothing comes back, and the message is the caller’s alone', async (_, isFromTheStart) => {
  const said = await spokenDigits(isFromTheStart ? 61 : 60)
  const { sent, received, recording } = await recordedWhile(said, isFromTheStart)
  expect(sent).toBeGreaterThan(2000)
  expect(received).toBe(0)
  expect(correlate(recording, said).score).toBeGreaterThan(SAME_SOUND)
  // Noise that got in would be as loud as A-law can be.
  expect(recording.filter((sample) => Math.abs(sample) > 30_000).length).toBeLessThan(recording.length / 1000)
})
