import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { holdForCall, recoverHolds, releaseFromCall, setOwnStatus } from '../../server/domains/agents/service.ts'
import {
  askCallback,
  attemptEnded,
  conversationBegan,
  nameOutcome,
  recordMissedCall,
  recoverLeases,
  takeNext,
} from '../../server/domains/callbacks/service.ts'
import type { NameOutcome } from '../../server/domains/callbacks/contract.ts'
import { endCall, recordArrived, recordStep } from '../../server/domains/calls/service.ts'
import { HOUR, MINUTE } from '../../server/platform/time/duration.ts'
import { CARD_DID, type Hotline, hungUpAfterTalking, makeHotline, numberOf } from '../helpers/hotline.ts'

/** A worker's call in Bengali that has arrived; waiting in the queue when so said. */
async function rings(hotline: Hotline, { number = 1 as number | null, isWaiting = false } = {}): Promise<string> {
  const callId = randomUUID()
  const startedAt = hotline.clock.now()
  const callerE164 = number === null ? null : numberOf(number)
  const call = {
    callId,
    channelId: callId,
    direction: 'inbound',
    flow: 'inbound',
    did: CARD_DID,
    callerE164,
    startedAt,
    instance: '1',
  } as const
  await recordArrived(hotline.deps, call)
  const status = isWaiting ? ({ status: 'waiting' } as const) : {}
  await recordStep(hotline.deps, { callId, sequence: 1, name: 'seeking', languageCode: 'bn', at: startedAt, ...status })
  hotline.clock.advance(1000)
  return callId
}
/** For a lock that another transaction has. */
async function somebodyWaits({ db }: Hotline): Promise<void> {
  const isWaiting = async () => {
    const { rows } = await sql<{ isWaiting: boolean }>`
      select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock') as is_waiting`.execute(
      db,
    )
    return rows[0]!.isWaiting
  }
  await expect.poll(isWaiting).toBe(true)
}
const wish = (callId: string = randomUUID()) => ({ callId, countryId: 'BD', languageCode: 'bn' })
const none = { kind: 'none', place: 1, waitMinutes: null }

