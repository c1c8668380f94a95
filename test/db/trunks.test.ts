/** Which trunk a call goes over, and what the ledger says when one fails. */
import { beforeEach, expect, test } from 'vitest'
import { removeTrunk } from '../../server/domains/callbacks/calling/trunk-removal.ts'
import {
  attemptConnected,
  attemptEnded,
  attemptRang,
  nameOutcome,
  nextTrunk,
  takeCallback,
} from '../../server/domains/callbacks/service.ts'
import { pauseTrunk } from '../../server/domains/countries/service.ts'
import type { Scope } from '../../server/platform/http/policy.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { type Hotline, hungUpAfterTalking, makeHotline, unanswered } from '../helpers/hotline.ts'

let hotline: Hotline
beforeEach(async () => {
  hotline = await makeHotline()
  const further = { countryId: 'BD', carrierPort: 5060, toldAt: hotline.clock.now(), toldFingerprint: 'told' }
  await hotline.db
    .insertInto('trunk')
    .values([
      { ...further, id: 'bd-2', carrierHost: '127.0.0.12', dialOrder: 2, maxCallSeconds: 900 },
      { ...further, id: 'bd-3', carrierHost: '127.0.0.13', dialOrder: 3 },
    ])
    .execute()
})

const failed = unanswered({ rang: false, hangupCause: 34, sipStatus: 503, lastDialStatus: 'CONGESTION', timedOutByUs: false })

async function take() {
  const agent = await hotline.agent()
  const callbackId = await hotline.callback()
  const { attemptId } = await takeCallback(hotline.deps, { callbackId, agentUserId: agent })
  return { callbackId, attemptId, order: hotline.orders.at(-1)! }
}
const next = (attemptId: string, ended = failed) => nextTrunk(hotline.deps, attemptId, { at: hotline.clock.now(), ended })
const pause = (trunkId: string, reason = 'A test.') =>
  inTransaction(hotline.db, (tx) => pauseTrunk(tx, { trunkId, reason, resumesAt: null, now: hotline.clock.now() }))
const failures = () => hotline.db.selectFrom('trunkFailure').select(['attemptId', 'trunkId', 'sipStatus']).orderBy('trunkId').execute()

test('calls go over the first trunk in order; paused, full and silent ones are passed over', async () => {
  expect((await take()).order).toMatchObject({ trunkId: 'bd-1', maxCallSeconds: 3600 })
  await hotline.db.updateTable('trunk').set({ maxChannels: 1 }).where('id', '=', 'bd-1').execute()
  expect((await take()).order).toMatchObject({ trunkId: 'bd-2', maxCallSeconds: 900 })
  await pause('bd-2')
  expect((await take()).order).toMatchObject({ trunkId: 'bd-3' })
  await hotline.db.updateTable('trunk').set({ maxChannels: 30 }).where('id', '=', 'bd-1').execute()
  hotline.silentTrunks.add('bd-1')
  expect((await take()).order).toMatchObject({ trunkId: 'bd-3' })
  await hotline.db.updateTable('trunk').set({ toldAt: null, dialOrder: 1 }).where('id', '=', 'bd-3').execute()
  hotline.silentTrunks.clear()
  expect((await take()).order, 'Asterisk does not know bd-3 yet').toMatchObject({ trunkId: 'bd-1' })
  await hotline.db.updateTable('trunk').set({ toldAt: hotline.clock.now(), dialOrder: 3 }).where('id', '=', 'bd-3').execute()
  hotline.silentTrunks.add('bd-1')
  // A carrier may be deaf to questions and still take calls.
  hotline.silentTrunks.add('bd-3')
  expect((await take()).order).toMatchObject({ trunkId: 'bd-1' })
})

