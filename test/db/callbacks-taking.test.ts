import { describe, expect, test } from 'vitest'
import {
  attemptEnded,
  AgentNotReady,
  CallbackNotFound,
  NothingToCall,
  NotNow,
  PhoneSystemAway,
  takeCallback,
  takeNext,
} from '../../server/domains/callbacks/service.ts'
import { recoverLeases } from '../../server/domains/callbacks/service.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { MINUTE } from '../../server/platform/time/duration.ts'
import { addRosterWorker } from '../../server/domains/workers/service.ts'
import { dhaka } from '../helpers/hours.ts'
import { CALLBACK_DID, CARD_DID, makeHotline, numberOf, unanswered } from '../helpers/hotline.ts'

describe('an agent who takes a callback', () => {
  test('has their phone rung for the worker, over the trunk of the country, with the attempt written down', async () => {
    const hotline = await makeHotline()
    const agentUserId = await hotline.agent()
    const callbackId = await hotline.callback({ worker: await hotline.worker({ number: 42 }) })

    const { attemptId } = await takeCallback(hotline.deps, { callbackId, agentUserId })

    const { reference } = await hotline.read(callbackId)
    expect(hotline.orders).toEqual([
      {
        attemptId,
        callbackId,
        reference,
        countryId: 'BD',
        languageCode: 'bn',
        agentUserId,
        agentSipUser: expect.stringMatching(/^agent-/) as string,
        interpreterSipUser: null,
        trunkId: 'bd-1',
        callerDid: CALLBACK_DID,
        workerE164: numberOf(42),
        ringTimeoutSeconds: 30,
        maxCallSeconds: 3600,
        detectsMachines: false,
      },
    ])
    expect(await hotline.attempts(callbackId)).toMatchObject([
      { id: attemptId, numberInCallback: 1, agentUserId, outcome: null, endedAt: null },
    ])
    expect(await hotline.read(callbackId)).toMatchObject({ status: 'claimed', claimedByUserId: agentUserId })
    expect(await hotline.agentStatus(agentUserId)).toBe('on-call')
  })

  test('finds the attempt committed before the order is given', async () => {
    const hotline = await makeHotline()
    const agentUserId = await hotline.agent()
    const callbackId = await hotline.callback()
    const other = hotline.secondInstance()
    let seen: string[] = []
    const placeCall = async () => void (seen = await readAttemptIds(other.db))

    const { attemptId } = await takeCallback(
      { ...hotline.deps, callbackTelephony: { ...hotline.deps.callbackTelephony, placeCall } },
      { callbackId, agentUserId },
    )

    expect(seen).toEqual([attemptId])
  })

  test('shows the number of the card only to a worker who agreed', async () => {
    const hotline = await makeHotline()
    const callbackId = await hotline.callback({ mayShowCardNumber: true })
    await takeCallback(hotline.deps, { callbackId, agentUserId: await hotline.agent() })
    expect(hotline.orders).toMatchObject([{ callerDid: CARD_DID }])
  })

  test('takes one call at a time, and only with a phone that is on', async () => {
    const hotline = await makeHotline()
    const [first, second] = [await hotline.callback(), await hotline.callback()]
    const busy = await hotline.agent({ status: 'on-call' })
    const off = await hotline.agent({ isPhoneReachable: false })
    await expect(takeCallback(hotline.deps, { callbackId: first, agentUserId: busy })).rejects.toThrow(AgentNotReady)
    await expect(takeCallback(hotline.deps, { callbackId: first, agentUserId: off })).rejects.toThrow('Your phone is not registered')

    const quick = await hotline.agent()
    const both = await Promise.allSettled(
      [first, second].map((callbackId) => takeCallback(hotline.deps, { callbackId, agentUserId: quick })),
    )
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(hotline.orders).toHaveLength(1)
  })

  test('does not see those of other languages or countries', async () => {
    const hotline = await makeHotline()
    const callbackId = await hotline.callback({ languageCode: 'en' })
    await expect(takeCallback(hotline.deps, { callbackId, agentUserId: await hotline.agent() })).rejects.toThrow(CallbackNotFound)
  })

  test('is told why a callback may not ring yet, and leaves it as it was', async () => {
    const hotline = await makeHotline()
    const callbackId = await hotline.callback({ slot: { startLocal: '18:00', endLocal: '20:00' } })
    const before = await hotline.read(callbackId)
    const taking = takeCallback(hotline.deps, { callbackId, agentUserId: await hotline.agent() })
    await expect(taking).rejects.toThrow(new NotNow("Outside the worker's hours; again from 2026-12-06 18:00 (Asia/Dhaka)."))
    expect(await hotline.read(callbackId)).toEqual({ ...before, updatedAt: expect.any(Date) as Date })
  })

  test('with the phone system away uses up nothing', async () => {
    const hotline = await makeHotline()
    const agentUserId = await hotline.agent()
    const callbackId = await hotline.callback()
    const placeCall = () => Promise.reject(new Error('no Asterisk'))
    const away = { ...hotline.deps, callbackTelephony: { ...hotline.deps.callbackTelephony, placeCall } }

    await expect(takeCallback(away, { callbackId, agentUserId })).rejects.toThrow(PhoneSystemAway)

    expect(await hotline.read(callbackId)).toMatchObject({ status: 'waiting', heldReason: null, countedAttempts: 0 })
    expect(await hotline.attempts(callbackId)).toMatchObject([{ outcome: 'agent-failure', isCounted: false }])
    expect(await hotline.agentStatus(agentUserId)).toBe('free')
  })
})

