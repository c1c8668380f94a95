import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { MyOffer, OfferView } from '../../server/domains/callbacks/contract.ts'
import { answers, rejects } from '../helpers/phone/index.ts'
import { type CallbackSite, startCallbackSite } from './callback-site.ts'

let site: CallbackSite
beforeAll(async () => void (site = await startCallbackSite()), 180_000)
afterAll(() => site?.stop())
beforeEach(() => {
  site.agentPhone.onCall(answers({ afterMs: 100 }))
  site.carrier.onCall(answers({ afterMs: 200 }))
})
afterEach(() => be('away'))

const be = (status: 'free' | 'away') => site.agent.send('POST', '/api/agents/me/status', { status })
const want = (callMode: string) => site.agent.send('PUT', '/api/agents/me/call-mode', { callMode })
const offer = async () => (await site.agent.get<MyOffer>('/api/offers/mine')).offer
/** The offer of this callback; others that are due may come before it. */
async function offerOf(callbackId: string): Promise<OfferView> {
  await expect.poll(async () => (await offer())?.callbackId, { timeout: 10_000 }).toBe(callbackId)
  return (await offer())!
}

/** Both talk, the worker hangs up, and the agent names how it ended. */
async function talkThrough(id: string): Promise<void> {
  const [toAgent, toWorker] = [await site.agentPhone.nextCall(), await site.carrier.nextCall()]
  await Promise.all([toAgent.answered, toWorker.answered])
  await expect.poll(() => site.status(id)).toBe('talking')
  await toWorker.hangUp()
  await toAgent.ended
  await expect.poll(() => site.status(id), { timeout: 10_000 }).toBe('wrap-up')
  await site.agent.send('POST', `/api/callbacks/${id}/outcome`, { outcome: 'complete' })
}

describe('a callback that falls due', () => {
  test('is offered to the agent who is free, and accepted rings their phone, then the worker’s', async () => {
    await want('preview')
    await be('free')
    const { id } = await site.dueCallback()
    const { id: offerId } = await offerOf(id)
    expect(await site.view(id)).toMatchObject({ status: 'waiting', whyNow: 'Offered to an agent, who has not answered yet.' })

    await site.agent.send('POST', `/api/offers/${offerId}/accept`)
    await talkThrough(id)
    expect(await site.view(id)).toMatchObject({ status: 'done', countedAttempts: 1 })
    expect(await offer()).toBeNull()
  })

  test('and is declined rings nowhere and uses up no try', async () => {
    await want('preview')
    await be('free')
    const { id } = await site.dueCallback()
    const { id: offerId } = await offerOf(id)
    await site.agent.send('POST', `/api/offers/${offerId}/decline`)
    await expect.poll(offer).toBeNull()
    expect(await site.view(id)).toMatchObject({ status: 'waiting', countedAttempts: 0, attempts: [] })
    await site.supervisor.send('POST', `/api/callbacks/${id}/close`, { reason: 'The test is over.' })
  })

  test('rings the phone of an agent who wants no asking, again and again as each call is over, each worker once', async () => {
    await want('progressive')
    const callbacks = [await site.dueCallback(), await site.dueCallback()]
    await be('free')
    for (const { id } of callbacks) await talkThrough(id)
    for (const { id } of callbacks) expect(await site.view(id)).toMatchObject({ status: 'done', attempts: [{ numberInCallback: 1 }] })
  })

  test('while the only agent’s phone rings in vain waits for the next: no try is used up', async () => {
    await want('progressive')
    site.agentPhone.onCall(rejects(486))
    const refused = site.agentPhone.nextCall()
    await be('free')
    const { id } = await site.dueCallback()
    await expect.poll(() => site.lastOutcome(id), { timeout: 15_000 }).toBe('agent-failure')
    await expect.poll(async () => (await site.myself()).status).toBe('away')
    expect(await (await refused).ended).toMatchObject({ status: 486 })
    expect(await site.view(id)).toMatchObject({ status: 'waiting', countedAttempts: 0 })
    await site.supervisor.send('POST', `/api/callbacks/${id}/close`, { reason: 'The test is over.' })
  })
})

test('the service is killed while an offer is open: it stands, and accepted afterwards it is rung once', { timeout: 120_000 }, async () => {
  await want('preview')
  await be('free')
  const { id } = await site.dueCallback()
  await offerOf(id)
  await site.product.service.kill9()
  await site.product.service.start()
  const { id: offerId } = await offerOf(id)
  await site.agent.send('POST', `/api/offers/${offerId}/accept`)
  await talkThrough(id)
  expect(await site.view(id)).toMatchObject({ status: 'done', attempts: [{ numberInCallback: 1 }] })
})
