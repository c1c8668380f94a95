import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CallNotAllowed, PhoneSystemAway } from '../../server/telephony/runtime/errors.ts'
import { orderFor, type Runtime, startRuntime } from './runtime-kit.ts'

let runtime: Runtime
let attemptId: string
let agentLeg: string

beforeEach(async () => {
  runtime = await startRuntime()
  attemptId = randomUUID()
  agentLeg = `agent-${attemptId}`
})
afterEach(() => runtime.stop())

const placeCall = (more = {}) => runtime.telephony.callbackTelephony.placeCall(orderFor(attemptId, more))
const told = () => runtime.domains.toldOf(attemptId).filter((line) => !line.startsWith('step'))
const isOver = () => runtime.domains.calls.get(attemptId)?.isEnded === true
const operations = () =>
  runtime.ari.commands.filter(({ params }) => JSON.stringify(params).includes(attemptId)).map(({ operation }) => operation)

async function agentAnswers(): Promise<void> {
  await runtime.ari.nextCommand('channels.originate')
  runtime.ari.happen.pickUp(agentLeg)
}
async function workerIsDialled(): Promise<void> {
  await agentAnswers()
  await runtime.ari.nextCommand('channels.dial')
}

test('the agent’s phone rings first, then the worker’s, and both talk until the worker hangs up', async () => {
  const { ari, domains } = runtime
  await placeCall()
  await workerIsDialled()
  ari.happen.dialProgress(attemptId, 'RINGING')
  await ari.nextCommand('channels.ring')
  ari.happen.pickUp(attemptId)
  await domains.until(() => told().includes('connected'))
  ari.happen.hangUp(attemptId, { cause: 16 })
  await domains.until(isOver)

  expect(told()).toEqual([
    'arrived callback +8809610000002',
    'rang',
    'answered',
    'connected',
    'attempt ended {"kind":"worker","hangupCause":16,"sipStatus":null,"lastDialStatus":"ANSWER","timedOutByUs":false,"rang":true,"hadConversation":true}',
    'ended completed',
  ])
  await ari.nextCommand('bridges.destroy', undefined, 0)
  expect(operations().filter((operation) => operation !== 'applications.subscribe')).toEqual([
    'channels.originate',
    'channels.setChannelVars',
    'bridges.create',
    'bridges.addChannel',
    'channels.create',
    'bridges.addChannel',
    'channels.dial',
    'channels.ring',
    'channels.ringStop',
    'channels.hangup',
    'channels.hangup',
    'bridges.destroy',
  ])
})

test('the agent’s phone is shown the reference, the worker’s leg has our limits and the dialplan’s check before it', async () => {
  const { ari } = runtime
  await placeCall()
  const ringing = await ari.nextCommand('channels.originate', undefined, 0)
  expect(ringing.params).toMatchObject({ endpoint: 'PJSIP/agent-ab12', callerId: '"" <CB-1001>', channelId: agentLeg })
  expect(JSON.stringify(ringing.params)).not.toContain('1712345678')
  ari.happen.pickUp(agentLeg)
  const created = await ari.nextCommand('channels.create')
  expect(created.params).toMatchObject({
    channelId: attemptId,
    endpoint: 'Local/bd.1.callback@out/n',
    formats: 'alaw,ulaw',
    variables: { _RB_NUMBER: '+8801712345678', 'TIMEOUT(absolute)': '3690' },
  })
})

test.each([
  ['busy', 486_017, { hangupCause: 17, sipStatus: 486 }],
  ['rejected', 603_021, { hangupCause: 21, sipStatus: 603 }],
  ['a dead number', 404_001, { hangupCause: 1, sipStatus: 404 }],
  ['a trunk without lines', 503_034, { hangupCause: 34, sipStatus: 503 }],
  ['a trunk that cannot be reached', 20, { hangupCause: 38, sipStatus: null }],
  ['refused by the dialplan', 29, { hangupCause: 29, sipStatus: null }],
])('the worker’s line is %s: cause %i is taken apart', async (_, cause, facts) => {
  const { ari, domains } = runtime
  await placeCall()
  await workerIsDialled()
  ari.happen.hangUp(attemptId, { cause })
  await domains.until(isOver)
  const end = told().find((line) => line.startsWith('attempt ended')) ?? ''
  expect(JSON.parse(end.slice('attempt ended '.length))).toMatchObject({ kind: 'worker', hadConversation: false, ...facts })
  expect(ari.world.channels.has(agentLeg)).toBe(false)
})

test('a trunk that fails gives way to the next, over a leg of its own; the late end of the first is nobody’s', async () => {
  const { ari, domains } = runtime
  domains.nextTrunks.push({ trunkId: 'bd-2', maxCallSeconds: 1800 })
  await placeCall()
  await workerIsDialled()
  ari.happen.hangUp(attemptId, { cause: 503_034 })
  const second = `worker-2-${attemptId}`
  const created = await ari.nextCommand('channels.create')
  expect(created.params).toMatchObject({ channelId: second, endpoint: 'Local/bd.2.callback@out/n' })
  await ari.nextCommand('channels.dial')
  ari.happen.dialProgress(second, 'RINGING')
  ari.happen.pickUp(second)
  await domains.until(() => told().includes('connected'))
  ari.happen.hangUp(second, { cause: 16 })
  await domains.until(isOver)
  expect(told()).toEqual([
    'arrived callback +8809610000002',
    'trunk failed {"kind":"worker","hangupCause":34,"sipStatus":503,"lastDialStatus":null,"timedOutByUs":false,"rang":false,"hadConversation":false}',
    'rang',
    'answered',
    'connected',
    'attempt ended {"kind":"worker","hangupCause":16,"sipStatus":null,"lastDialStatus":"ANSWER","timedOutByUs":false,"rang":true,"hadConversation":true}',
    'ended completed',
  ])
})

