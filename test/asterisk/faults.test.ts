import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hears } from '../helpers/audio/index.ts'
import type { OutgoingCall } from '../helpers/phone/index.ts'
import { startTestProduct, type TestProduct } from '../helpers/product.ts'
import { waitForTone } from './dialplan-ears.ts'
import { type FaultyHotline, messageIn, openHotline, spokenDigits, untilPromptsEnd } from './faults-hotline.ts'

const CALLERS = 20
let product: TestProduct
let hotline: FaultyHotline

beforeAll(async () => {
  product = await startTestProduct()
  hotline = await openHotline(product)
}, 180_000)
afterAll(async () => {
  await hotline?.close()
  await product?.stop()
})

describe('a caller who hangs up', () => {
  type Step = [name: string, countryId: string, until: (caller: OutgoingCall) => Promise<unknown>, steps: string]
  const early: Step[] = [
    ['during the greeting', 'VN', (caller) => caller.waitForAudio(), 'seeking'],
    ['during the menu', 'IN', (caller) => hotline.untilSaid(caller, 'hi', 'greeting'), 'menu-1'],
    ['before pressing a key', 'TR', untilPromptsEnd, 'menu-1'],
    ['while being asked for a message', 'CN', (caller) => hotline.untilSaid(caller, 'zh', 'greeting'), 'seeking, leave-message'],
  ]
  const hangUpAt = async (countryId: string, until: (caller: OutgoingCall) => Promise<unknown>) => {
    const caller = hotline.call(countryId)
    await caller.answered
    await until(caller)
    await caller.hangUp()
  }

  test('at any step leaves no call open, and is a missed call or a message', async () => {
    const said = await spokenDigits(0)
    const thanked = async (caller: OutgoingCall) => {
      await untilPromptsEnd(caller)
      await caller.play(said)
      await caller.sendDigit('#')
      await caller.waitForAudio()
    }
    // The end of the prompts is seen half a second late: the recording has just begun.
    const steps = [
      ...early.map(([, countryId, until]) => hangUpAt(countryId, until)),
      hangUpAt('BD', thanked),
      hangUpAt('BD', untilPromptsEnd),
    ]
    await Promise.all(steps)
    await hotline.settled()

    const recorded = 'BD: seeking, leave-message, recording'
    expect(await hotline.steps()).toEqual(
      [recorded, `${recorded}, review`, ...early.map(([, countryId, , name]) => `${countryId}: ${name}`)].sort(),
    )
    for (const [name, countryId] of early) expect(await hotline.callbacks('missed-call', countryId), name).toHaveLength(1)
    const kept = await Promise.all((await hotline.voicemails()).map(hotline.audioOf))
    expect(kept.map((audio) => messageIn(audio, [said]))).toContain(said)
    const promised = [...(await hotline.callbacks('missed-call', 'BD')), ...(await hotline.callbacks('voicemail', 'BD'))]
    expect(promised).toHaveLength(2)
  })
})

describe('the service', () => {
  test(`killed with SIGKILL while ${CALLERS} callers speak, loses no message and keeps none twice`, { timeout: 150_000 }, async () => {
    const said: string[] = []
    for (let index = 0; index < CALLERS; index++) said.push(await spokenDigits(100 + index))
    const before = await hotline.voicemails()
    const callers: OutgoingCall[] = []
    for (let index = 0; index < CALLERS; index++) {
      callers.push(hotline.call('VN'))
      await callers.at(-1)!.answered
    }
    await Promise.all(callers.map(untilPromptsEnd))

    const leaving = callers.slice(0, CALLERS / 2)
    const staying = callers.slice(CALLERS / 2)
    const spoken = callers.map((caller, index) => caller.play(said[index]!))
    await product.service.kill9()
    await Promise.all(spoken)
    await Promise.all(leaving.map((caller) => caller.hangUp()))
    await product.service.start()
    await Promise.all(staying.map((caller) => caller.sendDigit('#')))
    const [patient, ...others] = staying
    await Promise.all(others.map((caller) => caller.hangUp()))
    for (const [question, key] of [
      ['keep-or-again', '1'],
      ['may-we-call', '1'],
    ] as const) {
      await hears(patient!, hotline.prompt('vi', question))
      await patient!.sendDigit(key)
    }
    await hears(patient!, hotline.prompt('vi', 'message-saved'))
    await Promise.all(staying.map(({ ended }) => ended))
    await hotline.settled()

    const kept = await hotline.newVoicemails(before)
    const heard: (string | undefined)[] = []
    const notYetHeard = new Set(said)
    for (const voicemail of kept) {
      const message = messageIn(await hotline.audioOf(voicemail), [...notYetHeard])
      heard.push(message)
      if (message !== undefined) notYetHeard.delete(message)
    }
    expect(heard.sort()).toEqual([...said].sort())
  })

  test('away: the dialplan takes the message, which is brought in once, with its caller, when the service returns', async () => {
    const before = await hotline.voicemails()
    const promised = async () => {
      const reasons = [await hotline.callbacks('voicemail', 'VN'), await hotline.callbacks('missed-call', 'VN')]
      return reasons.flat().length
    }
    const promisedBefore = await promised()
    const from = hotline.newNumber('VN')
    const said = await spokenDigits(2)
    await product.service.stop()
    const speaks = async () => {
      const caller = hotline.call('VN', from)
      await caller.answered
      await waitForTone(caller)
      await caller.play(said)
      await caller.hangUp()
    }
    const givesUp = async () => {
      const caller = hotline.call('VN', from)
      await caller.answered
      await caller.waitForAudio()
      await caller.hangUp()
    }
    await givesUp()
    await speaks()
    await product.service.start()
    await hotline.settled()

    const kept = await hotline.newVoicemails(before)
    expect(kept).toMatchObject([{ countryId: 'VN', languageCode: 'vi', callbackId: expect.any(String) }])
    expect(messageIn(await hotline.audioOf(kept[0]!), [said])).toBe(said)
    // Both calls are one worker's, who is promised one callback: the number was kept, and is the same.
    expect(await promised()).toBe(promisedBefore + 1)
  })

  test('frozen: who rings, and who is being spoken to, both get to leave their message', { timeout: 150_000 }, async () => {
    const before = await hotline.voicemails()
    const said = [await spokenDigits(3), await spokenDigits(4)] as const
    const leave = async (caller: OutgoingCall, message: string) => {
      await waitForTone(caller)
      await caller.play(message)
      await caller.hangUp()
    }
    const greeted = hotline.call('VN')
    await greeted.answered
    await greeted.waitForAudio()
    await product.service.freeze()
    try {
      const ringing = hotline.call('VN')
      await Promise.all([leave(greeted, said[0]), ringing.answered.then(() => leave(ringing, said[1]))])
    } finally {
      product.service.thaw()
    }
    await hotline.settled()
    const kept = await hotline.newVoicemails(before)
    const heard = await Promise.all(kept.map(async (voicemail) => messageIn(await hotline.audioOf(voicemail), said)))
    expect(heard.sort()).toEqual([...said].sort())
  })
})