describe('an agent for a caller who waits', () => {
  test('is the one who has been free longest, and each is held once, however many ask at once', async () => {
    const hotline = await makeHotline()
    const agents: string[] = []
    for (let nth = 0; nth < 4; nth++) {
      const userId = await hotline.agent()
      await hotline.db
        .updateTable('agent')
        .set({ statusSince: new Date(Date.UTC(2026, 11, 1, nth)) })
        .where('userId', '=', userId)
        .execute()
      agents.push(userId)
    }
    const second = hotline.secondInstance()
    const sought = await Promise.all(Array.from({ length: 20 }, (_, nth) => holdForCall(nth % 2 ? second : hotline.deps, wish())))
    const held = sought.flatMap((answer) => (answer.kind === 'found' ? [answer.agent.userId] : []))
    expect(held.toSorted()).toEqual(agents.toSorted())

    await hotline.db.updateTable('agent').set({ status: 'free', heldForCallId: null, holdUntil: null }).execute()
    expect(await holdForCall(hotline.deps, wish())).toMatchObject({ agent: { userId: agents[0] } })
  })

  test.each([
    ['only looked at', 'free', 0],
    ['taken', 'on-call', 1],
  ] as const)('whose row is locked for a moment is waited for: %s', async (_, status, nth) => {
    const hotline = await makeHotline()
    const agents = [await hotline.agent(), await hotline.agent()]
    const longest = hotline.db.updateTable('agent').where('userId', '=', agents[0]!)
    await longest.set({ statusSince: new Date(Date.UTC(2026, 0, 1)) }).execute()
    const sought = await hotline.db.transaction().execute(async (tx) => {
      await tx.selectFrom('agent').select('userId').where('userId', '=', agents[0]!).forUpdate().execute()
      const seeking = holdForCall(hotline.deps, wish())
      await somebodyWaits(hotline)
      await tx.updateTable('agent').set({ status }).where('userId', '=', agents[0]!).execute()
      return { seeking }
    })
    expect(await sought.seeking).toMatchObject({ kind: 'found', agent: { userId: agents[nth] } })
  })

  test.each<[string, Parameters<Hotline['agent']>[0], boolean]>([
    ['in wrap-up', { status: 'wrap-up' }, true],
    ['on a call', { status: 'on-call' }, true],
    ['on a break', { status: 'break' }, false],
    ['away', { status: 'away' }, false],
    ['without a phone', { isPhoneReachable: false }, false],
    ['of another language', { languageCodes: ['en'] }, false],
  ])('is never one %s', async (_, own, isAnyoneOnDuty) => {
    const hotline = await makeHotline()
    await hotline.agent(own)
    expect(await holdForCall(hotline.deps, wish())).toEqual({ ...none, isAnyoneOnDuty })
  })

  test('is never one whom nobody has certified in the language, for a call or a callback', async () => {
    const hotline = await makeHotline()
    const agentUserId = await hotline.agent()
    await hotline.callback()
    await hotline.db.deleteFrom('agentCertificate').execute()
    expect(await holdForCall(hotline.deps, wish())).toMatchObject({ kind: 'none', isAnyoneOnDuty: false })
    await expect(takeNext(hotline.deps, { agentUserId })).rejects.toMatchObject({ code: 'nothing-to-call' })
  })

  test('is given to whoever rang first and waits; a call that its process has left is passed over', async () => {
    const hotline = await makeHotline()
    await hotline.agent()
    const first = await rings(hotline, { number: 1, isWaiting: true })
    const later = await rings(hotline, { number: 2, isWaiting: true })
    expect(await holdForCall(hotline.deps, wish(later))).toEqual({ ...none, place: 2, isAnyoneOnDuty: true })
    expect(await holdForCall(hotline.deps, wish(first))).toMatchObject({ kind: 'found' })
    await releaseFromCall(hotline.deps, { callId: first, agentUserId: null, status: 'free' })
    await hotline.db
      .updateTable('call')
      .set({ updatedAt: new Date(Date.now() - MINUTE) })
      .where('id', '=', first)
      .execute()
    expect(await holdForCall(hotline.deps, wish(later))).toMatchObject({ kind: 'found' })
  })

  test('keeps the place of whoever has been free longest when nothing came of it, and when they say again that they are free', async () => {
    const hotline = await makeHotline()
    const [longest, other] = [await hotline.agent(), await hotline.agent()]
    await hotline.db
      .updateTable('agent')
      .set({ statusSince: new Date(Date.UTC(2026, 0, 1)) })
      .where('userId', '=', longest)
      .execute()
    for (let rung = 0; rung < 3; rung++) {
      const caller = wish()
      expect(await holdForCall(hotline.deps, caller)).toMatchObject({ kind: 'found', agent: { userId: longest } })
      await releaseFromCall(hotline.deps, { callId: caller.callId, agentUserId: null, status: 'free' })
      await setOwnStatus(hotline.deps, longest, { status: 'free' })
    }
    expect(await hotline.agentStatus(other)).toBe('free')
  })

  test('is let go by the call alone that holds them, or when its process died', async () => {
    const hotline = await makeHotline()
    const userId = await hotline.agent()
    const mine = wish()
    await holdForCall(hotline.deps, mine)
    await releaseFromCall(hotline.deps, { callId: randomUUID(), agentUserId: userId, status: 'free' })
    expect(await hotline.agentStatus(userId)).toBe('on-call')
    await releaseFromCall(hotline.deps, { callId: mine.callId, agentUserId: userId, status: 'away' })
    expect(await hotline.agentStatus(userId)).toBe('away')

    await hotline.db.updateTable('agent').set({ status: 'free' }).execute()
    await holdForCall(hotline.deps, mine)
    await recoverHolds(hotline.deps)
    expect(await hotline.agentStatus(userId)).toBe('on-call')
    await hotline.db
      .updateTable('agent')
      .set({ holdUntil: new Date(0) })
      .execute()
    await recoverHolds(hotline.deps)
    expect(await hotline.agentStatus(userId)).toBe('free')
  })

  test('is expected in the time that the last conversations took', async () => {
    const hotline = await makeHotline()
    await hotline.agent({ status: 'on-call' })
    for (const [nth, minutes] of [4, 5, 6].entries()) {
      const callId = await rings(hotline, { number: 10 + nth })
      const at = new Date()
      await recordStep(hotline.deps, {
        callId,
        sequence: 2,
        name: 'talking',
        status: 'talking',
        at: new Date(at.getTime() - minutes * MINUTE),
      })
      await endCall(hotline.deps, { callId, at, reason: 'completed' })
    }
    expect(await holdForCall(hotline.deps, wish())).toEqual({ kind: 'none', isAnyoneOnDuty: true, place: 1, waitMinutes: 5 })
  })
})