test('nobody answers: we stop ringing, and say so', async () => {
  const { ari, domains, timers } = runtime
  await placeCall()
  await workerIsDialled()
  ari.happen.dialProgress(attemptId, 'RINGING')
  await domains.until(() => told().includes('rang'))
  timers.advance(30_000)
  await domains.until(isOver)
  expect(told().at(-2)).toContain('"timedOutByUs":true,"rang":true')
  expect([...ari.world.channels.keys()]).toEqual([])
})

test('the agent does not answer: nothing of the worker’s was touched', async () => {
  const { ari, domains } = runtime
  await placeCall()
  await ari.nextCommand('channels.originate', undefined, 0)
  ari.happen.hangUp(agentLeg, { cause: 19 })
  await domains.until(isOver)
  expect(told()).toEqual(['arrived callback +8809610000002', 'attempt ended {"kind":"agent-did-not-answer"}', 'ended failed'])
  expect(operations()).not.toContain('channels.create')
})

test('the agent hangs up on the screen while the worker’s phone rings', async () => {
  const { ari, domains } = runtime
  await placeCall()
  await workerIsDialled()
  expect(runtime.telephony.hangUpHere(attemptId)).toBe(true)
  await domains.until(isOver)
  expect(told()).toContain('attempt ended {"kind":"agent-hung-up-before-answer"}')
  expect([...ari.world.channels.keys()]).toEqual([])
})

test('the worker writes that they want no call while the agent’s phone rings: the agent picks up, and nobody is dialled', async () => {
  const { ari, domains } = runtime
  await placeCall()
  await ari.nextCommand('channels.originate', undefined, 0)
  domains.refusedAttempts.add(attemptId)
  ari.happen.pickUp(agentLeg)
  await domains.until(isOver)
  expect(told()).toContain('attempt ended {"kind":"agent-hung-up-before-answer"}')
  expect(operations()).not.toContain('channels.create')
  expect([...ari.world.channels.keys()]).toEqual([])
})

test('the database cannot say whether the worker still wants it: the order stands', async () => {
  const { ari, domains } = runtime
  await placeCall()
  await ari.nextCommand('channels.originate', undefined, 0)
  domains.isAway = true
  ari.happen.pickUp(agentLeg)
  const dialled = await ari.nextCommand('channels.dial')
  expect(JSON.stringify(dialled.params)).toContain(attemptId)
})

test('the same order given twice rings once', async () => {
  const { ari, domains } = runtime
  await placeCall()
  await placeCall()
  await workerIsDialled()
  ari.happen.hangUp(attemptId, { cause: 486_017 })
  await domains.until(isOver)
  expect(operations().filter((operation) => operation === 'channels.originate')).toHaveLength(1)
})

test('a leg that cannot be made is the trunk’s failure', async () => {
  const { ari, domains } = runtime
  ari.faults.add({ status: 500, message: 'Allocation failed' }, { operation: 'channels.create' })
  await placeCall()
  await agentAnswers()
  await domains.until(isOver)
  expect(told().at(-2)).toContain('"hangupCause":38,"sipStatus":null,"lastDialStatus":null,"timedOutByUs":false,"rang":false')
})

test('a dial that Asterisk never answers may have rung: nobody knows how it ended', async () => {
  const { ari, domains } = runtime
  ari.faults.add('hang', { operation: 'channels.dial' })
  await placeCall()
  await agentAnswers()
  await domains.until(isOver)
  expect(told()).toContain('attempt ended {"kind":"lost"}')
})

test('a leg whose end nobody explains has ended all the same', async () => {
  const { ari, domains, timers } = runtime
  await placeCall()
  await workerIsDialled()
  const leg = ari.world.channels.get(attemptId)
  if (!leg) throw new Error('no leg')
  ari.happen.leave(leg)
  await timers.running(1000)
  timers.advance(1000)
  await domains.until(isOver)
  expect(told().at(-1)).toBe('ended failed')
})

test.each([
  ['another country’s', { workerE164: '+905321234567' }],
  ['a premium', { workerE164: '+88016' }],
  ['an extended', { workerE164: '+8801712345678;ext=1' }],
])('%s number is refused before anything rings', async (_, wrong) => {
  await expect(placeCall(wrong)).rejects.toThrow(CallNotAllowed)
  expect(operations()).toEqual([])
  expect(runtime.domains.told).toEqual([])
})

test('a number of another trunk is not shown', async () => {
  await expect(placeCall({ callerDid: '+918069000001' })).rejects.toThrow(CallNotAllowed)
})

test('no order is taken on while Asterisk is away', async () => {
  await runtime.ari.down()
  await runtime.until('lost Asterisk')
  await expect(placeCall()).rejects.toThrow(PhoneSystemAway)
})

test('no number reaches the log', async () => {
  await placeCall()
  await workerIsDialled()
  runtime.ari.happen.hangUp(attemptId, { cause: 486_017 })
  await runtime.domains.until(isOver)
  expect(runtime.logged.join('\n')).not.toContain('1712345678')
})
