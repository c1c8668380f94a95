/** Nobody who may call a worker speaks their language: an interpreter is the third on the line. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { AgentView } from '../../server/domains/agents/contract.ts'
import { signIn } from '../helpers/api.ts'
import { tone, toneLevel } from '../helpers/audio/index.ts'
import { answers, createPhone, type Phone, rejects } from '../helpers/phone/index.ts'
import { type CallbackSite, catchCall, COUNTRY, startCallbackSite } from './callback-site.ts'

let site: CallbackSite
let interpreterPhone: Phone
let interpreterUserId: string
let interpreter: Awaited<ReturnType<typeof signIn>>
beforeAll(async () => {
  site = await startCallbackSite()
  const { product } = site
  const { sipUser, password } = product.demo.agents.find((agent) => agent.sipUser !== 'agent-vnvi')!
  interpreter = await signIn(product, { email: product.demo.users.find(({ agentSipUser }) => agentSipUser === sipUser)!.email })
  const registrar = `${product.demo.sip.host}:${product.asterisk.sipPort}`
  interpreterPhone = await createPhone({ address: '127.0.0.1', user: sipUser, password, registrar })
  await interpreterPhone.register()
  const { userId } = await interpreterView()
  interpreterUserId = userId
  // Certified in the worker's language, of a country whose agents may help.
  const languageCodes = ['vi']
  await product.db.updateTable('agent').set({ languageCodes, status: 'free', callMode: 'manual' }).where('userId', '=', userId).execute()
  await product.db
    .insertInto('agentCertificate')
    .values({ agentUserId: userId, languageCode: 'vi', certifiedAt: new Date(), certifiedByUserId: userId })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const countryIds = (await interpreterView()).countryIds
  await site.administrator.send('PUT', `/api/countries/${COUNTRY}/helpers`, { countryIds: countryIds.filter((id) => id !== COUNTRY) })
  // The agent who leads speaks none of it.
  await product.db
    .updateTable('agent')
    .set({ languageCodes: ['en'] })
    .where('sipUser', '=', 'agent-vnvi')
    .execute()
  await vi.waitFor(async () => expect((await interpreterView()).isPhoneReachable).toBe(true), { timeout: 20_000, interval: 200 })
}, 180_000)
afterAll(async () => {
  await interpreterPhone?.close()
  await site?.stop()
})

const interpreterView = async () => (await interpreter.get<{ agents: AgentView[] }>('/api/agents')).agents[0]!

async function callWithInterpreter() {
  const { id, number } = await site.dueCallback()
  const agentUserId = (await site.myself()).userId
  await site.supervisor.send('POST', `/api/callbacks/${id}/assign`, { agentUserId, interpreterUserId })
  await site.agent.send('POST', `/api/callbacks/${id}/take`)
  return { id, number }
}

test('the agent’s phone rings, then the interpreter’s, then the worker’s; all three hear each other, and neither phone is sent a number', async () => {
  const [agentRung, interpreterRung, workerRung] = [
    catchCall(site.agentPhone, answers({ afterMs: 100 })),
    catchCall(interpreterPhone, answers({ afterMs: 300 })),
    catchCall(site.carrier, answers({ afterMs: 200 })),
  ]
  const { id, number } = await callWithInterpreter()
  const [toAgent, toInterpreter, toWorker] = await Promise.all([agentRung, interpreterRung, workerRung])
  await expect.poll(() => site.status(id), { timeout: 10_000 }).toBe('talking')
  expect((await interpreterView()).status).toBe('on-call')

  await Promise.all([toAgent.play(tone(440, 2500)), toInterpreter.play(tone(700, 2500)), toWorker.play(tone(1000, 2500))])
  const hears = ({ heard }: { heard: Int16Array }, hz: number) => toneLevel(heard, hz) > 4 * toneLevel(heard, 1450)
  expect([hears(toWorker, 440), hears(toWorker, 700)], 'the worker hears both').toEqual([true, true])
  expect([hears(toAgent, 700), hears(toAgent, 1000)], 'the agent hears both').toEqual([true, true])
  expect([hears(toInterpreter, 440), hears(toInterpreter, 1000)], 'the interpreter hears both').toEqual([true, true])

  // The interpreter leaves: the others go on.
  await toInterpreter.hangUp()
  await expect.poll(async () => (await interpreterView()).status, { timeout: 10_000 }).toBe('free')
  expect(await site.status(id)).toBe('talking')
  await toWorker.hangUp()
  await toAgent.ended
  await expect.poll(() => site.status(id), { timeout: 10_000 }).toBe('wrap-up')
  await site.agent.send('POST', `/api/callbacks/${id}/outcome`, { outcome: 'complete' })

  const digits = number.replace('+84', '')
  const sent = [site.agentPhone, interpreterPhone].flatMap((phone) => phone.sipLog.map(({ text }) => text))
  expect(sent.filter((text) => text.includes(digits)).length, 'no phone of ours is sent a digit of the number').toBe(0)
})

test('an interpreter who does not answer: the worker is not rung, and no try is used up', async () => {
  site.agentPhone.onCall(answers({ afterMs: 100 }))
  interpreterPhone.onCall(rejects(486))
  let rang = false
  site.carrier.onCall(() => void (rang = true))
  const { id } = await callWithInterpreter()
  await expect.poll(() => site.lastOutcome(id), { timeout: 15_000 }).toBe('agent-failure')
  expect(await site.view(id)).toMatchObject({ status: 'waiting', countedAttempts: 0 })
  expect([(await interpreterView()).status, rang]).toEqual(['away', false])
})
