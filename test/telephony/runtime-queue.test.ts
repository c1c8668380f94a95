/** A caller waits for an agent: what Asterisk is told, and what becomes of it when the database or this process goes away. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { callIdOf, heldAgentChannelId } from '../../server/telephony/runtime/ids.ts'
import { CARD_BANGLADESH } from './runtime-domains.ts'
import { inboundCall, type Runtime, startRuntime } from './runtime-kit.ts'

let runtime: Runtime
beforeEach(async () => {
  runtime = await startRuntime()
  const { domains, telephony } = runtime
  const line = domains.lines.find(({ did }) => did === CARD_BANGLADESH)!
  domains.lines.splice(domains.lines.indexOf(line), 1, { ...line, queueLimitSeconds: 60 })
  telephony.refreshFacts()
})
afterEach(() => runtime.stop())

const channelId = '1763938865.42'
const callId = callIdOf(channelId)
const legOf = (nth: number) => heldAgentChannelId(callId, nth)
const asha = { userId: '00000000-0000-7000-8000-0000000000a1', sipUser: 'agent-asha' }
const babu = { userId: '00000000-0000-7000-8000-0000000000b1', sipUser: 'agent-babu' }
const told = () => runtime.domains.toldOf(callId)
const plays = (name: string) => runtime.ari.nextCommand('channels.play', ({ media }) => String(media).includes(name), 0)
const isRung = (nth: number) => runtime.ari.nextCommand('channels.originate', (params) => params.channelId === legOf(nth), 0)

async function talking(): Promise<void> {
  const { ari, domains } = runtime
  domains.freeAgents.push(asha)
  ari.happen.offer(inboundCall(CARD_BANGLADESH))
  await isRung(1)
  ari.happen.pickUp(legOf(1))
  await domains.until(() => told().includes('step talking'))
}

test('the agent’s phone shows a reference and no number, and both are in one bridge', async () => {
  const { ari, domains } = runtime
  await talking()
  const { params } = await isRung(1)
  expect(params).toMatchObject({ endpoint: 'PJSIP/agent-asha', callerId: expect.stringMatching(/CALL-[0-9A-F]{4}/) as string })
  expect(JSON.stringify(params)).not.toContain('1712345678')
  expect([...ari.world.bridges.values()].map((legs) => [...legs])).toEqual([[legOf(1), channelId]])
  expect(told()).toContain(`conversation with ${asha.userId}`)

  ari.happen.hangUp(legOf(1), { cause: 16 })
  await domains.until(() => told().includes('ended completed'))
  expect(ari.world.channels.has(channelId)).toBe(false)
})

test('an agent whose phone is out of reach is let go, and the next is rung with a leg of their own', async () => {
  const { ari, domains } = runtime
  domains.freeAgents.push(asha, babu)
  ari.happen.offer(inboundCall(CARD_BANGLADESH))
  await isRung(1)
  ari.happen.hangUp(legOf(1), { cause: 17 })
  await isRung(2)
  expect(told()).toContain(`released ${asha.userId} away`)
  ari.happen.pickUp(legOf(2))
  await domains.until(() => told().includes(`conversation with ${babu.userId}`))
})

test('a caller who hangs up while a phone rings leaves nobody held and nothing ringing', async () => {
  const { ari, domains } = runtime
  domains.freeAgents.push(asha)
  ari.happen.offer(inboundCall(CARD_BANGLADESH))
  await isRung(1)
  ari.happen.hangUp(channelId, { cause: 16 })
  await domains.until(() => told().includes('ended hung-up'))
  expect(told()).toEqual(expect.arrayContaining([`released ${asha.userId} free`, 'missed call']))
  expect(ari.world.channels.has(legOf(1))).toBe(false)
})

test('with the database away the caller is asked for a message', async () => {
  const { ari, domains } = runtime
  await domains.until(() => domains.lines.length > 0)
  domains.isAway = true
  ari.happen.offer(inboundCall(CARD_BANGLADESH))
  await plays('leave-message')
  domains.isAway = false
})

test('a waiting caller is looked after at once when an agent becomes free', async () => {
  const { ari, domains, telephony } = runtime
  domains.isAnyoneOnDuty = true
  ari.happen.offer(inboundCall(CARD_BANGLADESH))
  await domains.until(() => told().includes('step waiting'))
  domains.freeAgents.push(asha)
  telephony.agentsChanged()
  await isRung(1)
})

test('this process is killed while two talk: they are taken over in their bridge, and their end is told', async () => {
  await talking()
  await runtime.restart()
  const { ari, domains } = runtime
  await runtime.until('calls of an earlier process picked up')
  expect([...ari.world.bridges.values()].map((legs) => [...legs].toSorted())).toEqual([[channelId, legOf(1)].toSorted()])
  ari.happen.hangUp(channelId, { cause: 16 })
  await domains.until(() => told().includes('ended completed'))
  expect(told().filter((line) => line.startsWith('conversation'))).toHaveLength(1)
  expect(ari.world.channels.has(legOf(1))).toBe(false)
})

test('this process is killed while the agent’s phone rings: whoever picks up talks', async () => {
  const { ari, domains } = runtime
  domains.freeAgents.push(asha)
  ari.happen.offer(inboundCall(CARD_BANGLADESH))
  await isRung(1)
  await domains.until(() => told().includes('step agent-rung'))
  await runtime.restart({ meanwhile: () => ari.happen.pickUp(legOf(1)) })
  await domains.until(() => told().includes(`conversation with ${asha.userId}`))
})
