/** STOP arrives while an agent has taken the callback: nobody is rung who has just asked not to be. */
import { pino } from 'pino'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  ATTEMPT_CALLED_OFF,
  attemptAnswered,
  attemptConnected,
  attemptEnded,
  attemptRang,
  conversationBegan,
  mayStillRing,
  nameOutcome,
  superviseCallbacks,
  takeCallback,
} from '../../server/domains/callbacks/service.ts'
import { recordArrived } from '../../server/domains/calls/service.ts'
import { ingestText } from '../../server/domains/texts/service.ts'
import type { Scope } from '../../server/platform/http/policy.ts'
import { createLiveListener } from '../../server/platform/live/listener.ts'
import { runBetweenTransactions } from '../helpers/between-transactions.ts'
import { CARD_DID, type Hotline, hungUpAfterTalking, makeHotline, numberOf, unanswered } from '../helpers/hotline.ts'

let written = 0
/** A text of the worker whose number ends in these digits. */
const write = (hotline: Hotline, last: number, words: string) =>
  ingestText(hotline.deps, {
    sameness: `text ${++written}`,
    gatewayId: null,
    did: CARD_DID,
    from: `<sip:${numberOf(last)}@127.0.0.11>`,
    body: Buffer.from(words),
    isCutOff: false,
    receivedAt: hotline.clock.now(),
  })

/** What processes hear over the database: the tries that are called off. */
async function calledOff({ databaseUrl }: Hotline): Promise<string[]> {
  const heard: string[] = []
  const live = createLiveListener(databaseUrl, pino({ level: 'silent' }))
  await live.start()
  onTestFinished(() => live.stop())
  live.onChange(({ topic, id }) => topic === ATTEMPT_CALLED_OFF && heard.push(id))
  return heard
}

/** A worker of a visit, whose callback an agent has just taken. */
async function taken() {
  const hotline = await makeHotline()
  const heard = await calledOff(hotline)
  const agentUserId = await hotline.agent()
  const worker = await hotline.worker({ number: 700 })
  const callbackId = await hotline.callback({ worker })
  const { attemptId } = await takeCallback(hotline.deps, { callbackId, agentUserId })
  return { hotline, heard, agentUserId, callbackId, attemptId }
}

describe('STOP, after an agent has taken the callback,', () => {
  test('calls the try off while the agent’s phone rings; it is refused and the agent is free', async () => {
    const { hotline, heard, agentUserId, callbackId, attemptId } = await taken()
    expect(await mayStillRing(hotline.deps, attemptId)).toBe(true)
    await write(hotline, 700, 'STOP')
    expect(await mayStillRing(hotline.deps, attemptId)).toBe(false)
    await expect.poll(() => heard).toEqual([attemptId])
    await attemptEnded(hotline.deps, attemptId, { at: hotline.clock.now(), ended: { kind: 'agent-hung-up-before-answer' } })
    expect(await hotline.read(callbackId)).toMatchObject({
      status: 'closed',
      lastOutcome: 'refused',
      closedReason: 'This worker asked not to be called.',
      countedAttempts: 0,
    })
    expect(await hotline.attempts(callbackId)).toMatchObject([{ outcome: 'agent-failure' }])
    expect(await hotline.agentStatus(agentUserId)).toBe('free')
  })

  test('calls the try off while the worker’s phone rings, and there is no other', async () => {
    const { hotline, heard, callbackId, attemptId } = await taken()
    await attemptRang(hotline.deps, attemptId, hotline.clock.now())
    await write(hotline, 700, 'STOP')
    await expect.poll(() => heard).toEqual([attemptId])
    await attemptEnded(hotline.deps, attemptId, { at: hotline.clock.now(), ended: unanswered() })
    expect(await hotline.read(callbackId)).toMatchObject({ status: 'closed', lastOutcome: 'refused', countedAttempts: 1 })
  })

  test('leaves a conversation to the two who have it, and nothing follows it', async () => {
    const { hotline, heard, agentUserId, callbackId, attemptId } = await taken()
    for (const reached of [attemptRang, attemptAnswered, attemptConnected]) await reached(hotline.deps, attemptId, hotline.clock.now())
    await write(hotline, 700, 'STOP')
    expect(await hotline.read(callbackId)).toMatchObject({ status: 'talking' })
    await attemptEnded(hotline.deps, attemptId, { at: hotline.clock.now(), ended: hungUpAfterTalking })
    await nameOutcome(hotline.deps, { callbackId, agentUserId, named: { outcome: 'partial' } })
    expect(await hotline.read(callbackId)).toMatchObject({ status: 'closed', lastOutcome: 'refused' })
    expect(heard).toEqual([])
  })

  test('is seen by the agent’s claim that has not become a try yet: no order is given', async () => {
    const hotline = await makeHotline()
    const agentUserId = await hotline.agent()
    const callbackId = await hotline.callback({ worker: await hotline.worker({ number: 700 }) })
    const db = runBetweenTransactions(hotline.db, async () => void (await write(hotline, 700, 'STOP')))
    await expect(takeCallback({ ...hotline.deps, db }, { callbackId, agentUserId })).rejects.toThrow('asked not to be called')
    expect(hotline.orders).toEqual([])
    expect(await hotline.attempts(callbackId)).toEqual([])
    expect(await hotline.read(callbackId)).toMatchObject({ status: 'closed', claimToken: null })
  })

  test('stops no call to a colleague who shares the phone', async () => {
    const { hotline, heard, attemptId } = await taken()
    await hotline.worker({ number: 700 })
    await write(hotline, 700, 'STOP')
    expect(await mayStillRing(hotline.deps, attemptId)).toBe(true)
    expect(heard).toEqual([])
  })
})

test('who wrote STOP, rings us all the same and names a time is left to a supervisor, and called then', async () => {
  const hotline = await makeHotline()
  await write(hotline, 700, 'STOP')
  const callId = '00000000-0000-4000-8000-000000000700'
  const at = hotline.clock.now()
  const agentUserId = await hotline.agent()
  const call = { callId, channelId: '1.1', direction: 'inbound', flow: 'inbound', did: CARD_DID, instance: '1' } as const
  await recordArrived(hotline.deps, { ...call, callerE164: numberOf(700), startedAt: at })
  await conversationBegan(hotline.deps, { callId, agentUserId, at })
  await attemptEnded(hotline.deps, callId, { at, ended: hungUpAfterTalking })
  const { id: callbackId } = await hotline.db.selectFrom('callback').select('id').executeTakeFirstOrThrow()
  const tomorrow = new Date(at.getTime() + 24 * 3_600_000)
  const named = { outcome: 'reschedule', callAgainAt: tomorrow.toISOString() } as const
  await nameOutcome(hotline.deps, { callbackId, agentUserId, named })
  expect(await hotline.read(callbackId)).toMatchObject({
    status: 'waiting',
    dueAt: tomorrow,
    heldReason: expect.stringContaining('a supervisor decides') as string,
  })

  const scope: Scope = { userId: agentUserId, role: 'supervisor', countryIds: ['BD'], factoryIds: [], clientId: null }
  expect(await superviseCallbacks(hotline.deps, scope, { ids: [callbackId], act: { kind: 'release' } })).toMatchObject({ refused: [] })
  expect(await hotline.read(callbackId)).toMatchObject({ status: 'waiting', heldReason: null, dueAt: tomorrow })
  hotline.clock.set(tomorrow)
  await takeCallback(hotline.deps, { callbackId, agentUserId })
  expect(hotline.orders).toHaveLength(1)
})
