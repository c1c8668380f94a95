import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { CallbackView } from '../../server/domains/callbacks/contract.ts'
import { decodeWav, hears } from '../helpers/audio/index.ts'
import { answers, rejects } from '../helpers/phone/index.ts'
import { bothHear } from './both-hear.ts'
import { shareHeard, waitForTone } from './dialplan-ears.ts'
import { messageIn, spokenDigits } from './faults-hotline.ts'
import { type Site, type SiteAgent, startQueueSite } from './queue-site.ts'

let site: Site
beforeAll(async () => {
  site = await startQueueSite()
}, 180_000)
afterAll(() => site?.stop())
// A test that failed half-way leaves nobody talking to the next, or to its own second try.
afterEach(() => site?.clear(), 30_000)

const newestCall = async (countryId = 'BD') => (await site.calls(countryId))[0]!
const newestCallback = async (countryId: string) => (await site.callbacks(countryId))[0]

/** These and nobody else, the first of them for the longest: whatever an earlier test, or a first try of this one, has left. */
async function areFree(...agents: SiteAgent[]): Promise<void> {
  for (const agent of [site.asha, site.babu]) await agent.be('away')
  for (const agent of agents) await agent.be('free')
}

/** The agent's page of the conversation, and the outcome named on it. */
async function nameOutcome({ api, userId }: SiteAgent, outcome: string): Promise<CallbackView> {
  const held = async () => (await site.callbacks('BD')).find(({ claimedByUserId }) => claimedByUserId === userId)
  await expect.poll(async () => (await held())?.status, { timeout: 10_000 }).toBe('wrap-up')
  return api.send<CallbackView>('POST', `/api/callbacks/${(await held())!.id}/outcome`, { outcome })
}

