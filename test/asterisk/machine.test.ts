/** A country that wants answering machines detected: they are hung up on without a sound, and people are put through. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { GREETINGS } from '../../scripts/bench/greetings.ts'
import type { CallRules } from '../../server/domains/callbacks/contract.ts'
import { readWav, rms, speak, tone, toneLevel, VOICES } from '../helpers/audio/index.ts'
import { answers, type CallHandler } from '../helpers/phone/index.ts'
import { type CallbackSite, catchCall, COUNTRY, startCallbackSite } from './callback-site.ts'

let site: CallbackSite
beforeAll(async () => {
  site = await startCallbackSite()
  const url = `/api/countries/${COUNTRY}/call-rules`
  const { outcomes: _, ...calling } = await site.supervisor.get<CallRules>(url)
  await site.supervisor.send('PUT', url, { ...calling, detectsMachines: true, outcomes: [] })
  site.agentPhone.onCall(answers({ afterMs: 100 }))
}, 180_000)
afterAll(() => site?.stop())

const spoken = async (from: 'person' | 'machine') =>
  readWav(await speak(GREETINGS.find((greeting) => greeting.from === from && greeting.language === 'vi')!.speech, VOICES.vi))
const saying =
  (...sounds: Int16Array[]): CallHandler =>
  async (call) => {
    call.ring()
    await call.answer()
    // Hung up on in the middle of it, perhaps.
    for (const sound of sounds) await call.play(sound).catch(() => undefined)
  }

test('a machine is hung up on before the agent or it hears anything; the outcome is machine, and uses up a try', async () => {
  const greeting = await spoken('machine')
  const [agentRung, workerRung] = [
    catchCall(site.agentPhone, answers({ afterMs: 100 })),
    catchCall(site.carrier, saying(greeting, tone(1000, 500))),
  ]
  const { id } = await site.dueCallback()
  await site.agent.send('POST', `/api/callbacks/${id}/take`)
  const [toAgent, toMachine] = await Promise.all([agentRung, workerRung])
  expect(await toMachine.ended).toMatchObject({ by: 'them' })
  await expect.poll(() => site.lastOutcome(id), { timeout: 15_000 }).toBe('machine')
  expect(await site.view(id)).toMatchObject({ status: 'waiting', countedAttempts: 1 })
  expect(rms(toMachine.heard), 'it recorded nothing').toBeLessThan(50)
  await toAgent.ended
  const attempt = await site.product.db.selectFrom('attempt').select(['answeredAt', 'isRingInVain']).where('callbackId', '=', id).execute()
  expect(attempt).toEqual([{ answeredAt: null, isRingInVain: true }])
})

test('a person is put through, and each hears the other', async () => {
  const hello = await spoken('person')
  const [agentRung, workerRung] = [catchCall(site.agentPhone, answers({ afterMs: 100 })), catchCall(site.carrier, saying(hello))]
  const { id } = await site.dueCallback()
  await site.agent.send('POST', `/api/callbacks/${id}/take`)
  const [toAgent, toWorker] = await Promise.all([agentRung, workerRung])
  await expect.poll(() => site.status(id), { timeout: 10_000 }).toBe('talking')
  await Promise.all([toAgent.play(tone(440, 2000)), toWorker.play(tone(1200, 2000))])
  expect(toneLevel(toWorker.heard, 440)).toBeGreaterThan(5 * toneLevel(toWorker.heard, 700))
  expect(toneLevel(toAgent.heard, 1200)).toBeGreaterThan(5 * toneLevel(toAgent.heard, 700))
  await toWorker.hangUp()
  await expect.poll(() => site.status(id), { timeout: 10_000 }).toBe('wrap-up')
  // The agent's own key, for whatever was not detected.
  await site.agent.send('POST', `/api/callbacks/${id}/outcome`, { outcome: 'machine' })
  expect(await site.view(id)).toMatchObject({ status: 'waiting', lastOutcome: 'machine' })
})

test('nobody answers: it rings as long as the country says, and no longer', async () => {
  site.carrier.onCall((call) => call.ring())
  const { id } = await site.dueCallback()
  await site.agent.send('POST', `/api/callbacks/${id}/take`)
  await expect.poll(() => site.lastOutcome(id), { timeout: 25_000 }).toBe('no-answer')
})
