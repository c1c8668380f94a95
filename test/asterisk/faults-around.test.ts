import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { hears, readWav, tone, toneLevel } from '../helpers/audio/index.ts'
import { createCutProxy, type CutProxy } from '../helpers/cut-proxy.ts'
import { answers, type IncomingCall, ringsForever } from '../helpers/phone/index.ts'
import { startTestProduct, type TestProduct } from '../helpers/product.ts'
import { waitForTone } from './dialplan-ears.ts'
import { type Desk, openDesk, timesRung } from './faults-desk.ts'
import { type FaultyHotline, messageIn, openHotline, spokenDigits, untilPromptsEnd } from './faults-hotline.ts'

const COUNTRY = 'VN'
let product: TestProduct
let link: CutProxy | undefined
let hotline: FaultyHotline
let desk: Desk

beforeAll(async () => {
  const ariBy = async (ariUrl: string) => (link = await createCutProxy(ariUrl)).url
  product = await startTestProduct({ postgres: 'own', ariBy })
  hotline = await openHotline(product)
  desk = await openDesk(product, hotline, { countryId: COUNTRY, language: 'vi' })
}, 180_000)
afterAll(async () => {
  await desk?.phone.close()
  await hotline?.close()
  await product?.stop()
  await link?.stop()
})
beforeEach(() => desk.phone.onCall(answers({ afterMs: 100 })))

/** The messages of the voicemails that were not there before, in the order of `said`. */
async function keptOf(said: readonly string[], before: Awaited<ReturnType<FaultyHotline['voicemails']>>) {
  const kept = await hotline.newVoicemails(before)
  return (await Promise.all(kept.map(async (voicemail) => messageIn(await hotline.audioOf(voicemail), said)))).sort()
}

/** Rings and hangs up during the greeting. @returns when the service, and not the dialplan alone, took the call */
async function expectNextCallTaken(): Promise<void> {
  const before = (await hotline.steps()).length
  const next = hotline.call(COUNTRY)
  await next.answered
  await hears(next, hotline.prompt('vi', 'greeting'))
  await expect.poll(async () => (await hotline.steps()).length, { timeout: 10_000 }).toBe(before + 1)
  await next.hangUp()
  await hotline.settled()
}

/** What a killed Asterisk leaves is mended, marked, and short by no more than it writes at once. */
async function expectCutOff(before: Awaited<ReturnType<FaultyHotline['voicemails']>>, spokenMs: number): Promise<void> {
  const [{ isCutOff, durationMs } = { isCutOff: false, durationMs: 0 }] = await hotline.newVoicemails(before)
  expect(isCutOff).toBe(true)
  expect(durationMs).toBeGreaterThan(spokenMs - 2100)
}

describe('Asterisk', () => {
  test.each(['TERM', 'KILL'] as const)(
    'restarted with SIG%s: the message so far is kept, phones are pushed and calls taken again',
    async (how) => {
      const before = await hotline.voicemails()
      const said = await spokenDigits(how === 'TERM' ? 10 : 11)
      const speaking = hotline.call(COUNTRY)
      await speaking.answered
      await untilPromptsEnd(speaking)
      // Twice: what a killed Asterisk had not written yet, about two seconds, is of the second time.
      await speaking.play(said)
      await speaking.play(said)
      await product.asterisk.restart({ how })
      speaking.vanish()
      // Only the service's push brings the phone back into Asterisk's memory; that it rings again is seen further down.
      await expect.poll(() => endpointState(desk.sipUser), { timeout: 20_000 }).toBeDefined()
      await hotline.settled()

      expect(await keptOf([said], before)).toEqual([said])
      if (how === 'KILL') await expectCutOff(before, (2 * readWav(said).length) / 8)
      const { endReason } = await product.db
        .selectFrom('call')
        .select('endReason')
        .orderBy('startedAt', 'desc')
        .limit(1)
        .executeTakeFirstOrThrow()
      expect(endReason).toMatch(/^(lost|hung-up)$/)
      await expectNextCallTaken()
    },
  )

  test('cut off from the service: who is speaking and who rings meanwhile leave their messages, then all goes on', async () => {
    const before = await hotline.voicemails()
    const said = [await spokenDigits(12), await spokenDigits(13)] as const
    const speaking = hotline.call(COUNTRY)
    await speaking.answered
    await untilPromptsEnd(speaking)
    await link!.cut()
    await speaking.play(said[0])
    await speaking.hangUp()
    const ringing = hotline.call(COUNTRY)
    await ringing.answered
    await waitForTone(ringing)
    await ringing.play(said[1])
    await ringing.hangUp()
    await link!.mend()
    await hotline.settled()
    expect(await keptOf(said, before)).toEqual([...said].sort())
    await expectNextCallTaken()
  })
})

