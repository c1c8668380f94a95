import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { sql } from 'kysely'
import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import { holdForCall } from '../../server/domains/agents/service.ts'
import {
  acceptOffer,
  AgentNotReady,
  attemptEnded,
  ClaimMoved,
  closeCallback,
  declineOffer,
  dispatch,
  type DispatchDeps,
  findOffer,
  OfferOver,
  takeCallback,
} from '../../server/domains/callbacks/service.ts'
import { pauseTrunk } from '../../server/domains/countries/service.ts'
import { addRosterWorker } from '../../server/domains/workers/service.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { HOUR, MINUTE } from '../../server/platform/time/duration.ts'
import { dhaka } from '../helpers/hours.ts'
import { type Hotline, makeHotline, numberOf, unanswered } from '../helpers/hotline.ts'

const log = pino({ level: 'silent' })
const dispatcherOf = (deps: Hotline['deps']): DispatchDeps => ({ ...deps, log, isTelephonyConnected: () => true })
const run = (hotline: Hotline) => dispatch(dispatcherOf(hotline.deps))
const offerOf = async ({ deps }: Hotline, agentUserId: string) => (await findOffer(deps, agentUserId))?.callbackId
const endings = async ({ db }: Hotline) =>
  (await db.selectFrom('callbackOffer').select('endedAs').orderBy('id').execute()).map(({ endedAs }) => endedAs)
/** Real time goes by for every open offer. */
const letOffersLapse = ({ db }: Hotline) =>
  sql`update callback_offer set offered_at = offered_at - interval '1 hour', open_until = clock_timestamp() where ended_at is null`.execute(
    db,
  )

async function freeFor(
  hotline: Hotline,
  minutes: number,
  own: Parameters<Hotline['agent']>[0] & { callMode?: string } = {},
): Promise<string> {
  const { callMode = 'preview', ...parts } = own
  const agentUserId = await hotline.agent(parts)
  const statusSince = new Date(hotline.clock.now().getTime() - minutes * MINUTE)
  await hotline.db.updateTable('agent').set({ statusSince, callMode }).where('userId', '=', agentUserId).execute()
  return agentUserId
}

describe('what is due', () => {
  test('is offered to whoever of those certified in the language has been free longest', async () => {
    const hotline = await makeHotline()
    const short = await freeFor(hotline, 5)
    const longest = await freeFor(hotline, 30)
    await freeFor(hotline, 60, { languageCodes: ['en'] })
    await freeFor(hotline, 60, { status: 'break' })
    await freeFor(hotline, 60, { isPhoneReachable: false })
    await freeFor(hotline, 60, { callMode: 'manual' })
    const uncertified = await freeFor(hotline, 60)
    await hotline.db.deleteFrom('agentCertificate').where('agentUserId', '=', uncertified).execute()
    const callbackId = await hotline.callback()

    await run(hotline)

    expect(await findOffer(hotline.deps, longest)).toMatchObject({ callbackId, languageCode: 'bn', secondsInAll: 20 })
    expect(await findOffer(hotline.deps, short)).toBeNull()
    expect(await hotline.read(callbackId)).toMatchObject({ status: 'waiting', claimToken: null })
    expect(await hotline.db.selectFrom('callbackOffer').select('agentUserId').execute()).toEqual([{ agentUserId: longest }])
  })

  test('goes in the order in which promises end, not in which they fell due', async () => {
    const hotline = await makeHotline()
    const wide = await hotline.callback({ dueAt: dhaka('2026-12-06', '09:00'), slot: { startLocal: '09:00', endLocal: '20:00' } })
    const anyTime = await hotline.callback({ dueAt: dhaka('2026-12-06', '09:10') })
    const ending = await hotline.callback({ dueAt: dhaka('2026-12-06', '09:50'), slot: { startLocal: '09:30', endLocal: '10:30' } })
    const agents = [await freeFor(hotline, 30), await freeFor(hotline, 20), await freeFor(hotline, 10)]

    await run(hotline)

    expect(await Promise.all(agents.map((agent) => offerOf(hotline, agent)))).toEqual([ending, wide, anyTime])
  })

  test('and is kept for the agent who knows the conversation comes to them first', async () => {
    const hotline = await makeHotline()
    const [other, knows] = [await freeFor(hotline, 30), await freeFor(hotline, 5)]
    const urgent = await hotline.callback({ slot: { startLocal: '09:00', endLocal: '10:05' } })
    const begun = await hotline.callback()
    const preferred = { assignedAgentUserId: knows, assignedUntil: dhaka('2026-12-06', '10:10') }
    await hotline.db.updateTable('callback').set(preferred).where('id', '=', begun).execute()

    await run(hotline)

    expect([await offerOf(hotline, other), await offerOf(hotline, knows)]).toEqual([urgent, begun])
  })

  test('but may not ring yet is put off until it may, and offered to nobody', async () => {
    const hotline = await makeHotline()
    await freeFor(hotline, 5)
    const id = await hotline.callback({ slot: { startLocal: '18:00', endLocal: '20:00' } })

    await run(hotline)

    expect(await hotline.read(id)).toMatchObject({ status: 'waiting', dueAt: dhaka('2026-12-06', '18:00') })
    expect(await endings(hotline)).toEqual([])
  })

  test('tells when to look again: at the next due time, or when an offer is over', async () => {
    const hotline = await makeHotline()
    await freeFor(hotline, 5)
    const dueAt = new Date(hotline.clock.now().getTime() + 7000)
    await hotline.callback({ dueAt })
    expect(await run(hotline)).toBe(7000)

    hotline.clock.set(dueAt)
    const ms = await run(hotline)
    expect(ms).toBeGreaterThan(15_000)
    expect(ms).toBeLessThanOrEqual(20_000)
  })
})

