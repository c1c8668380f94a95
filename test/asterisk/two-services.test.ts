/** Two services share one database and one Asterisk: neither leads, and what one leaves behind the other takes up. */
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { answers, type IncomingCall } from '../helpers/phone/index.ts'
import { timesRung } from './faults-desk.ts'
import { startTwoServices, type TwoServices } from './two-services-site.ts'

let site: TwoServices
beforeAll(async () => void (site = await startTwoServices()), 180_000)
afterAll(() => site?.stop())

/** Picks up, listens for a moment, and hangs up. */
async function talksShortly(call: IncomingCall): Promise<void> {
  await answers({ afterMs: 200 })(call)
  await wait(500)
  await call.hangUp()
}

/** Each agent names the outcome of what they talked through, at one service or the other, until all is done. */
async function workThrough(ids: readonly string[]): Promise<void> {
  const isDone = async () => (await site.states(ids)).every(({ status }) => status === 'done')
  while (!(await isDone())) {
    const named = await Promise.all(site.agents.map((agent, nth) => site.nameOutcome(agent, nth % 2 ? 1 : 0)))
    if (!named.some(Boolean)) await wait(100)
  }
}

test('both give out what is due, and each worker is rung exactly once', async () => {
  const { ids, numbers } = await site.dueCallbacks(20)
  site.carrier().onCall(talksShortly)
  for (const { phone, want } of site.agents) {
    phone.onCall(answers({ afterMs: 100 }))
    await want('progressive')
  }
  await Promise.all(site.agents.map(({ be }) => be('free')))
  await workThrough(ids)

  for (const number of numbers) expect(timesRung(site.carrier(), number)).toBe(1)
  const attempts = await site.states(ids)
  expect(attempts).toHaveLength(20)
  expect(attempts.every(({ outcome, countedAttempts }) => outcome === 'complete' && countedAttempts === 1)).toBe(true)
  expect(new Set(attempts.map(({ instance }) => instance))).toEqual(new Set(['1', '2']))
})