describe('an agent who asks for the next', () => {
  test('gets what is due longest', async () => {
    const hotline = await makeHotline()
    await hotline.callback({ dueAt: dhaka('2026-12-06', '09:30') })
    const first = await hotline.callback({ dueAt: dhaka('2026-12-06', '09:10') })
    expect(await takeNext(hotline.deps, { agentUserId: await hotline.agent() })).toMatchObject({ callbackId: first })
  })

  test('is spared what may not ring yet, which is put off until it may', async () => {
    const hotline = await makeHotline()
    const evening = await hotline.callback({ dueAt: dhaka('2026-12-06', '09:10'), slot: { startLocal: '18:00', endLocal: '20:00' } })
    const now = await hotline.callback({ dueAt: dhaka('2026-12-06', '09:30') })
    expect(await takeNext(hotline.deps, { agentUserId: await hotline.agent() })).toMatchObject({ callbackId: now })
    expect(await hotline.read(evening)).toMatchObject({ status: 'waiting', dueAt: dhaka('2026-12-06', '18:00') })
  })

  test('is told when there is nothing, and what used its attempts up is closed', async () => {
    const hotline = await makeHotline()
    const used = await hotline.callback()
    await hotline.db.updateTable('callback').set({ countedAttempts: 4 }).execute()
    await expect(takeNext(hotline.deps, { agentUserId: await hotline.agent() })).rejects.toThrow(NothingToCall)
    expect(await hotline.read(used)).toMatchObject({ status: 'closed', closedReason: 'All 4 attempts are used.' })
  })
})

describe('a number', () => {
  test('shared by two workers is two callbacks, and never rung twice at once', async () => {
    const hotline = await makeHotline()
    const [one, two] = [await hotline.worker({ number: 7 }), await hotline.worker({ number: 7 })]
    expect(one.phoneNumberId).toBe(two.phoneNumberId)
    const callbacks = [await hotline.callback({ worker: one }), await hotline.callback({ worker: two })]
    const agents = [await hotline.agent(), await hotline.agent()]

    const tries = await Promise.allSettled(
      callbacks.map((callbackId, index) => takeCallback(hotline.deps, { callbackId, agentUserId: agents[index]! })),
    )

    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(tries.flatMap((one) => (one.status === 'rejected' ? [(one.reason as Error).message] : []))).toEqual([
      'A call to this number is going on.',
    ])
    expect(hotline.orders).toHaveLength(1)
  })

  test('is left alone for 90 minutes after a ring in vain, whoever that was for', async () => {
    const hotline = await makeHotline()
    const agentUserId = await hotline.agent()
    const [one, two] = [await hotline.worker({ number: 7 }), await hotline.worker({ number: 7 })]
    const [first, second] = [await hotline.callback({ worker: one }), await hotline.callback({ worker: two })]
    const { attemptId } = await takeCallback(hotline.deps, { callbackId: first, agentUserId })
    await attemptEnded(hotline.deps, attemptId, { at: hotline.clock.now(), ended: unanswered() })

    hotline.clock.advance(89 * MINUTE)
    await expect(takeCallback(hotline.deps, { callbackId: second, agentUserId })).rejects.toThrow('rung in vain less than 90 minutes ago')
    hotline.clock.advance(1 * MINUTE)
    await takeCallback(hotline.deps, { callbackId: second, agentUserId })
    expect(hotline.orders).toHaveLength(2)
  })

  test('that is none of the country is never dialled, even if it is in the vault', async () => {
    const hotline = await makeHotline()
    const abroad = { e164: '+84912345678', countryId: 'BD', languageCode: 'bn', factoryId: hotline.factoryId }
    const callbackId = await hotline.callback({
      worker: await inTransaction(hotline.db, (tx) => addRosterWorker(hotline.deps, tx, abroad)),
    })
    await expect(takeCallback(hotline.deps, { callbackId, agentUserId: await hotline.agent() })).rejects.toThrow(
      'The number is not one of BD.',
    )
    expect(hotline.orders).toEqual([])
    expect(await hotline.read(callbackId)).toMatchObject({ status: 'waiting', heldReason: 'The number is not one of BD.' })
  })
})