describe('an offer', () => {
  test('that is accepted rings the agent, then the worker, as one taken from the list', async () => {
    const hotline = await makeHotline()
    const agentUserId = await freeFor(hotline, 5)
    const callbackId = await hotline.callback()
    await run(hotline)
    const offer = (await findOffer(hotline.deps, agentUserId))!

    const { attemptId } = await acceptOffer(hotline.deps, { offerId: offer.id, agentUserId })

    expect(hotline.orders).toMatchObject([{ attemptId, callbackId, agentUserId }])
    expect(await hotline.read(callbackId)).toMatchObject({ status: 'claimed', claimedByUserId: agentUserId })
    expect(await endings(hotline)).toEqual(['accepted'])
    await expect(acceptOffer(hotline.deps, { offerId: offer.id, agentUserId })).rejects.toThrow(AgentNotReady)
  })

  test('is accepted though another process looks at the callback this moment', async () => {
    const hotline = await makeHotline()
    const agentUserId = await freeFor(hotline, 5)
    const callbackId = await hotline.callback()
    await run(hotline)
    const offer = (await findOffer(hotline.deps, agentUserId))!
    let accepting: Promise<unknown> | undefined
    await inTransaction(hotline.db, async (tx) => {
      await tx.selectFrom('callback').select('id').where('id', '=', callbackId).forUpdate().executeTakeFirstOrThrow()
      accepting = acceptOffer(hotline.deps, { offerId: offer.id, agentUserId })
      await wait(60)
    })
    await accepting
    expect(hotline.orders).toMatchObject([{ callbackId, agentUserId }])
    expect(await endings(hotline)).toEqual(['accepted'])
  })

  test('that is declined goes to the next, and to the same agent only later; no try is used up', async () => {
    const hotline = await makeHotline()
    const [first, second] = [await freeFor(hotline, 30), await freeFor(hotline, 5)]
    const callbackId = await hotline.callback()
    await run(hotline)
    const offer = (await findOffer(hotline.deps, first))!

    await declineOffer(hotline.deps, { offerId: offer.id, agentUserId: first })
    await run(hotline)

    expect([await offerOf(hotline, first), await offerOf(hotline, second)]).toEqual([undefined, callbackId])
    await declineOffer(hotline.deps, { offerId: (await findOffer(hotline.deps, second))!.id, agentUserId: second })
    await run(hotline)
    expect(await endings(hotline)).toEqual(['declined', 'declined'])
    expect(await hotline.read(callbackId)).toMatchObject({ status: 'waiting', countedAttempts: 0 })
    expect(await hotline.attempts(callbackId)).toEqual([])

    await sql`update callback_offer set ended_at = ended_at - interval '6 minutes'`.execute(hotline.db)
    await run(hotline)
    expect(await offerOf(hotline, first)).toBe(callbackId)
  })

  test('that nobody answers lapses and goes to the next; who lets two pass is shown no more until they do something', async () => {
    const hotline = await makeHotline()
    const agentUserId = await freeFor(hotline, 30)
    for (let made = 0; made < 3; made++) await hotline.callback()
    for (let lapsed = 0; lapsed < 3; lapsed++) {
      await run(hotline)
      await letOffersLapse(hotline)
    }
    await run(hotline)
    expect(await endings(hotline)).toEqual(['lapsed', 'lapsed'])
    expect(await hotline.agentStatus(agentUserId)).toBe('free')

    const waiting = { callId: randomUUID(), countryId: 'BD', languageCode: 'bn' }
    expect(await holdForCall(hotline.deps, waiting), 'callers who wait still reach them').toMatchObject({ kind: 'found' })
    await hotline.db.updateTable('agent').set({ status: 'free', heldForCallId: null, holdUntil: null, missedOffers: 0 }).execute()
    await run(hotline)
    expect(await offerOf(hotline, agentUserId)).toBeDefined()
  })

  test('whose time went by while no process was there is no missed one: it is made again at once', async () => {
    const hotline = await makeHotline()
    const agentUserId = await freeFor(hotline, 5)
    const callbackId = await hotline.callback()
    await run(hotline)
    await sql`update callback_offer set offered_at = offered_at - interval '1 hour', open_until = offered_at - interval '1 minute'`.execute(
      hotline.db,
    )
    await run(hotline)
    expect(await endings(hotline)).toEqual(['withdrawn', null])
    expect(await offerOf(hotline, agentUserId)).toBe(callbackId)
  })

  test('is withdrawn when a waiting caller needs the agent, or the callback is closed or taken by another; that is no missed one', async () => {
    const hotline = await makeHotline()
    const [held, idle] = [await freeFor(hotline, 30), await freeFor(hotline, 20)]
    const [first, second] = [await hotline.callback(), await hotline.callback()]
    await run(hotline)
    expect([await offerOf(hotline, held), await offerOf(hotline, idle)]).toEqual([first, second])

    await holdForCall(hotline.deps, { callId: randomUUID(), countryId: 'BD', languageCode: 'bn' })
    await closeCallback(hotline.deps, { callbackId: second, actorUserId: idle, reason: 'A test of ours.' })
    await run(hotline)

    expect((await endings(hotline)).slice(0, 2)).toEqual(['withdrawn', 'withdrawn'])
    expect(await offerOf(hotline, idle), 'the one the held agent had').toBe(first)
    const taker = await freeFor(hotline, 1, { callMode: 'manual' })
    await takeCallback(hotline.deps, { callbackId: first, agentUserId: taker })
    const offer = (await findOffer(hotline.deps, idle))!
    await expect(acceptOffer(hotline.deps, { offerId: offer.id, agentUserId: idle })).rejects.toThrow(ClaimMoved)
    await run(hotline)
    expect(await endings(hotline)).toEqual(['withdrawn', 'withdrawn', 'withdrawn'])
    expect(await hotline.db.selectFrom('agent').select('missedOffers').where('missedOffers', '>', 0).execute()).toEqual([])
  })

  test('is one agent’s alone, and over when its time is', async () => {
    const hotline = await makeHotline()
    const [mine, other] = [await freeFor(hotline, 30), await freeFor(hotline, 5)]
    await hotline.callback()
    await run(hotline)
    const { id: offerId } = (await findOffer(hotline.deps, mine))!
    await expect(acceptOffer(hotline.deps, { offerId, agentUserId: other })).rejects.toThrow(OfferOver)
    await expect(declineOffer(hotline.deps, { offerId, agentUserId: other })).rejects.toThrow(OfferOver)
    await letOffersLapse(hotline)
    expect(await findOffer(hotline.deps, mine)).toBeNull()
    await expect(acceptOffer(hotline.deps, { offerId, agentUserId: mine })).rejects.toThrow(OfferOver)
  })
})

