import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { claimDue } from '../../server/domains/callbacks/dispatching/claim-queries.ts'
import { ClaimMoved, takeCallback } from '../../server/domains/callbacks/service.ts'
import type { DbPool } from '../../server/platform/db/db.ts'
import { monotonicMs } from '../../server/platform/time/clock.ts'
import { dhaka } from '../helpers/hours.ts'
import { makeHotline } from '../helpers/hotline.ts'

const everything = { countryIds: ['BD'], givenCountryIds: ['BD'], languageCodes: ['bn'], now: dhaka('2026-12-06', '10:00') }

test('of 2,000 callbacks that are due, twenty claimers in two processes get each exactly once', { timeout: 60_000 }, async () => {
  const hotline = await makeHotline()
  const { workerId, phoneNumberId } = await hotline.worker()
  await insertMany(hotline.db, { workerId, phoneNumberId, count: 2000 })
  const pools = [hotline.db, hotline.secondInstance().db]
  const agents = await Promise.all(Array.from({ length: 20 }, () => hotline.agent()))

  const startedMs = monotonicMs()
  const claims = await Promise.all(agents.map((agentUserId, index) => claimUntilNone(pools[index % 2]!, agentUserId)))
  const tookMs = monotonicMs() - startedMs

  const ids = claims.flat()
  expect(ids.length).toBe(2000)
  expect(new Set(ids).size).toBe(2000)
  // Every claimer had its share: nobody waited for another's lock.
  expect(Math.min(...claims.map((own) => own.length))).toBeGreaterThan(0)
  expect(tookMs).toBeLessThan(30_000)
  const rows = await hotline.db.selectFrom('callback').select(['status', 'claimToken']).execute()
  expect(new Set(rows.map(({ claimToken }) => claimToken)).size).toBe(2000)
  expect(rows.every(({ status }) => status === 'claimed')).toBe(true)
})

test('of twenty agents who take one callback at once, exactly one gets it and it is rung once', async () => {
  const hotline = await makeHotline()
  const callbackId = await hotline.callback()
  const agents = await Promise.all(Array.from({ length: 20 }, () => hotline.agent()))
  const instances = [hotline.deps, hotline.secondInstance()]

  const tries = await Promise.allSettled(
    agents.map((agentUserId, index) => takeCallback(instances[index % 2]!, { callbackId, agentUserId })),
  )

  const refused = tries.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []))
  expect(refused).toHaveLength(19)
  expect(refused.every((reason) => reason instanceof ClaimMoved)).toBe(true)
  expect(hotline.orders).toHaveLength(1)
  expect(await hotline.attempts(callbackId)).toHaveLength(1)
})

test('a claimer gets what is due longest, of its own countries and languages, and nothing that is held', async () => {
  const hotline = await makeHotline()
  const agentUserId = await hotline.agent()
  const later = await hotline.callback({ dueAt: dhaka('2026-12-06', '09:30') })
  const first = await hotline.callback({ dueAt: dhaka('2026-12-06', '09:10') })
  await hotline.callback({ languageCode: 'en' })
  await hotline.callback({ heldReason: 'A supervisor decides.' })
  await hotline.callback({ dueAt: dhaka('2026-12-06', '10:01') })

  const claimed = await claimDue(hotline.db, { ...everything, agentUserId, limit: 10 })

  expect(claimed.map(({ id }) => id).toSorted()).toEqual([first, later].toSorted())
  expect(await claimDue(hotline.db, { ...everything, agentUserId, limit: 10 })).toEqual([])
})

test('a conversation that was cut off is kept for the agent who knows it, for ten minutes', async () => {
  const hotline = await makeHotline()
  const [knows, other] = [await hotline.agent(), await hotline.agent()]
  const id = await hotline.callback()
  const assignedUntil = dhaka('2026-12-06', '10:10')
  await hotline.db.updateTable('callback').set({ assignedAgentUserId: knows, assignedUntil }).execute()

  expect(await claimDue(hotline.db, { ...everything, agentUserId: other, limit: 1 })).toEqual([])
  const claimed = await claimDue(hotline.db, { ...everything, agentUserId: other, limit: 1, now: assignedUntil })
  expect(claimed.map((callback) => callback.id)).toEqual([id])
})

async function claimUntilNone(db: DbPool, agentUserId: string): Promise<string[]> {
  const ids: string[] = []
  for (;;) {
    const claimed = await claimDue(db, { ...everything, agentUserId, limit: 1 })
    if (!claimed.length) return ids
    ids.push(...claimed.map(({ id }) => id))
  }
}

/** Many callbacks at the price of one vault entry: each has a worker of its own, all share a number. */
async function insertMany(db: DbPool, { workerId, phoneNumberId, count }: { workerId: string; phoneNumberId: string; count: number }) {
  const { dataKeyId } = await db.selectFrom('worker').select('dataKeyId').where('id', '=', workerId).executeTakeFirstOrThrow()
  const workers = Array.from({ length: count }, () => ({ id: randomUUID(), phoneNumberId, dataKeyId, origin: 'roster', countryId: 'BD' }))
  await db.insertInto('worker').values(workers).execute()
  const due = { reason: 'audit', status: 'waiting', countryId: 'BD', languageCode: 'bn', timeZone: 'Asia/Dhaka' }
  const rows = workers.map(({ id }, index) => ({
    ...due,
    workerId: id,
    phoneNumberId,
    dueAt: new Date(dhaka('2026-12-06', '09:00').getTime() + index),
  }))
  await db.insertInto('callback').values(rows).execute()
}