describe('a trunk', () => {
  test('over its calls an hour stops until a person resumes it', async () => {
    const hotline = await makeHotline()
    await hotline.db.updateTable('trunk').set({ maxCallsPerHour: 2 }).execute()
    for (let call = 0; call < 2; call++) {
      await takeCallback(hotline.deps, { callbackId: await hotline.callback(), agentUserId: await hotline.agent() })
    }
    const taking = takeCallback(hotline.deps, { callbackId: await hotline.callback(), agentUserId: await hotline.agent() })
    await expect(taking).rejects.toThrow('The trunk was paused: 2 calls in an hour; 2 are allowed.')
    expect(hotline.orders).toHaveLength(2)
    const trunk = await hotline.db.selectFrom('trunk').select(['pausedReason', 'resumesAt']).executeTakeFirstOrThrow()
    expect(trunk).toEqual({ pausedReason: '2 calls in an hour; 2 are allowed.', resumesAt: null })
  })

  test('takes no more calls at once than it has channels, however many start together', async () => {
    const hotline = await makeHotline()
    await hotline.db.updateTable('trunk').set({ maxChannels: 3 }).execute()
    const pairs = await Promise.all(
      Array.from({ length: 8 }, async () => ({ callbackId: await hotline.callback(), agentUserId: await hotline.agent() })),
    )
    await Promise.allSettled(pairs.map((pair) => takeCallback(hotline.deps, pair)))
    expect(hotline.orders).toHaveLength(3)
  })

  test('over its minutes a day stops', async () => {
    const hotline = await makeHotline()
    await hotline.db.updateTable('trunk').set({ maxMinutesPerDay: 30 }).execute()
    const { attemptId } = await takeCallback(hotline.deps, { callbackId: await hotline.callback(), agentUserId: await hotline.agent() })
    await hotline.db.updateTable('attempt').set({ answeredAt: hotline.clock.now() }).where('id', '=', attemptId).execute()
    hotline.clock.advance(31 * MINUTE)
    const taking = takeCallback(hotline.deps, { callbackId: await hotline.callback(), agentUserId: await hotline.agent() })
    await expect(taking).rejects.toThrow('The trunk was paused: 31 minutes today; 30 are allowed.')
  })

  test('that fails three times in a row rests for five minutes and is then tried again', async () => {
    const hotline = await makeHotline()
    for (let call = 0; call < 3; call++) {
      const { attemptId } = await takeCallback(hotline.deps, { callbackId: await hotline.callback(), agentUserId: await hotline.agent() })
      await attemptEnded(hotline.deps, attemptId, { at: hotline.clock.now(), ended: unanswered({ sipStatus: 503, rang: false }) })
    }
    const agentUserId = await hotline.agent()
    const callbackId = await hotline.callback()
    await expect(takeCallback(hotline.deps, { callbackId, agentUserId })).rejects.toThrow('The carrier failed three times in a row.')
    await expect(takeNext(hotline.deps, { agentUserId })).rejects.toThrow(NothingToCall)
    expect(
      (await hotline.db.selectFrom('callback').select('countedAttempts').execute()).every(({ countedAttempts }) => countedAttempts === 0),
    ).toBe(true)

    hotline.clock.advance(5 * MINUTE)
    await takeCallback(hotline.deps, { callbackId, agentUserId })
    expect(hotline.orders).toHaveLength(4)
  })
})

describe('a claim without an attempt', () => {
  test('goes back to waiting when its lease runs out', async () => {
    const hotline = await makeHotline()
    const id = await hotline.callback()
    const claimedByUserId = await hotline.agent()
    const claim = { status: 'claimed', claimToken: crypto.randomUUID(), claimedByUserId, leaseUntil: new Date(0) }
    await hotline.db.updateTable('callback').set(claim).execute()
    expect(await recoverLeases(hotline.deps)).toEqual({ released: 1, unknown: 0 })
    expect(await hotline.read(id)).toMatchObject({ status: 'waiting', heldReason: null, claimToken: null })
  })
})

async function readAttemptIds(db: Awaited<ReturnType<typeof makeHotline>>['db']): Promise<string[]> {
  return (await db.selectFrom('attempt').select('id').execute()).map(({ id }) => id)
}