describe('nothing is offered', () => {
  test('where the trunk is paused: no try is used up and nothing moves until it is back', async () => {
    const hotline = await makeHotline()
    const agentUserId = await freeFor(hotline, 5, { callMode: 'progressive' })
    const id = await hotline.callback()
    const before = await hotline.read(id)
    const now = hotline.clock.now()
    await inTransaction(hotline.db, (tx) =>
      pauseTrunk(tx, { trunkId: 'bd-1', reason: 'A test.', resumesAt: new Date(now.getTime() + HOUR), now }),
    )
    await run(hotline)
    expect(await hotline.read(id)).toEqual(before)
    expect(hotline.orders).toEqual([])

    hotline.clock.advance(HOUR)
    await run(hotline)
    expect(hotline.orders).toMatchObject([{ callbackId: id, agentUserId }])
  })

  test('beyond the trunk’s channels, those promised to open offers counted', async () => {
    const hotline = await makeHotline()
    await hotline.db.updateTable('trunk').set({ maxChannels: 2 }).execute()
    for (let made = 0; made < 4; made++) {
      await hotline.callback()
      await freeFor(hotline, 5)
    }
    await run(hotline)
    expect(await endings(hotline)).toEqual([null, null])
    const due = await hotline.db.selectFrom('callback').select('dueAt').execute()
    expect(new Set(due.map(({ dueAt }) => dueAt.getTime())), 'the others stay as due as they were').toEqual(
      new Set([dhaka('2026-12-06', '09:00').getTime()]),
    )
  })

  test('while the telephone system is away', async () => {
    const hotline = await makeHotline()
    await freeFor(hotline, 5)
    await hotline.callback()
    await dispatch({ ...dispatcherOf(hotline.deps), isTelephonyConnected: () => false })
    expect(await endings(hotline)).toEqual([])
  })
})