describe('the line is open', () => {
  test('the agent who has been free longest is rung, both hear each other, and the conversation is the agent’s work', async () => {
    const { asha, babu } = site
    for (const agent of [asha, babu]) agent.phone.onCall(answers({ afterMs: 1500 }))
    await areFree(asha, babu)
    const number = site.numberOf('BD', 6001)
    const caller = site.call('BD', { from: number })
    const toAgent = await asha.phone.nextCall()
    await toAgent.answered
    await expect.poll(async () => (await newestCall()).status).toBe('talking')
    await bothHear(caller, toAgent)

    expect(await newestCall()).toMatchObject({ agentUserId: asha.userId, languageCode: 'bn' })
    expect((await babu.me()).status).toBe('free')
    expect((await asha.me()).status).toBe('on-call')
    const callback = (await newestCallback('BD'))!
    expect(callback).toMatchObject({ reason: 'live-call', status: 'talking', claimedByUserId: asha.userId })
    const desk = await asha.api.get<CallbackView>(`/api/callbacks/${callback.id}`)
    expect(desk.questionnaire?.body.questions.length).toBeGreaterThan(0)
    expect(desk.attempts).toMatchObject([{ isInbound: true, outcome: null }])

    await caller.hangUp()
    await toAgent.ended
    expect(await nameOutcome(asha, 'complete')).toMatchObject({ status: 'done', lastOutcome: 'complete', countedAttempts: 0 })
    expect((await asha.me()).status).toBe('free')
    const texts = asha.phone.sipLog.map(({ text }) => text)
    expect(texts.filter((text) => text.includes(number.replace('+880', '')))).toEqual([])
    expect(texts.some((text) => text.includes('CALL-'))).toBe(true)
  })

  test('whose agent does not answer goes on to the next, and counts that one as away', async () => {
    const { asha, babu } = site
    babu.phone.onCall(rejects(486))
    await areFree(babu, asha)
    const caller = site.call('BD')
    const toAsha = await asha.phone.nextCall()
    await toAsha.answered
    await expect.poll(async () => (await newestCall()).status).toBe('talking')
    await expect.poll(async () => (await babu.me()).status).toBe('away')
    await toAsha.hangUp()
    await caller.ended
    await nameOutcome(asha, 'complete')
  })

  test('the service is killed while one waits and two talk: they go on talking, the other goes on waiting and is put through', async () => {
    const { asha } = site
    await areFree(asha)
    const talker = site.call('BD')
    const toAsha = await asha.phone.nextCall()
    await toAsha.answered
    await expect.poll(async () => (await newestCall()).status).toBe('talking')
    const waiter = site.call('BD')
    await waiter.answered
    await hears(waiter, site.prompt('bn', 'hold-on'))
    await expect.poll(async () => (await newestCall()).status).toBe('waiting')

    await site.product.service.kill9()
    const heardMs = waiter.heardMs
    await bothHear(talker, toAsha)
    await site.product.service.start()
    // Heard to its end before the kill: whoever says it again is the new process, as Asterisk alone plays on only what follows it.
    await hears(waiter, site.prompt('bn', 'hold-on'), 30_000, heardMs)
    await bothHear(talker, toAsha)
    await talker.hangUp()
    await toAsha.ended
    await nameOutcome(asha, 'complete')

    const next = await asha.phone.nextCall()
    await next.answered
    await expect.poll(async () => (await newestCall()).status).toBe('talking')
    await bothHear(waiter, next)
    await next.hangUp()
    await waiter.ended
    await nameOutcome(asha, 'complete')
  })

  test('the service freezes while one waits, one hears the menu and two talk: Asterisk takes both messages, each kept once', async () => {
    const { asha, product } = site
    await areFree(asha)
    const talker = site.call('BD')
    const toAsha = await asha.phone.nextCall()
    await toAsha.answered
    await expect.poll(async () => (await newestCall()).status).toBe('talking')
    const [waiter, chooser] = [site.call('BD'), site.call('IN')]
    await Promise.all([waiter.answered, chooser.answered])
    await Promise.all([hears(waiter, site.prompt('bn', 'hold-on')), chooser.waitForAudio()])
    const statuses = async () => [(await newestCall()).status, (await newestCall('IN')).status]
    await expect.poll(statuses).toEqual(['waiting', 'menu'])
    const [ofWaiter, ofChooser] = [await newestCall(), await newestCall('IN')]
    const said = [await spokenDigits(60), await spokenDigits(61)] as const

    await product.service.freeze()
    try {
      await Promise.all([waiter, chooser].map((caller) => waitForTone(caller, 90_000)))
      await bothHear(talker, toAsha)
    } finally {
      // While they speak: a service that comes to itself must leave them alone.
      product.service.thaw()
    }
    await Promise.all([waiter.play(said[0]), chooser.play(said[1])])
    await Promise.all([waiter.hangUp(), chooser.hangUp()])
    // Each in the language they had chosen, or might have.
    expect(shareHeard(waiter.heard, site.prompt('bn', 'leave-message'))).toBeGreaterThan(0.7)
    expect(shareHeard(chooser.heard, site.prompt('hi', 'leave-message'))).toBeGreaterThan(0.7)

    const kept = async () => [await site.voicemailsOf(ofWaiter.id), await site.voicemailsOf(ofChooser.id)]
    await expect.poll(async () => (await kept()).map(({ length }) => length), { timeout: 30_000 }).toEqual([1, 1])
    for (const [index, [voicemail]] of (await kept()).entries()) {
      const reply = await site.supervisor.request('GET', `/api/voicemails/${voicemail!.id}/audio`)
      expect(messageIn(decodeWav(new Uint8Array(await reply.arrayBuffer())), said)).toBe(said[index])
      expect(voicemail!.callbackId).toEqual(expect.any(String))
    }
    expect([await newestCall(), await newestCall('IN')]).toMatchObject([
      { id: ofWaiter.id, endReason: 'hung-up' },
      { id: ofChooser.id, endReason: 'hung-up' },
    ])
    expect(await newestCallback('IN')).toMatchObject({ status: 'waiting' })
    expect(await site.callbacks('IN')).toHaveLength(1)

    await talker.hangUp()
    await toAsha.ended
    await nameOutcome(asha, 'complete')
  }, 150_000)

  test('whose agents are all busy asks for a message when the country’s limit is reached, or calls back by key', async () => {
    const { asha } = site
    // Long before the waiter rings: a line is read again some time after it was changed, and a waiting call keeps what it began with.
    await site.setQueueLimit('BD', 15)
    await areFree(asha)
    const talker = site.call('BD')
    const toAsha = await asha.phone.nextCall()
    await toAsha.answered
    const waiter = site.call('BD')
    const impatient = site.call('BD', { from: site.numberOf('BD', 6100) })
    await impatient.answered
    await hears(impatient, site.prompt('bn', 'hold-on'))
    await impatient.sendDigit('9')
    await hears(impatient, site.prompt('bn', 'we-call-back'))
    await impatient.ended
    await expect.poll(async () => (await site.callbacks('BD')).find(({ reason }) => reason === 'asked')?.status).toBe('waiting')

    await hears(waiter, site.prompt('bn', 'nobody-now'), 30_000)
    await waiter.hangUp()
    await talker.hangUp()
    await toAsha.ended
  })
})

describe('nobody is there to speak', () => {
  test('a closed line says so, and whom to call in danger', async () => {
    const caller = site.call('TR')
    await caller.answered
    await caller.sendDigit('1')
    for (const name of ['nobody-now', 'emergency-is', 'digit-2']) await hears(caller, site.prompt('tr', name), 30_000)
    await caller.hangUp()
  })

  test('a line that hangs up refuses the call as busy, unanswered, and rings back once however often it is rung', async () => {
    const from = site.numberOf('CN', 6200)
    for (const _ of [1, 2]) {
      const caller = site.call('CN', { from })
      expect(await caller.ended).toMatchObject({ by: 'them', status: 486 })
      expect([caller.isAnswered, caller.replies.includes(200)]).toEqual([false, false])
    }
    await expect
      .poll(async () => (await site.callbacks('CN')).map(({ reason, status }) => [reason, status]))
      .toEqual([['missed-call', 'waiting']])
  })

  test('a line that is free of charge says so before the answer, then refuses the call and rings back', async () => {
    const caller = site.call('VN')
    expect((await caller.ringing).status).toBe(183)
    await hears(caller, site.prompt('vi', 'free-announcement'))
    expect(await caller.ended).toMatchObject({ by: 'them', status: 486 })
    expect(caller.isAnswered).toBe(false)
    await expect.poll(async () => (await newestCallback('VN'))?.reason).toBe('missed-call')
  })
})
