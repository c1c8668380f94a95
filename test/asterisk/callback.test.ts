import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Outcome } from '../../server/domains/callbacks/contract.ts'
import { tone, toneLevel } from '../helpers/audio/index.ts'
import { announces, answers, type CallHandler, rejects, ringsForever, staysSilent } from '../helpers/phone/index.ts'
import { type CallbackSite, catchCall, startCallbackSite } from './callback-site.ts'

let site: CallbackSite
beforeAll(async () => void (site = await startCallbackSite()), 180_000)
afterAll(() => site?.stop())
beforeEach(() => site.agentPhone.onCall(answers({ afterMs: 100 })))

describe('an agent takes a callback', () => {
  test('their phone rings first, then the worker’s over the country’s trunk, and each hears the other', async () => {
    const { agent, agentPhone, carrier, country, status, view } = site
    const { id, number } = await site.dueCallback()
    carrier.onCall(answers({ afterMs: 200 }))
    await agent.send('POST', `/api/callbacks/${id}/take`)
    const toAgent = await agentPhone.nextCall()
    const toWorker = await carrier.nextCall()
    await Promise.all([toAgent.answered, toWorker.answered])
    await expect.poll(() => status(id)).toBe('talking')

    expect(toWorker.calledNumber.replace('+', '')).toBe(number.replace('+', ''))
    expect(toWorker.callerNumber.replace('+', '')).toBe(country.callbackDid.replace('+', ''))

    await Promise.all([toAgent.play(tone(440, 2500)), toWorker.play(tone(1000, 2500))])
    expect(toneLevel(toWorker.heard, 440)).toBeGreaterThan(5 * toneLevel(toWorker.heard, 700))
    expect(toneLevel(toAgent.heard, 1000)).toBeGreaterThan(5 * toneLevel(toAgent.heard, 700))

    await toWorker.hangUp()
    await toAgent.ended
    await expect.poll(() => status(id), { timeout: 10_000 }).toBe('wrap-up')
    await agent.send('POST', `/api/callbacks/${id}/outcome`, { outcome: 'complete' })
    expect(await view(id)).toMatchObject({ status: 'done', lastOutcome: 'complete', countedAttempts: 1 })

    const digits = number.replace('+84', '')
    const texts = agentPhone.sipLog.map(({ text }) => text)
    expect(texts.length).toBeGreaterThan(5)
    expect(
      texts.filter((text) => text.includes(digits)),
      'the agent’s phone is never sent a digit of the number',
    ).toEqual([])
    expect(texts.some((text) => text.includes('CB-'))).toBe(true)
  })

  test('a worker who agreed to it sees the number on the card', async () => {
    const { agent, carrier, country, status } = site
    const { id } = await site.dueCallback({ mayShowCardNumber: true })
    const calling = catchCall(carrier, answers({ afterMs: 100 }))
    await agent.send('POST', `/api/callbacks/${id}/take`)
    const toWorker = await calling
    await toWorker.answered
    expect(toWorker.callerNumber.replace('+', '')).toBe(country.cardDid.replace('+', ''))
    await toWorker.hangUp()
    await expect.poll(() => status(id), { timeout: 10_000 }).toBe('wrap-up')
    await agent.send('POST', `/api/callbacks/${id}/outcome`, { outcome: 'complete' })
  })
})

/**
 * What a carrier says when nobody is reached. In this order: three of a trunk's failures in a row would pause it, and so would a
 * tenth of dead numbers among twenty calls.
 */
const ends: [
  name: string,
  behave: CallHandler,
  outcome: Outcome,
  own: { counts: boolean; isRingInVain: boolean; sipStatus: number | null },
][] = [
  ['is busy (486)', rejects(486, { afterMs: 100 }), 'busy', { counts: true, isRingInVain: true, sipStatus: 486 }],
  ['is busy, said before any ringing (486)', rejects(486), 'busy', { counts: true, isRingInVain: true, sipStatus: 486 }],
  ['has no free line anywhere (503)', rejects(503), 'trunk-failure', { counts: false, isRingInVain: false, sipStatus: 503 }],
  ['may not be called over this trunk (403)', rejects(403), 'trunk-failure', { counts: false, isRingInVain: false, sipStatus: 403 }],
  ['rejects the call (603)', rejects(603, { afterMs: 300 }), 'rejected', { counts: true, isRingInVain: true, sipStatus: 603 }],
  ['cannot be spoken to in any codec (488)', rejects(488), 'trunk-failure', { counts: false, isRingInVain: false, sipStatus: 488 }],
  ['is behind a carrier that breaks (500)', rejects(500), 'trunk-failure', { counts: false, isRingInVain: false, sipStatus: 500 }],
  ['is switched off (480)', rejects(480), 'unreachable', { counts: true, isRingInVain: true, sipStatus: 480 }],
  [
    'rings and is then given up by its carrier (480)',
    rejects(480, { afterMs: 300 }),
    'no-answer',
    { counts: true, isRingInVain: true, sipStatus: 480 },
  ],
  ['does not exist (404)', rejects(404, { afterMs: 50 }), 'dead-number', { counts: true, isRingInVain: false, sipStatus: 404 }],
  ['is gone (410)', rejects(410), 'dead-number', { counts: true, isRingInVain: false, sipStatus: 410 }],
  ['is too short (484)', rejects(484), 'dead-number', { counts: true, isRingInVain: false, sipStatus: 484 }],
  ['does not answer within the country’s ring time', ringsForever(), 'no-answer', { counts: true, isRingInVain: true, sipStatus: null }],
  ['says nothing at all, not even that it rings', staysSilent(), 'trunk-failure', { counts: false, isRingInVain: false, sipStatus: null }],
  ['breaks after it rang (500)', rejects(500, { afterMs: 300 }), 'no-answer', { counts: true, isRingInVain: true, sipStatus: 500 }],
]