describe('an agent who wants their phone to ring at once', () => {
  test('has it rung, and gets the next one when they are free again', async () => {
    const hotline = await makeHotline()
    const agentUserId = await freeFor(hotline, 5, { callMode: 'progressive' })
    const [first, second] = [await hotline.callback(), await hotline.callback()]

    await run(hotline)
    expect(hotline.orders).toMatchObject([{ callbackId: first, agentUserId }])
    await attemptEnded(hotline.deps, hotline.orders[0]!.attemptId, { at: hotline.clock.now(), ended: unanswered({ sipStatus: 486 }) })
    await run(hotline)
    expect(hotline.orders.map(({ callbackId }) => callbackId)).toEqual([first, second])
    expect(await endings(hotline)).toEqual(['rung', 'rung'])
  })

  test('and hangs up on it is not rung for the same callback over and over', async () => {
    const hotline = await makeHotline()
    const agentUserId = await freeFor(hotline, 5, { callMode: 'progressive' })
    const callbackId = await hotline.callback()
    await run(hotline)
    await attemptEnded(hotline.deps, hotline.orders[0]!.attemptId, {
      at: hotline.clock.now(),
      ended: { kind: 'agent-hung-up-before-answer' },
    })
    await run(hotline)
    expect(hotline.orders).toHaveLength(1)
    const other = await freeFor(hotline, 1, { callMode: 'progressive' })
    await run(hotline)
    expect(hotline.orders.map((order) => order.agentUserId)).toEqual([agentUserId, other])
    expect(await hotline.read(callbackId)).toMatchObject({ countedAttempts: 0 })
  })

  test('is rung for the same worker again when that one was busy and is due again, however soon', async () => {
    const hotline = await makeHotline()
    const agentUserId = await freeFor(hotline, 5, { callMode: 'progressive' })
    const callbackId = await hotline.callback()
    await run(hotline)
    await attemptEnded(hotline.deps, hotline.orders[0]!.attemptId, { at: hotline.clock.now(), ended: unanswered({ sipStatus: 486 }) })
    hotline.clock.set((await hotline.read(callbackId)).dueAt)
    await run(hotline)
    expect(hotline.orders.map((order) => [order.callbackId, order.agentUserId])).toEqual([
      [callbackId, agentUserId],
      [callbackId, agentUserId],
    ])
  })

  test('loses nothing when the phone system takes no order: the callback is as due as it was', async () => {
    const hotline = await makeHotline()
    const agentUserId = await freeFor(hotline, 5, { callMode: 'progressive' })
    const callbackId = await hotline.callback()
    const placeCall = () => Promise.reject(new Error('no Asterisk'))
    const deps = { ...dispatcherOf(hotline.deps), callbackTelephony: { ...hotline.deps.callbackTelephony, placeCall } }
    expect(await dispatch(deps)).toBe(5000)
    expect(await hotline.read(callbackId)).toMatchObject({ status: 'waiting', countedAttempts: 0, heldReason: null })
    expect(await hotline.agentStatus(agentUserId)).toBe('free')
  })
})

