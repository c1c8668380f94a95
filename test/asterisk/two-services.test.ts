/** Two services share one database and one Asterisk: neither leads, and what one leaves behind the other takes up. */
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hears } from '../helpers/audio/index.ts'
import { answers, type IncomingCall, ringsForever } from '../helpers/phone/index.ts'
import { bothHear } from './both-hear.ts'
import { catchCall } from './callback-site.ts'
import { shareHeard } from './dialplan-ears.ts'
import { timesRung } from './faults-desk.ts'
import { messageIn, spokenDigits, untilPromptsEnd } from './faults-hotline.ts'
import { type Agent, startTwoServices, type TwoServices } from './two-services-site.ts'

let site: TwoServices
beforeAll(async () => void (site = await startTwoServices()), 180_000)
afterAll(() => site?.stop())

/** Picks up, listens for a moment, and hangs up. */
async function talksShortly(call: IncomingCall): Promise<void> {
  await answers({ afterMs: 200 })(call)
  await wait(500)
  await call.hangUp()
}

/** Each agent names the outcome of what they talked through, at one of these services, until all is done. */
async function workThrough(ids: readonly string[], agents: readonly Agent[], at: readonly (0 | 1)[]): Promise<void> {
  const isDone = async () => (await site.states(ids)).every(({ status }) => status === 'done')
  while (!(await isDone())) {
    const named = await Promise.all(agents.map((agent, nth) => site.nameOutcome(agent, at[nth % at.length]!)))
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
  await workThrough(ids, site.agents, [0, 1])

  for (const number of numbers) expect(timesRung(site.carrier(), number)).toBe(1)
  const attempts = await site.states(ids)
  expect(attempts).toHaveLength(20)
  expect(attempts.every(({ outcome, countedAttempts }) => outcome === 'complete' && countedAttempts === 1)).toBe(true)
  expect(new Set(attempts.map(({ instance }) => instance))).toEqual(new Set(['1', '2']))
})

/** Calls in that this service takes, as the other stands still: it says nothing within the second in which a call is offered. */
async function onlySecondTakes<T>(work: () => Promise<T>): Promise<T> {
  const { service } = site.product
  await service.freeze()
  try {
    return await work()
  } finally {
    service.thaw()
  }
}