async function talking(number: number | null = 1) {
  const hotline = await makeHotline()
  const agentUserId = await hotline.agent()
  const callId = await rings(hotline, { number })
  const begin = async () => {
    await holdForCall(hotline.deps, wish(callId))
    await conversationBegan(hotline.deps, { callId, agentUserId, at: hotline.clock.now() })
  }
  const read = () => hotline.db.selectFrom('callback').selectAll().orderBy('createdAt', 'desc').executeTakeFirstOrThrow()
  const end = async (named: NameOutcome) => {
    await attemptEnded(hotline.deps, callId, { at: hotline.clock.now(), ended: hungUpAfterTalking })
    await nameOutcome(hotline.deps, { callbackId: (await read()).id, agentUserId, named })
  }
  return { hotline, agentUserId, callId, begin, read, end }
}

describe('a worker who rang us talks to an agent', () => {
  test('in an attempt of their own, which uses up none of ours; its end is the agent’s to name', async () => {
    const { hotline, agentUserId, callId, begin, read, end } = await talking()
    await begin()
    await conversationBegan(hotline.deps, { callId, agentUserId, at: hotline.clock.now() })
    const callback = await read()
    expect(callback).toMatchObject({ reason: 'live-call', status: 'talking', claimedByUserId: agentUserId, countedAttempts: 0 })
    expect(await hotline.attempts(callback.id)).toMatchObject([{ id: callId, isInbound: true, agentUserId, endedAt: null }])
    await recoverHolds(hotline.deps)
    await end({ outcome: 'partial' })
    expect(await read()).toMatchObject({ status: 'waiting', lastOutcome: 'partial', countedAttempts: 0 })
    expect(await hotline.attempts(callback.id)).toMatchObject([{ isCounted: false, isRingInVain: false, outcome: 'partial' }])
    expect(await hotline.agentStatus(agentUserId)).toBe('free')
  })

  test('about what they are owed already: one callback', async () => {
    const { hotline, begin, read } = await talking()
    const earlier = await rings(hotline, { number: 1 })
    await recordMissedCall(hotline.deps, { callId: earlier, at: hotline.clock.now() })
    await begin()
    expect(await read()).toMatchObject({ reason: 'missed-call', status: 'talking' })
    expect(await hotline.db.selectFrom('callback').select('id').execute()).toHaveLength(1)
  })

  test('whose number was withheld: the callback has none, and can never wait to be dialled', async () => {
    const { hotline, begin, read, end } = await talking(null)
    await begin()
    const { id, phoneNumberId } = await read()
    expect(phoneNumberId).toBeNull()
    const update = hotline.db.updateTable('callback').where('id', '=', id)
    await expect(update.set({ status: 'ringing' }).execute()).rejects.toThrow('callback_without_number_is_never_due')
    await end({ outcome: 'partial' })
    expect(await read()).toMatchObject({ status: 'closed', closedReason: 'The worker withheld their number and cannot be called back.' })
  })

  test('while another agent writes down what was said: a page of its own', async () => {
    const { hotline, callId, begin, agentUserId } = await talking()
    await begin()
    await attemptEnded(hotline.deps, callId, { at: hotline.clock.now(), ended: hungUpAfterTalking })
    const other = await hotline.agent()
    const again = await rings(hotline, { number: 1 })
    await conversationBegan(hotline.deps, { callId: again, agentUserId: other, at: hotline.clock.now() })
    const rows = await hotline.db.selectFrom('callback').select(['status', 'claimedByUserId']).orderBy('createdAt').execute()
    expect(rows).toEqual([
      { status: 'wrap-up', claimedByUserId: agentUserId },
      { status: 'talking', claimedByUserId: other },
    ])
  })

  test('and an agent who names nothing is not held for ever: a supervisor decides', async () => {
    const { hotline, callId, begin, read, agentUserId } = await talking()
    await begin()
    await attemptEnded(hotline.deps, callId, { at: hotline.clock.now(), ended: hungUpAfterTalking })
    expect(await hotline.agentStatus(agentUserId)).toBe('wrap-up')
    const { leaseUntil } = await read()
    expect(leaseUntil!.getTime() - Date.now()).toBeLessThan(11 * MINUTE)
    await hotline.expireLeases()
    await recoverLeases(hotline.deps)
    expect(await read()).toMatchObject({ status: 'waiting', lastOutcome: 'unknown' })
    expect(await hotline.agentStatus(agentUserId)).toBe('away')
  })
})