describe('a worker whose phone', () => {
  test.each(ends)(
    '%s has that outcome, and is tried again when it is time',
    async (_name, behave, outcome, { counts, isRingInVain, sipStatus }) => {
      site.carrier.onCall(behave)
      const { id } = await site.dueCallback()
      await site.agent.send('POST', `/api/callbacks/${id}/take`)
      await expect.poll(() => site.lastOutcome(id), { timeout: 25_000 }).toBe(outcome)
      const after = await site.view(id)
      expect(after).toMatchObject({ status: 'waiting', lastOutcome: outcome, countedAttempts: counts ? 1 : 0 })
      // What uses up a try waits for an hour at least; the trunk's fault for the trunk's rest.
      expect(Date.parse(after.dueAt)).toBeGreaterThan(Date.now() + (counts ? 60 : 3) * 60_000)
      const attempt = await site.product.db
        .selectFrom('attempt')
        .select(['isRingInVain', 'sipStatus', 'answeredAt'])
        .where('callbackId', '=', id)
        .execute()
      expect(attempt).toEqual([{ isRingInVain, sipStatus, answeredAt: null }])
      await expect.poll(async () => (await site.myself()).status).not.toBe('on-call')
    },
  )

  test('sends an announcement before it is busy: the agent hears it, and it is busy and no conversation', async () => {
    site.carrier.onCall(announces(tone(1200, 2000), 486))
    const { id } = await site.dueCallback()
    const agentRung = catchCall(site.agentPhone, answers({ afterMs: 100 }))
    await site.agent.send('POST', `/api/callbacks/${id}/take`)
    const toAgent = await agentRung
    await expect.poll(() => site.lastOutcome(id), { timeout: 25_000 }).toBe('busy')
    expect(toneLevel(toAgent.heard, 1200)).toBeGreaterThan(5 * toneLevel(toAgent.heard, 700))
    expect((await site.view(id)).attempts).toMatchObject([{ answeredAt: null, rangAt: expect.any(String) as string }])
  })
})

describe('the worker writes STOP while an agent takes the callback', () => {
  const stop = async (number: string) => {
    const { country, product, carrier } = site
    const ours = `sip:${country.cardDid.replace('+', '')}@${product.demo.sip.host}:${product.asterisk.sipPort}`
    expect((await carrier.sendMessage(ours, 'STOP', { from: number })).status).toBe(202)
  }
  const refused = { status: 'closed', lastOutcome: 'refused' }

  test('and the agent’s phone rings: it stops, and the worker’s never rings', async () => {
    const rung: string[] = []
    site.carrier.onCall(({ calledNumber }) => void rung.push(calledNumber))
    const { id, number } = await site.dueCallback()
    const agentRung = catchCall(site.agentPhone, ringsForever())
    await site.agent.send('POST', `/api/callbacks/${id}/take`)
    const toAgent = await agentRung
    await stop(number)
    expect(await toAgent.ended).toMatchObject({ by: 'them', status: 487 })
    await expect.poll(() => site.status(id), { timeout: 10_000 }).toBe('closed')
    expect(await site.view(id)).toMatchObject(refused)
    await expect.poll(async () => (await site.myself()).status).toBe('free')
    expect(rung).toEqual([])
  })

  test('and their own phone rings: it stops, and they are not called again', async () => {
    const workerRung = catchCall(site.carrier, ringsForever())
    const { id, number } = await site.dueCallback()
    await site.agent.send('POST', `/api/callbacks/${id}/take`)
    const toWorker = await workerRung
    await expect.poll(() => site.status(id)).toBe('ringing')
    await stop(number)
    expect(await toWorker.ended).toMatchObject({ by: 'them', status: 487 })
    await expect.poll(() => site.status(id), { timeout: 10_000 }).toBe('closed')
    expect(await site.view(id)).toMatchObject(refused)
  })
})

describe('we ourselves', () => {
  test('give up while the worker’s phone rings: no try is used up, and the ring is remembered as one in vain', async () => {
    const workerRung = catchCall(site.carrier, ringsForever())
    const { id } = await site.dueCallback()
    await site.agent.send('POST', `/api/callbacks/${id}/take`)
    const toWorker = await workerRung
    await expect.poll(() => site.status(id)).toBe('ringing')
    await site.agent.send('POST', `/api/callbacks/${id}/hang-up`)
    expect(await toWorker.ended).toMatchObject({ by: 'them', status: 487 })
    await expect.poll(() => site.lastOutcome(id), { timeout: 10_000 }).toBe('agent-failure')
    const attempt = await site.product.db.selectFrom('attempt').select('isRingInVain').where('callbackId', '=', id).execute()
    expect(attempt).toEqual([{ isRingInVain: true }])
    // Nobody is rung there again for 90 minutes: the dispatcher puts it off for as long.
    await expect.poll(async () => Date.parse((await site.view(id)).dueAt), { timeout: 10_000 }).toBeGreaterThan(Date.now() + 80 * 60_000)
    expect(await site.view(id)).toMatchObject({ status: 'waiting', countedAttempts: 0 })
  })

  test('whose own phone is not answered never ring the worker: no try is used up, and the agent is away', async () => {
    site.agentPhone.onCall(rejects(486))
    let rang = false
    site.carrier.onCall(() => void (rang = true))
    const { id } = await site.dueCallback()
    await site.agent.send('POST', `/api/callbacks/${id}/take`)
    await expect.poll(() => site.lastOutcome(id), { timeout: 15_000 }).toBe('agent-failure')
    expect(await site.view(id)).toMatchObject({ status: 'waiting', countedAttempts: 0 })
    expect((await site.myself()).status).toBe('away')
    expect(rang).toBe(false)
  })
})
