import { afterAll, beforeAll, expect, test } from 'vitest'
import { correlate, hears, SAME_SOUND, speak, tone } from '../helpers/audio/index.ts'
import { answers } from '../helpers/phone/index.ts'
import { type Site, startQueueSite } from './queue-site.ts'

let site: Site
beforeAll(async () => {
  site = await startQueueSite()
}, 180_000)
afterAll(() => site?.stop())

test('a known number and a stranger hear the same until they press a key; then the known one is led on in its own language', async () => {
  const from = site.numberOf('IN', 6500)
  const first = site.call('IN', { from })
  await first.answered
  await first.sendDigit('2')
  await hears(first, site.prompt('ta', 'leave-message'), 30_000)
  await first.waitForSilence(400)
  await first.play(await speak('one two three four five six', 'en'))
  await first.hangUp()
  const promised = async () => (await site.callbacks('IN')).map(({ reason }) => reason)
  await expect.poll(promised, { timeout: 30_000 }).toEqual(['voicemail'])

  const [known, stranger] = [site.call('IN', { from }), site.call('IN')]
  await Promise.all([known.answered, stranger.answered])
  await Promise.all([known, stranger].map((call) => hears(call, site.prompt('ta', 'menu-2'), 40_000)))
  const both = Math.min(known.heard.length, stranger.heard.length) - 8000
  // All that either has heard, but for the beginnings, which the two may have missed by a different packet.
  expect(correlate(known.heard, stranger.heard.subarray(4000, both)).score).toBeGreaterThan(SAME_SOUND)

  const [knownAt, strangerAt] = [known.heard.length, stranger.heard.length]
  await Promise.all([known.sendDigit('7'), stranger.sendDigit('7')])
  await hears(known, site.prompt('ta', 'leave-message'), 30_000)
  await hears(stranger, site.prompt('hi', 'please-choose'), 30_000)
  expect(correlate(known.heard.subarray(knownAt), site.prompt('ta', 'pin-offer')).score).toBeLessThan(SAME_SOUND)
  expect(correlate(stranger.heard.subarray(strangerAt), site.prompt('ta', 'leave-message')).score).toBeLessThan(SAME_SOUND)
  await Promise.all([known.hangUp(), stranger.hangUp()])
})

test('who withheld their number and spoke with an agent hears a PIN of their own when the agent has hung up', async () => {
  const { asha, babu } = site
  await babu.be('away')
  asha.phone.onCall(answers({ afterMs: 300 }))
  await asha.be('free')
  // The carrier tells the number, twice, and that it is to be hidden.
  const from = site.numberOf('BD', 6600)
  const caller = site.call('BD', { from, headers: { 'P-Asserted-Identity': `<sip:${from}@carrier.example>`, Privacy: 'id' } })
  const toAsha = await asha.phone.nextCall()
  await toAsha.answered
  await expect.poll(async () => (await site.calls('BD'))[0]?.status).toBe('talking')
  await Promise.all([caller.play(tone(1000, 800)), toAsha.play(tone(440, 800))])
  await toAsha.hangUp()
  await hears(caller, site.prompt('bn', 'pin-is'), 30_000)
  await hears(caller, site.prompt('bn', 'pin-again'), 60_000)
  expect(caller.isAnswered).toBe(true)

  const callback = (await site.callbacks('BD'))[0]!
  const { callerNumber } = await site.product.db
    .selectFrom('call')
    .select('callerNumber')
    .where('callbackId', '=', callback.id)
    .executeTakeFirstOrThrow()
  expect(callerNumber).toBe('withheld')
  expect(callback).toMatchObject({ reason: 'live-call', phoneNumberId: null, claimedByUserId: asha.userId })
  const owner = site.product.db.selectFrom('pin').innerJoin('callback', 'callback.workerId', 'pin.workerId').select('callback.id')
  expect(await owner.execute()).toEqual([{ id: callback.id }])
  await expect.poll(async () => (await site.callbacks('BD'))[0]?.status).toBe('wrap-up')
  await caller.hangUp()
  await asha.api.send('POST', `/api/callbacks/${callback.id}/outcome`, { outcome: 'complete' })
  await expect.poll(async () => (await site.calls('BD'))[0]?.endReason).toBe('completed')
})
