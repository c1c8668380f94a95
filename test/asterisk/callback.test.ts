import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { CallbackPage, CallbackView, Outcome } from '../../server/domains/callbacks/contract.ts'
import type { AuditView, CloseAuditResult, FactoryView } from '../../server/domains/audits/contract.ts'
import { workerNumber } from '../../scripts/simulator/numbers.ts'
import { type ApiClient, signIn } from '../helpers/api.ts'
import { tone, toneLevel } from '../helpers/audio/index.ts'
import { answers, createPhone, type Phone, rejects, ringsForever } from '../helpers/phone/index.ts'
import { startTestProduct, type TestProduct } from '../helpers/product.ts'

const COUNTRY = 'VN'
let product: TestProduct
let supervisor: ApiClient
let agent: ApiClient
let agentPhone: Phone
let carrier: Phone
let made = 0

beforeAll(async () => {
  // Rings shorter than a country's usual half minute: the test waits for one that nobody answers.
  product = await startTestProduct({
    arrange: async (db) => void (await db.updateTable('country').set({ ringTimeoutSeconds: 5 }).execute()),
  })
  supervisor = await signIn(product, 'supervisor')
  const user = product.demo.users.find(({ agentSipUser }) => agentSipUser === 'agent-vnvi')!
  agent = await signIn(product, { email: user.email })
  const { carrier: at } = product.demo.countries.find(({ id }) => id === COUNTRY)!
  carrier = await createPhone({ address: at.host, port: at.port })
  const { password } = product.demo.agents.find(({ sipUser }) => sipUser === 'agent-vnvi')!
  const registrar = `${product.demo.sip.host}:${product.asterisk.sipPort}`
  agentPhone = await createPhone({ address: '127.0.0.1', user: 'agent-vnvi', password, registrar })
  await agentPhone.register()
  await vi.waitFor(async () => expect((await myself()).isPhoneReachable).toBe(true), { timeout: 20_000, interval: 200 })
}, 180_000)
afterAll(async () => {
  await agentPhone?.close()
  await carrier?.close()
  await product?.stop()
})
beforeEach(() => agentPhone.onCall(answers({ afterMs: 100 })))

const myself = async () => {
  const { agents } = await agent.get<{ agents: { displayName: string; isPhoneReachable: boolean; status: string }[] }>('/api/agents')
  return agents[0]!
}
const view = (id: string) => agent.get<CallbackView>(`/api/callbacks/${id}`)
const status = async (id: string) => (await view(id)).status
const lastOutcome = async (id: string) => (await view(id)).attempts.at(-1)?.outcome ?? null

/** A worker of a visit five days ago, so that the callback is due. @returns the callback's id and the number */
async function dueCallback(): Promise<{ id: string; number: string }> {
  const country = product.demo.countries.find(({ id }) => id === COUNTRY)!
  const number = workerNumber(country, 'vi', 7000 + made++)
  const { factories } = await supervisor.get<{ factories: FactoryView[] }>('/api/factories')
  const factory = factories.find(({ countryId }) => countryId === COUNTRY)!
  const auditDate = new Date(Date.now() - 6 * 86_400_000).toISOString().slice(0, 10)
  const audit = await supervisor.send<AuditView>('POST', '/api/audits', { factoryId: factory.id, auditDate })
  const before = new Set((await list()).map(({ id }) => id))
  await supervisor.send('POST', `/api/audits/${audit.id}/interviews`, {
    phone: number,
    languageCode: 'vi',
    slot: { startLocal: '00:00', endLocal: '23:59' },
    isSharedPhone: false,
    consentMode: 'spoken',
    mayShowCardNumber: false,
  })
  const { planned } = await supervisor.send<CloseAuditResult>('POST', `/api/audits/${audit.id}/close`)
  expect(planned).toBe(1)
  const callback = (await list()).find(({ id }) => !before.has(id))!
  return { id: callback.id, number }
}
const list = async () => (await supervisor.get<CallbackPage>(`/api/callbacks?countryId=${COUNTRY}&limit=200`)).items

