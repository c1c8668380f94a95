/** The service dies at any line between the agent's click and the order: nobody is rung twice and nobody is forgotten. */
import type { KyselyPlugin, PluginTransformQueryArgs } from 'kysely'
import { expect, test } from 'vitest'
import type { CallOrder } from '../../server/domains/callbacks/ports.ts'
import { attemptEnded, recoverLeases, takeCallback } from '../../server/domains/callbacks/service.ts'
import { runBetweenTransactions } from '../helpers/between-transactions.ts'
import { type Hotline, makeHotline, unanswered } from '../helpers/hotline.ts'

class Died extends Error {}

test('a fault at each statement leaves the callback waiting, or its outcome for a person to decide', async () => {
  const hotline = await makeHotline()
  let sawWaiting = 0
  let statements = 1
  for (; ; statements++) {
    const { survived, orders, callbackId } = await takeDyingAt(hotline, statements)
    if (survived) break
    // Nothing was ordered before everything was committed: whatever was written, no phone rang.
    expect(orders).toEqual([])
    const attempts = await hotline.attempts(callbackId)
    await hotline.expireLeases()
    await recoverLeases(hotline.deps)
    const after = await hotline.read(callbackId)
    expect(after.claimToken).toBeNull()
    expect(attempts).toEqual([])
    expect(after).toMatchObject({ status: 'waiting', heldReason: null })
    sawWaiting += 1
    await takesAgain(hotline, callbackId)
  }
  // Agent, claim, locks, facts, trunk, number, attempt, lease, questionnaire, status, log, announcements.
  expect(sawWaiting).toBeGreaterThan(12)
}, 120_000)

test('dead between the attempt and the order: the outcome is unknown and it is never rung again by itself', async () => {
  const hotline = await makeHotline()
  const agentUserId = await hotline.agent()
  const callbackId = await hotline.callback()
  // The order never comes back: as if the process had ended inside it, before or after the dial.
  const placeCall = () => new Promise<never>(() => {})
  void takeCallback({ ...hotline.deps, callbackTelephony: { ...hotline.deps.callbackTelephony, placeCall } }, { callbackId, agentUserId })
  await expect.poll(() => hotline.attempts(callbackId)).toHaveLength(1)

  await hotline.expireLeases()
  expect(await recoverLeases(hotline.deps)).toEqual({ released: 0, unknown: 1 })

  expect(await hotline.read(callbackId)).toMatchObject({
    status: 'waiting',
    lastOutcome: 'unknown',
    countedAttempts: 0,
    heldReason: 'How the last try ended is unknown; a supervisor decides whether to call again.',
  })
  const other = await hotline.agent()
  await expect(takeCallback(hotline.deps, { callbackId, agentUserId: other })).rejects.toThrow('a supervisor decides')
  expect(hotline.orders).toEqual([])
  expect(await hotline.agentStatus(agentUserId)).toBe('away')
})

test('a claim that has moved writes no attempt and rings nobody', async () => {
  const hotline = await makeHotline()
  const [slow, quick] = [await hotline.agent(), await hotline.agent()]
  const callbackId = await hotline.callback()
  // Between the slow agent's claim and attempt its lease runs out, and the quick one takes the callback.
  const overtaken = runBetweenTransactions(hotline.db, async () => {
    await hotline.expireLeases()
    await recoverLeases(hotline.deps)
    await takeCallback(hotline.deps, { callbackId, agentUserId: quick })
  })
  await expect(takeCallback({ ...hotline.deps, db: overtaken }, { callbackId, agentUserId: slow })).rejects.toThrow(
    'Somebody else has taken',
  )
  expect(hotline.orders).toMatchObject([{ agentUserId: quick }])
  expect(await hotline.attempts(callbackId)).toMatchObject([{ agentUserId: quick }])
  expect(await hotline.agentStatus(slow)).toBe('free')
})

/** Takes a new callback with a database that fails at the n-th statement and ever after, as a process that died would. */
async function takeDyingAt(hotline: Hotline, statement: number): Promise<{ survived: boolean; orders: CallOrder[]; callbackId: string }> {
  const agentUserId = await hotline.agent()
  const callbackId = await hotline.callback()
  const orders: CallOrder[] = []
  const callbackTelephony = { ...hotline.deps.callbackTelephony, placeCall: async (order: CallOrder) => void orders.push(order) }
  const db = hotline.db.withPlugin(failFrom(statement))
  try {
    await takeCallback({ ...hotline.deps, db, callbackTelephony }, { callbackId, agentUserId })
    return { survived: true, orders, callbackId }
  } catch (error) {
    if (!(error instanceof Died)) throw error
    return { survived: false, orders, callbackId }
  }
}

async function takesAgain(hotline: Hotline, callbackId: string): Promise<void> {
  const before = hotline.orders.length
  const { attemptId } = await takeCallback(hotline.deps, { callbackId, agentUserId: await hotline.agent() })
  expect(hotline.orders.length - before).toBe(1)
  await attemptEnded(hotline.deps, attemptId, { at: hotline.clock.now(), ended: unanswered() })
}

function failFrom(statement: number): KyselyPlugin {
  let seen = 0
  return {
    transformQuery({ node }: PluginTransformQueryArgs) {
      seen += 1
      if (seen >= statement) throw new Died(`statement ${seen}`)
      return node
    },
    transformResult: ({ result }) => Promise.resolve(result),
  }
}