describe('missed calls of one number', () => {
  const missed = async (hotline: Hotline, number = 1) => {
    const callId = await rings(hotline, { number })
    return (await recordMissedCall(hotline.deps, { callId, at: hotline.clock.now() }))!.callbackId
  }
  const close = (hotline: Hotline, id: string) =>
    hotline.db.updateTable('callback').set({ status: 'done', closedAt: hotline.clock.now() }).where('id', '=', id).execute()

  test('are one callback, however often it rings; another number is another', async () => {
    const hotline = await makeHotline()
    const ids = [await missed(hotline), await missed(hotline), await missed(hotline), await missed(hotline, 2)]
    expect(new Set(ids.slice(0, 3)).size).toBe(1)
    expect(ids[3]).not.toBe(ids[0])
  })

  test('that follow the callback within the window are called back when it is over, after it at once', async () => {
    const hotline = await makeHotline()
    const first = await missed(hotline)
    await close(hotline, first)
    hotline.clock.advance(MINUTE)
    const within = await missed(hotline)
    expect(within).not.toBe(first)
    const { dueAt, plannedNote } = await hotline.read(within)
    expect((dueAt.getTime() - hotline.clock.now().getTime()) / MINUTE).toBeCloseTo(60, 0)
    expect(plannedNote).toBe('Called back within the last 60 minutes already, and rang again.')
    await close(hotline, within)

    await hotline.db
      .updateTable('callback')
      .set({ createdAt: new Date(Date.now() - 2 * HOUR) })
      .execute()
    const later = await hotline.read(await missed(hotline))
    expect(hotline.clock.now().getTime() - later.dueAt.getTime()).toBeLessThan(MINUTE)
  })

  test('that were answered by the callback need no other', async () => {
    const hotline = await makeHotline()
    const callId = await rings(hotline)
    const at = hotline.clock.now()
    const first = await missed(hotline)
    hotline.clock.advance(MINUTE)
    await close(hotline, first)
    expect(await recordMissedCall(hotline.deps, { callId, at })).toEqual({ callbackId: first })
  })

  test('do not hold back a callback that is asked for by key', async () => {
    const hotline = await makeHotline()
    await close(hotline, await missed(hotline))
    hotline.clock.advance(MINUTE)
    const callId = await rings(hotline)
    const asked = (await askCallback(hotline.deps, { callId, at: hotline.clock.now() }))!
    expect(await askCallback(hotline.deps, { callId, at: hotline.clock.now() })).toEqual(asked)
    expect(await hotline.read(asked.callbackId)).toMatchObject({ reason: 'asked', status: 'waiting' })
    expect((await hotline.read(asked.callbackId)).dueAt.getTime()).toBeLessThanOrEqual(hotline.clock.now().getTime())
  })
})
