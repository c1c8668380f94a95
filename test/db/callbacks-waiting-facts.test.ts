/** An attempt whose end may lie on some process's disk is not given up: its facts are waited for, but not for ever. */
import { expect, test } from 'vitest'
import { attemptEnded, attemptRang, recoverLeases, takeCallback } from '../../server/domains/callbacks/service.ts'
import { recordArrived } from '../../server/domains/calls/service.ts'
import { noteInstance } from '../../server/platform/db/instances.ts'
import { createAlive } from '../../server/platform/jobs/alive.ts'
import { CALLBACK_DID, type Hotline, makeHotline, unanswered } from '../helpers/hotline.ts'

const NOTHING = { released: 0, unknown: 0 }
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000)
const quiet = { warn: () => {} }

/** A phone that rang, as far as the database knows, when its lease ran out half an hour ago. */
async function ringing(hotline: Hotline): Promise<{ callbackId: string; attemptId: string }> {
  const callbackId = await hotline.callback()
  await takeCallback(hotline.deps, { callbackId, agentUserId: await hotline.agent() })
  const [attempt] = await hotline.attempts(callbackId)
  await attemptRang(hotline.deps, attempt!.id, hotline.clock.now())
  await hotline.db
    .updateTable('callback')
    .set({ leaseUntil: minutesAgo(30) })
    .where('id', '=', callbackId)
    .execute()
  return { callbackId, attemptId: attempt!.id }
}

/** Minutes that some process worked, newest first: how far back each lies. */
async function worked(hotline: Hotline, ...minutesBack: number[]): Promise<void> {
  const rows = minutesBack.map((minutes) => ({ tickMinute: minutesAgo(minutes), instance: '1' }))
  await hotline.db.insertInto('heartbeat').values(rows).execute()
}

test('an attempt is not given up while a living process has its end on disk; told, it has the outcome it had', async () => {
  const hotline = await makeHotline()
  const { callbackId, attemptId } = await ringing(hotline)
  await noteInstance(hotline.db, '2', null)
  expect(await recoverLeases(hotline.deps)).toEqual(NOTHING)

  await attemptEnded(hotline.deps, attemptId, { at: hotline.clock.now(), ended: unanswered() })
  await createAlive({ db: hotline.db, instance: '2', log: quiet, hasToldAll: () => true }).stop()
  expect(await recoverLeases(hotline.deps)).toEqual(NOTHING)
  expect(await hotline.read(callbackId)).toMatchObject({ status: 'waiting', lastOutcome: 'no-answer', heldReason: null })
})

test('nor by the first process that finds the database again: the others have not said yet what waits with them', async () => {
  const hotline = await makeHotline()
  await noteInstance(hotline.db, '2', minutesAgo(60))
  await hotline.db
    .updateTable('serviceInstance')
    .set({ seenAt: minutesAgo(45) })
    .execute()
  await ringing(hotline)
  await worked(hotline, 0)
  expect(await recoverLeases(hotline.deps)).toEqual(NOTHING)

  const alive = createAlive({ db: hotline.db, instance: '2', log: quiet, hasToldAll: () => true })
  await alive.start()
  expect(await recoverLeases(hotline.deps)).toEqual({ released: 0, unknown: 1 })
  await alive.stop()
  expect(await hotline.db.selectFrom('serviceInstance').selectAll().execute()).toEqual([])
})

test('a process that says nothing while others work three minutes is dead: its attempts are given up', async () => {
  const hotline = await makeHotline()
  const { callbackId } = await ringing(hotline)
  await noteInstance(hotline.db, '2', null)
  await hotline.db
    .updateTable('serviceInstance')
    .set({ seenAt: minutesAgo(4) })
    .execute()
  await worked(hotline, 2, 1)
  expect(await recoverLeases(hotline.deps)).toEqual(NOTHING)
  await worked(hotline, 0)
  expect(await recoverLeases(hotline.deps)).toEqual({ released: 0, unknown: 1 })
  expect(await hotline.read(callbackId)).toMatchObject({ lastOutcome: 'unknown' })
})

test('a process that stops with something on its disk is waited for', async () => {
  const hotline = await makeHotline()
  await ringing(hotline)
  const alive = createAlive({ db: hotline.db, instance: '1', log: quiet, hasToldAll: () => false })
  await alive.start()
  await alive.stop()
  expect(await recoverLeases(hotline.deps)).toEqual(NOTHING)
})

test('a try whose call no process ever told of is given up after a minute; one that is known waits for its lease', async () => {
  const hotline = await makeHotline()
  const [untold, known] = [await hotline.callback(), await hotline.callback()]
  const agents = [await hotline.agent(), await hotline.agent()]
  for (const [at, callbackId] of [untold, known].entries()) await takeCallback(hotline.deps, { callbackId, agentUserId: agents[at]! })
  const [attempt] = await hotline.attempts(known)
  const call = { channelId: 'leg-1', direction: 'outbound', flow: 'callback', did: CALLBACK_DID, callerE164: null, instance: '1' } as const
  await recordArrived(hotline.deps, {
    ...call,
    callId: attempt!.id,
    startedAt: hotline.clock.now(),
    callbackId: known,
    agentUserId: agents[1]!,
  })
  expect(await recoverLeases(hotline.deps)).toEqual(NOTHING)
  await hotline.db
    .updateTable('callback')
    .set({ updatedAt: minutesAgo(2) })
    .execute()
  await noteInstance(hotline.db, '1', minutesAgo(3))
  await worked(hotline, 0)
  // What it has on disk may tell of it yet.
  expect(await recoverLeases(hotline.deps)).toEqual(NOTHING)
  await noteInstance(hotline.db, '1', new Date())
  expect(await recoverLeases(hotline.deps)).toEqual({ released: 0, unknown: 1 })
  expect(await hotline.read(untold)).toMatchObject({ status: 'waiting', lastOutcome: 'unknown', claimToken: null })
  expect((await hotline.read(untold)).heldReason).not.toBeNull()
  expect(await hotline.read(known)).toMatchObject({ status: 'claimed', lastOutcome: null })
})