test(
  'one is killed: what it had under way goes on with the other, or comes back, and nobody is rung twice',
  { timeout: 150_000 },
  async () => {
    const { second, agents, bengali } = site
    const [talks, rings, waits, ...others] = agents as [Agent, Agent, Agent, ...Agent[]]
    await Promise.all(agents.map(({ be }) => be('away')))
    const { ids, numbers } = await site.dueCallbacks(9)
    const take = (agent: Agent, id: string) => agent.api[1].send('POST', `/api/callbacks/${id}/take`)
    const statusOf = async (id: string) => (await site.states([id]))[0]!.status
    const [talking, ringing, waiting, ...rest] = ids as [string, string, string, ...string[]]

    // Taken at the second service: one talks, one's worker is rung, and at last one's own phone rings.
    const talkingWorker = catchCall(site.carrier(), answers({ afterMs: 200 }))
    const talkingAgent = catchCall(talks.phone, answers({ afterMs: 100 }))
    await take(talks, talking)
    const [toAgent, toWorker] = [await talkingAgent, await talkingWorker]
    await expect.poll(() => statusOf(talking)).toBe('talking')
    const rungWorker = catchCall(site.carrier(), ringsForever())
    await take(rings, ringing)
    const toRinging = await rungWorker
    await expect.poll(() => statusOf(ringing)).toBe('ringing')

    // Who rings in meanwhile: one is put through, one waits for the same agent, one hears the menu, one leaves a message.
    const putThrough = catchCall(bengali.phone, answers({ afterMs: 100 }))
    await bengali.be('free')
    const said = await spokenDigits(40)
    const inCountries = ['BD', 'IN', 'CN']
    const [caller, waiter, speaker] = await onlySecondTakes(async () => {
      const first = site.call('BD')
      await putThrough
      const all = [first, site.call('BD'), site.call('CN')] as const
      await expect.poll(async () => (await site.callsIn(inCountries)).length).toBe(3)
      return all
    })
    const toBengali = await putThrough
    await Promise.all([caller, waiter, speaker].map(({ answered }) => answered))
    await hears(waiter, site.prompt('bn', 'hold-on'))
    await untilPromptsEnd(speaker)
    const speaking = speaker.play(said)
    const chooser = await onlySecondTakes(async () => {
      const choosing = site.call('IN')
      await choosing.answered
      return choosing
    })
    await chooser.waitForAudio()
    const rungAgent = catchCall(waits.phone, ringsForever())
    await take(waits, waiting)
    const toWaiting = await rungAgent
    const ownersIn = async () => (await site.callsIn(inCountries)).map(({ instance }) => instance)
    await expect.poll(ownersIn).toEqual(['2', '2', '2', '2'])
    expect((await site.states([talking, ringing, waiting])).map(({ instance }) => instance)).toEqual(['2', '2', '2'])

    await second.service.kill9()
    const { heardMs } = chooser
    site.carrier().onCall(talksShortly)
    for (const { phone, be } of others) {
      phone.onCall(answers({ afterMs: 100 }))
      await be('free')
    }
    const working = workThrough([waiting, ...rest], others, [0])
    // Whoever waits for it sees it all the same.
    working.catch(() => undefined)
    // The living go on talking, whoever has their call.
    await Promise.all([bothHear(toWorker, toAgent), bothHear(caller, toBengali), speaking])
    await speaker.sendDigit('#')
    const owners = async () => [...(await site.states([talking, ringing])).map(({ instance }) => instance), ...(await ownersIn())]
    await expect.poll(owners, { timeout: 40_000 }).toEqual(['1', '1', '1', '1', '1', '1'])

    // The one whose own phone rang is let go, and their callback given to somebody else.
    expect(await toWaiting.ended).toMatchObject({ by: 'them' })
    await expect.poll(async () => (await waits.me()).status).toBe('away')
    // The one whose worker's phone rang talks to them now.
    await toRinging.answer()
    await expect.poll(() => statusOf(ringing)).toBe('talking')
    await toRinging.hangUp()
    await bothHear(toWorker, toAgent)
    await toWorker.hangUp()
    await Promise.all([toAgent.ended, workThrough([talking, ringing], [talks, rings], [0]), working])
    for (const number of numbers) expect(timesRung(site.carrier(), number)).toBe(1)
    const attempts = await site.states(ids)
    expect(attempts.map(({ id, outcome }) => [id, outcome])).toHaveLength(10)
    expect(attempts.filter(({ outcome }) => outcome === 'agent-failure').map(({ id }) => id)).toEqual([waiting])

    // Callers: the menu is said again, the message is asked about and kept, and who waits is put through when the agent is free.
    // Second by second, and looked at rarely: with two services and ten phones on one machine there are gaps in the sound.
    const looking = { timeout: 20_000, interval: 1000 }
    const saidAgain = () => shareHeard(chooser.heard.subarray(heardMs * 8), site.prompt('hi', 'greeting'))
    await expect.poll(saidAgain, looking).toBeGreaterThan(0.6)
    await expect.poll(() => shareHeard(speaker.heard, site.prompt('zh', 'keep-or-again')), looking).toBeGreaterThan(0.6)
    await Promise.all([chooser.hangUp(), speaker.hangUp()])
    await bothHear(caller, toBengali)
    const next = catchCall(bengali.phone, answers({ afterMs: 100 }))
    await caller.hangUp()
    await toBengali.ended
    await expect.poll(() => site.nameOutcome(bengali, 0)).toBe(true)
    const toNext = await next
    await toNext.answered
    await expect.poll(async () => (await site.openCalls()).map(({ status }) => status)).toEqual(['talking'])
    await bothHear(waiter, toNext)
    await waiter.hangUp()
    await expect.poll(() => site.nameOutcome(bengali, 0)).toBe(true)

    await expect.poll(() => site.openCalls(), { timeout: 20_000 }).toEqual([])
    await expect.poll(async () => (await site.messages()).length, { timeout: 20_000 }).toBe(1)
    const [message] = await site.messages()
    expect(messageIn(message!, [said])).toBe(said)
  },
)