test('a cap of an hour pauses one trunk, and the next takes the call', async () => {
  await hotline.db.updateTable('trunk').set({ maxCallsPerHour: 1 }).where('id', '=', 'bd-1').execute()
  await take()
  expect((await take()).order.trunkId).toBe('bd-2')
  const { pausedReason } = await hotline.db.selectFrom('trunk').select('pausedReason').where('id', '=', 'bd-1').executeTakeFirstOrThrow()
  expect(pausedReason).toContain('1 calls in an hour')
})

test('a trunk that fails is written down before the next is named; the try stays one', async () => {
  const { callbackId, attemptId } = await take()
  expect(await next(attemptId)).toEqual({ trunkId: 'bd-2', maxCallSeconds: 900 })
  expect(await failures()).toEqual([{ attemptId, trunkId: 'bd-1', sipStatus: 503 }])
  expect(await next(attemptId)).toMatchObject({ trunkId: 'bd-3' })
  expect(await next(attemptId), 'each trunk once').toBeNull()
  await attemptEnded(hotline.deps, attemptId, { at: hotline.clock.now(), ended: failed })
  expect(await hotline.attempts(callbackId)).toMatchObject([{ id: attemptId, trunkId: 'bd-3', outcome: 'trunk-failure', isCounted: false }])
  expect(await failures()).toMatchObject([{ trunkId: 'bd-1' }, { trunkId: 'bd-2' }])
  const changes = await hotline.db.selectFrom('activity').select('detail').where('action', '=', 'callback.trunk-changed').execute()
  expect(changes.map(({ detail }) => detail)).toMatchObject([
    { from: 'bd-1', to: 'bd-2' },
    { from: 'bd-2', to: 'bd-3' },
  ])
})

test('no other trunk is named once something rang, the try is over, or the number was at fault', async () => {
  const busy = await take()
  expect(await next(busy.attemptId, unanswered({ rang: false, hangupCause: 17, sipStatus: 486 }))).toBeNull()
  await attemptRang(hotline.deps, busy.attemptId, hotline.clock.now())
  expect(await next(busy.attemptId)).toBeNull()
  const over = await take()
  await attemptEnded(hotline.deps, over.attemptId, { at: hotline.clock.now(), ended: failed })
  expect(await next(over.attemptId)).toBeNull()
  expect(await failures()).toEqual([])
})

test('three failures in a row rest a trunk though another one took the calls', async () => {
  for (let tried = 0; tried < 3; tried++) {
    const { attemptId, order } = await take()
    expect(order.trunkId).toBe('bd-1')
    await next(attemptId)
    hotline.clock.advance(1000)
  }
  expect((await take()).order.trunkId).toBe('bd-2')
})

test('when all are paused nothing goes out and the callback says why', async () => {
  for (const id of ['bd-1', 'bd-2', 'bd-3']) await pause(id, `Of ${id}.`)
  await expect(take()).rejects.toThrow('Of bd-1.')
  expect(await hotline.db.selectFrom('attempt').select('id').execute()).toEqual([])
})

test('a trunk is not removed while a worker is rung or spoken to over it; afterwards, and before the outcome is named, it is', async () => {
  const { callbackId, attemptId } = await take()
  const actor: Scope = { userId: await hotline.agent(), role: 'administrator', countryIds: [], factoryIds: [], clientId: null }
  const remove = () => removeTrunk(hotline.deps, { actor, trunkId: 'bd-1' })
  await expect(remove()).rejects.toMatchObject({ code: 'trunk-in-use' })
  await attemptConnected(hotline.deps, attemptId, hotline.clock.now())
  await expect(remove()).rejects.toMatchObject({ code: 'trunk-in-use' })
  await attemptEnded(hotline.deps, attemptId, { at: hotline.clock.now(), ended: hungUpAfterTalking })
  await remove()
  expect((await take()).order.trunkId).toBe('bd-2')

  const { agentUserId } = (await hotline.attempts(callbackId))[0]!
  await nameOutcome(hotline.deps, { callbackId, agentUserId, named: { outcome: 'complete' } })
  expect(await hotline.attempts(callbackId)).toMatchObject([{ trunkId: 'bd-1', outcome: 'complete' }])
})