test('of 100 callbacks that are due, two processes’ dispatchers give twenty agents each exactly once', { timeout: 120_000 }, async () => {
  const hotline = await makeHotline()
  await hotline.db.updateTable('trunk').set({ maxChannels: 50, maxCallsPerHour: 5000, maxMinutesPerDay: 100_000 }).execute()
  const COUNT = 100
  await insertMany(hotline, COUNT)
  for (let made = 0; made < 20; made++) await freeFor(hotline, made, { callMode: 'progressive' })
  const processes = [hotline.deps, hotline.secondInstance()].map(dispatcherOf)
  const given: string[] = []
  // The worker's phone is busy at once, and the agent free for the next.
  const deps = processes.map((each) => ({
    ...each,
    callbackTelephony: {
      ...each.callbackTelephony,
      placeCall: async ({ attemptId, callbackId }: { attemptId: string; callbackId: string }) => {
        given.push(callbackId)
        await attemptEnded(each, attemptId, { at: hotline.clock.now(), ended: unanswered({ sipStatus: 486 }) })
      },
    },
  }))
  for (let rounds = 0; given.length < COUNT && rounds < 50; rounds++) await Promise.all(deps.map(dispatch))

  expect(given.length).toBe(COUNT)
  expect(new Set(given).size).toBe(COUNT)
  const attempts = await hotline.db.selectFrom('attempt').select(['callbackId', 'outcome']).execute()
  expect(new Set(attempts.map(({ callbackId }) => callbackId)).size).toBe(COUNT)
  expect(attempts).toHaveLength(COUNT)
  expect(attempts.every(({ outcome }) => outcome === 'busy')).toBe(true)
  const shares = await hotline.db
    .selectFrom('attempt')
    .select(['agentUserId', ({ fn }) => fn.countAll<number>().as('calls')])
    .groupBy('agentUserId')
    .execute()
  expect(shares).toHaveLength(20)
})

/** Many callbacks, each of a worker and a number of its own. */
async function insertMany({ db, deps, factoryId }: Hotline, count: number): Promise<void> {
  const due = { reason: 'audit', status: 'waiting', countryId: 'BD', languageCode: 'bn', timeZone: 'Asia/Dhaka' }
  await inTransaction(db, async (tx) => {
    for (let number = 0; number < count; number++) {
      const worker = { e164: numberOf(number), countryId: 'BD', languageCode: 'bn', factoryId }
      const { workerId, phoneNumberId } = await addRosterWorker(deps, tx, worker)
      const dueAt = new Date(dhaka('2026-12-06', '09:00').getTime() + number)
      await tx
        .insertInto('callback')
        .values({ ...due, workerId, phoneNumberId, dueAt })
        .execute()
    }
  })
}
