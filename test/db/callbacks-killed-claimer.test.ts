/** Claimers in processes of their own, one of which is killed in the middle. */
import { expect, test, vi } from 'vitest'
import { recoverLeases } from '../../server/domains/callbacks/service.ts'
import { startClaimers } from '../helpers/claimers.ts'
import { makeHotline } from '../helpers/hotline.ts'

const COUNT = 200

test('twenty claimers in two processes, one killed between a claim and its attempt: each callback once', { timeout: 90_000 }, async () => {
  const hotline = await makeHotline()
  await hotline.db.updateTable('trunk').set({ maxChannels: 50, maxCallsPerHour: 5000, maxMinutesPerDay: 100_000 }).execute()
  for (let made = 0; made < COUNT; made++) await hotline.callback()
  const agents = await Promise.all(Array.from({ length: 20 }, () => hotline.agent()))
  const { databaseUrl, keyRing, clock } = hotline
  const task = { databaseUrl, keyRing, now: clock.now() }
  const [standing, ...others] = agents
  const living = await startClaimers({ ...task, agentUserIds: others.slice(9) })
  const dying = await startClaimers({ ...task, agentUserIds: others.slice(0, 9), standing: standing! })

  await dying.standing
  await vi.waitUntil(() => dying.orders.length >= 5 && living.orders.length >= 5, 60_000)
  const claimed = await hotline.db.selectFrom('callback').select(['id', 'status']).where('claimedByUserId', '=', standing!).execute()
  expect(claimed).toMatchObject([{ status: 'claimed' }])
  const { id } = claimed[0]!
  expect(await hotline.attempts(id)).toEqual([])
  await dying.kill9()
  expect(living.orders.length + dying.orders.length).toBeLessThan(COUNT)

  const waiting = () =>
    hotline.db
      .selectFrom('callback')
      .select('id')
      .where('status', '=', 'waiting')
      .where('lastOutcome', 'is', null)
      .where('heldReason', 'is', null)
      .execute()
  await vi.waitUntil(async () => !(await waiting()).length, 60_000)
  const claimedBy = (agentUserIds: readonly string[]) =>
    hotline.db
      .selectFrom('callback')
      .select('id')
      .where('claimedByUserId', 'in', [...agentUserIds])
      .execute()
  // The living process has nothing under way any more: what is left was the dead one's.
  await vi.waitUntil(async () => !(await claimedBy(others.slice(9))).length, 10_000)
  await hotline.expireLeases()
  const { released, unknown } = await recoverLeases(hotline.deps)
  expect(released).toBeGreaterThanOrEqual(1)
  await vi.waitUntil(() => living.orders.includes(id), 20_000)
  await vi.waitUntil(async () => !(await waiting()).length && !(await claimedBy(agents)).length, 20_000)

  const orders = [...living.orders, ...dying.orders]
  expect(new Set(orders).size).toBe(orders.length)
  const rows = await hotline.db.selectFrom('callback').select(['id', 'lastOutcome', 'heldReason', 'countedAttempts']).execute()
  const held = rows.filter(({ lastOutcome }) => lastOutcome === 'unknown')
  expect(held).toHaveLength(unknown)
  expect(held.every(({ heldReason }) => heldReason !== null)).toBe(true)
  const rung = rows.filter(({ lastOutcome }) => lastOutcome === 'busy')
  expect(held.length + rung.length).toBe(COUNT)
  expect(rung.every((row) => orders.includes(row.id))).toBe(true)
  const attempts = await hotline.db.selectFrom('attempt').select('callbackId').execute()
  expect(new Set(attempts.map(({ callbackId }) => callbackId)).size).toBe(COUNT)
  expect(attempts).toHaveLength(COUNT)
})