test('Postgres away: callers notice nothing, and exactly their messages are there when it is back', { timeout: 120_000 }, async () => {
  const before = await hotline.voicemails()
  const stepsBefore = (await hotline.steps()).length
  const said: string[] = []
  for (let index = 0; index < 6; index++) said.push(await spokenDigits(20 + index))
  const early = said.slice(1).map(() => hotline.call(COUNTRY))
  await Promise.all(early.map(async (caller) => (await caller.answered) && caller.waitForAudio()))
  await product.postgres.stop()
  const callers = [...early, hotline.call(COUNTRY)]
  await callers.at(-1)!.answered
  await Promise.all(
    callers.map(async (caller, index) => {
      await untilPromptsEnd(caller)
      await caller.play(said[index]!)
      if (index % 2) await caller.sendDigit('#')
      await caller.hangUp()
    }),
  )
  expect(await readdir(join(product.folder, 'journal'))).not.toEqual([])
  await product.postgres.start()
  await hotline.settled()
  expect(await keptOf(said, before)).toEqual([...said].sort())
  expect(await hotline.steps()).toHaveLength(stepsBefore + said.length)
})

describe('Postgres, killed during a callback', () => {
  beforeAll(() => vi.waitFor(async () => expect(await desk.isReachable()).toBe(true), { timeout: 40_000, interval: 250 }))
  const carrier = () => hotline.carrier(COUNTRY)
  const status = async (id: string) => (await desk.view(id)).status
  const expectBothHeard = async (toAgent: IncomingCall, toWorker: IncomingCall) => {
    await Promise.all([toAgent.play(tone(440, 1500)), toWorker.play(tone(1000, 1500))])
    expect(toneLevel(toWorker.heard, 440)).toBeGreaterThan(5 * toneLevel(toWorker.heard, 700))
    expect(toneLevel(toAgent.heard, 1000)).toBeGreaterThan(5 * toneLevel(toAgent.heard, 700))
  }

  test('while both talk: they go on, the agent is told that nothing could be kept, and names the outcome when it is back', async () => {
    carrier().onCall(answers({ afterMs: 100 }))
    const { id, number } = await desk.dueCallback()
    await desk.take(id)
    const [toAgent, toWorker] = [await desk.phone.nextCall(), await carrier().nextCall()]
    await expect.poll(() => status(id), { timeout: 10_000 }).toBe('talking')
    await product.postgres.kill()
    const refused = await desk.api.request('POST', `/api/callbacks/${id}/outcome`, { outcome: 'complete' })
    expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([503, 'database-away'])
    await expectBothHeard(toAgent, toWorker)
    await product.postgres.start()
    await expect
      .poll(() => desk.api.request('POST', `/api/callbacks/${id}/outcome`, { outcome: 'complete' }).then((reply) => reply.ok), {
        timeout: 20_000,
      })
      .toBe(true)
    await Promise.all([toAgent.ended, toWorker.ended])
    await expect.poll(() => status(id), { timeout: 10_000 }).toBe('done')
    expect(timesRung(carrier(), number)).toBe(1)
  })

  test('while the worker’s phone rings: they answer meanwhile, are connected, and it is all written down', async () => {
    carrier().onCall(ringsForever())
    const { id, number } = await desk.dueCallback()
    await desk.take(id)
    const [toAgent, toWorker] = [await desk.phone.nextCall(), await carrier().nextCall()]
    await expect.poll(() => status(id), { timeout: 10_000 }).toBe('ringing')
    await product.postgres.kill()
    await toWorker.answer()
    await expectBothHeard(toAgent, toWorker)
    await product.postgres.start()
    await expect.poll(() => status(id).catch(() => 'away'), { timeout: 20_000 }).toBe('talking')
    await toWorker.hangUp()
    await toAgent.ended
    await expect.poll(() => status(id), { timeout: 10_000 }).toBe('wrap-up')
    await desk.api.send('POST', `/api/callbacks/${id}/outcome`, { outcome: 'complete' })
    expect(timesRung(carrier(), number)).toBe(1)
  })

  test('while the agent’s phone rings: they pick up, the worker is rung, once, and it is all written down', async () => {
    desk.phone.onCall(ringsForever())
    carrier().onCall(answers({ afterMs: 100 }))
    const { id, number } = await desk.dueCallback()
    await desk.take(id)
    const toAgent = await desk.phone.nextCall()
    await product.postgres.kill()
    await toAgent.answer()
    const toWorker = await carrier().nextCall()
    await toWorker.answered
    await expectBothHeard(toAgent, toWorker)
    await product.postgres.start()
    await expect.poll(() => status(id).catch(() => 'away'), { timeout: 20_000 }).toBe('talking')
    await toAgent.hangUp()
    await toWorker.ended
    await expect.poll(() => status(id), { timeout: 10_000 }).toBe('wrap-up')
    await desk.api.send('POST', `/api/callbacks/${id}/outcome`, { outcome: 'complete' })
    expect(timesRung(carrier(), number)).toBe(1)
    await hotline.settled()
  })
})