describe('an agent takes a callback', () => {
  test('their phone rings first, then the worker’s over the country’s trunk, and each hears the other', async () => {
    const { id, number } = await dueCallback()
    carrier.onCall(answers({ afterMs: 200 }))
    await agent.send('POST', `/api/callbacks/${id}/take`)
    const toAgent = await agentPhone.nextCall()
    const toWorker = await carrier.nextCall()
    await Promise.all([toAgent.answered, toWorker.answered])
    await expect.poll(() => status(id)).toBe('talking')

    const shown = product.demo.countries.find((one) => one.id === COUNTRY)!.callbackDid.replace('+', '')
    expect(toWorker.calledNumber.replace('+', '')).toBe(number.replace('+', ''))
    expect(toWorker.callerNumber.replace('+', '')).toBe(shown)

    await Promise.all([toAgent.play(tone(440, 2500)), toWorker.play(tone(1000, 2500))])
    expect(toneLevel(toWorker.heard, 440)).toBeGreaterThan(5 * toneLevel(toWorker.heard, 700))
    expect(toneLevel(toAgent.heard, 1000)).toBeGreaterThan(5 * toneLevel(toAgent.heard, 700))

    await toWorker.hangUp()
    await toAgent.ended
    await expect.poll(() => status(id), { timeout: 10_000 }).toBe('wrap-up')
    await agent.send('POST', `/api/callbacks/${id}/outcome`, { outcome: 'complete' })
    expect(await view(id)).toMatchObject({ status: 'done', lastOutcome: 'complete', countedAttempts: 1 })
  })

  test('the agent’s phone is never sent a digit of the worker’s number', async () => {
    const { number } = await lastDialled()
    const digits = number.replace('+84', '')
    const texts = agentPhone.sipLog.map(({ text }) => text)
    expect(texts.length).toBeGreaterThan(5)
    expect(texts.filter((text) => text.includes(digits))).toEqual([])
    expect(texts.some((text) => text.includes('CB-'))).toBe(true)
  })

  const ends: [string, () => void, Outcome][] = [
    ['is busy', () => carrier.onCall(rejects(486, { afterMs: 100 })), 'busy'],
    ['rejects the call', () => carrier.onCall(rejects(603, { afterMs: 300 })), 'rejected'],
    ['does not answer', () => carrier.onCall(ringsForever()), 'no-answer'],
    ['is switched off', () => carrier.onCall(rejects(480)), 'unreachable'],
    ['does not exist', () => carrier.onCall(rejects(404, { afterMs: 50 })), 'dead-number'],
  ]
  test.each(ends)('a worker whose phone %s has that outcome, and is tried again later', async (_name, behave, outcome) => {
    behave()
    const { id } = await dueCallback()
    await agent.send('POST', `/api/callbacks/${id}/take`)
    await expect.poll(() => lastOutcome(id), { timeout: 25_000 }).toBe(outcome)
    const after = await view(id)
    expect(after).toMatchObject({ status: 'waiting', lastOutcome: outcome, countedAttempts: 1 })
    expect(Date.parse(after.dueAt)).toBeGreaterThan(Date.now() + 60 * 60_000)
    await expect.poll(async () => (await myself()).status).not.toBe('on-call')
  })

  test('a carrier without a free line burns no attempt', async () => {
    carrier.onCall(rejects(503))
    const { id } = await dueCallback()
    await agent.send('POST', `/api/callbacks/${id}/take`)
    await expect.poll(() => lastOutcome(id), { timeout: 15_000 }).toBe('trunk-failure')
    expect(await view(id)).toMatchObject({ countedAttempts: 0 })
  })
})

async function lastDialled(): Promise<{ number: string }> {
  const country = product.demo.countries.find(({ id }) => id === COUNTRY)!
  return Promise.resolve({ number: workerNumber(country, 'vi', 7000 + made - 1) })
}