describe('the service, killed with SIGKILL while it rings somebody', () => {
  const restart = async () => {
    await product.service.kill9()
    await product.service.start()
  }
  // Asterisk asks each phone whether it is there twice a minute; its registration is older than the restarts above.
  beforeAll(() => vi.waitFor(async () => expect(await desk.isReachable()).toBe(true), { timeout: 40_000, interval: 250 }))
  const lastOutcome = async (id: string) => (await desk.view(id)).lastOutcome

  test('the agent: the worker is not rung for a call nobody would take', async () => {
    desk.phone.onCall(ringsForever())
    const { id, number } = await desk.dueCallback()
    const rungBefore = timesRung(desk.phone)
    await desk.take(id)
    const toAgent = await desk.phone.nextCall()
    // Killed within the milliseconds before, nobody knows what was begun: it would wait for its lease, and then for a supervisor.
    await expect.poll(() => product.db.selectFrom('call').select('id').where('callbackId', '=', id).execute()).toHaveLength(1)
    await restart()
    await expect.poll(() => lastOutcome(id), { timeout: 20_000 }).toBe('agent-failure')
    await toAgent.ended
    await hotline.settled()
    expect(timesRung(desk.phone)).toBe(rungBefore + 1)
    expect(timesRung(hotline.carrier(COUNTRY), number)).toBe(0)
  })

  test('the worker, this very moment: they are rung once, and either connected or left to a supervisor', async () => {
    hotline.carrier(COUNTRY).onCall(ringsForever())
    const { id, number } = await desk.dueCallback()
    const rungBefore = timesRung(desk.phone)
    await desk.take(id)
    const toAgent = await desk.phone.nextCall()
    const toWorker = await hotline.carrier(COUNTRY).nextCall()
    await restart()
    await toWorker.answer()
    const fate = async () => [(await desk.view(id)).status, await lastOutcome(id), toWorker.isEnded].join()
    await expect.poll(fate, { timeout: 20_000 }).toMatch(/^(talking,,false|waiting,unknown,true)$/)
    await Promise.all([toAgent.hangUp(), toWorker.hangUp()])
    await hotline.settled()
    expect(timesRung(desk.phone)).toBe(rungBefore + 1)
    expect(timesRung(hotline.carrier(COUNTRY), number)).toBe(1)
    if ((await desk.view(id)).status === 'wrap-up') await desk.api.send('POST', `/api/callbacks/${id}/outcome`, { outcome: 'complete' })
  })

  test('the worker, whose ringing was written down: the call goes on, and both hear each other', async () => {
    hotline.carrier(COUNTRY).onCall(ringsForever())
    const { id, number } = await desk.dueCallback()
    await desk.take(id)
    const toAgent = await desk.phone.nextCall()
    const toWorker = await hotline.carrier(COUNTRY).nextCall()
    await expect.poll(async () => (await desk.view(id)).status, { timeout: 10_000 }).toBe('ringing')
    await restart()
    await toWorker.answer()
    await expect.poll(async () => (await desk.view(id)).status, { timeout: 20_000 }).toBe('talking')
    await Promise.all([toAgent.play(tone(440, 1500)), toWorker.play(tone(1000, 1500))])
    expect(toneLevel(toWorker.heard, 440)).toBeGreaterThan(5 * toneLevel(toWorker.heard, 700))
    expect(toneLevel(toAgent.heard, 1000)).toBeGreaterThan(5 * toneLevel(toAgent.heard, 700))
    await toWorker.hangUp()
    await toAgent.ended
    await desk.api.send('POST', `/api/callbacks/${id}/outcome`, { outcome: 'complete' })
    await hotline.settled()
    expect(timesRung(hotline.carrier(COUNTRY), number)).toBe(1)
  })
})

/** What Asterisk says of a phone; undefined while it does not know it, or is away. */
async function endpointState(sipUser: string): Promise<string | undefined> {
  const { ariUrl, ariUser, ariPassword } = product.asterisk
  const authorization = `Basic ${Buffer.from(`${ariUser}:${ariPassword}`).toString('base64')}`
  const reply = await fetch(`${ariUrl}/endpoints/PJSIP/${sipUser}`, { headers: { authorization } })
  return reply.ok ? ((await reply.json()) as { state: string }).state : undefined
}
