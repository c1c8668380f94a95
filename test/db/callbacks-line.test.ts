import { describe, expect, test } from 'vitest'
import {
  attemptAnswered,
  attemptConnected,
  attemptEnded,
  attemptRang,
  hangUp,
  nameOutcome,
  NotInThisState,
  NotYourCallback,
  OutcomeIncomplete,
  recoverLeases,
  rescheduleCallback,
  closeCallback,
  takeCallback,
  takeNext,
} from '../../server/domains/callbacks/service.ts'
import type { NameOutcome } from '../../server/domains/callbacks/contract.ts'
import { HOUR, MINUTE } from '../../server/platform/time/duration.ts'
import { dhaka } from '../helpers/hours.ts'
import { type Hotline, hungUpAfterTalking, makeHotline, unanswered } from '../helpers/hotline.ts'

describe('a call nobody answers', () => {
  test('is tried again two hours later, and the agent is free at once', async () => {
    const { hotline, callbackId, attemptId, agentUserId } = await called()
    await attemptRang(hotline.deps, attemptId, hotline.clock.now())
    expect((await hotline.read(callbackId)).status).toBe('ringing')
    hotline.clock.advance(MINUTE)
    const at = hotline.clock.now()

    await attemptEnded(hotline.deps, attemptId, { at, ended: unanswered() })

    expect(await hotline.read(callbackId)).toMatchObject({
      status: 'waiting',
      dueAt: new Date(at.getTime() + 2 * HOUR),
      countedAttempts: 1,
      lastOutcome: 'no-answer',
      claimToken: null,
    })
    expect(await hotline.attempts(callbackId)).toMatchObject([
      { outcome: 'no-answer', isCounted: true, isRingInVain: true, endedAt: at, hangupCause: 19, sipStatus: 480 },
    ])
    expect(await hotline.agentStatus(agentUserId)).toBe('free')
  })

  test('is closed with its outcome when the fourth was in vain', async () => {
    const { hotline, callbackId, attemptId } = await called()
    await hotline.db.updateTable('callback').set({ countedAttempts: 3 }).execute()
    await attemptEnded(hotline.deps, attemptId, { at: hotline.clock.now(), ended: unanswered({ sipStatus: 486 }) })
    expect(await hotline.read(callbackId)).toMatchObject({
      status: 'closed',
      lastOutcome: 'busy',
      closedReason: 'All 4 attempts are used; the last one: busy.',
    })
  })

  test('is settled once, however often its end is told', async () => {
    const { hotline, callbackId, attemptId } = await called()
    const end = { at: hotline.clock.now(), ended: unanswered() }
    await Promise.all([attemptEnded(hotline.deps, attemptId, end), attemptEnded(hotline.deps, attemptId, end)])
    const settled = await hotline.read(callbackId)
    await attemptEnded(hotline.deps, attemptId, { at: dhaka('2026-12-06', '11:00'), ended: unanswered({ sipStatus: 486 }) })
    await attemptRang(hotline.deps, attemptId, hotline.clock.now())
    await attemptConnected(hotline.deps, attemptId, hotline.clock.now())
    expect(await hotline.read(callbackId)).toEqual(settled)
    expect(settled.countedAttempts).toBe(1)
  })

  test('because the agent did not pick up burns nothing, and sends the agent away', async () => {
    const { hotline, callbackId, attemptId, agentUserId } = await called()
    await attemptEnded(hotline.deps, attemptId, { at: hotline.clock.now(), ended: { kind: 'agent-did-not-answer' } })
    expect(await hotline.read(callbackId)).toMatchObject({
      status: 'waiting',
      dueAt: hotline.clock.now(),
      countedAttempts: 0,
      lastOutcome: 'agent-failure',
    })
    expect(await hotline.agentStatus(agentUserId)).toBe('away')
  })

  test('because the agent gave up while it rang burns nothing, but the number has been rung', async () => {
    const { hotline, callbackId, attemptId } = await called()
    await attemptRang(hotline.deps, attemptId, hotline.clock.now())
    await attemptEnded(hotline.deps, attemptId, { at: hotline.clock.now(), ended: { kind: 'agent-hung-up-before-answer' } })
    expect(await hotline.attempts(callbackId)).toMatchObject([{ outcome: 'agent-failure', isCounted: false, isRingInVain: true }])
    hotline.clock.advance(89 * MINUTE)
    await expect(takeCallback(hotline.deps, { callbackId, agentUserId: await hotline.agent() })).rejects.toThrow('rung in vain')
  })

  test('ends as it ended although the agent has lost their phone meanwhile', async () => {
    const { hotline, callbackId, attemptId } = await called()
    await hotline.db.updateTable('agent').set({ retiredAt: hotline.clock.now() }).execute()
    await attemptEnded(hotline.deps, attemptId, { at: hotline.clock.now(), ended: unanswered() })
    expect(await hotline.read(callbackId)).toMatchObject({ status: 'waiting', lastOutcome: 'no-answer' })
  })

  test('to a number that is dead on two days is closed as such', async () => {
    const { hotline, callbackId, attemptId } = await called()
    await attemptEnded(hotline.deps, attemptId, { at: hotline.clock.now(), ended: unanswered({ sipStatus: 404, rang: false }) })
    expect(await hotline.read(callbackId)).toMatchObject({ status: 'waiting', dueAt: dhaka('2026-12-07', '13:00') })
    hotline.clock.set(dhaka('2026-12-07', '13:00'))
    const second = await takeCallback(hotline.deps, { callbackId, agentUserId: await hotline.agent() })
    await attemptEnded(hotline.deps, second.attemptId, { at: hotline.clock.now(), ended: unanswered({ sipStatus: 410, rang: false }) })
    expect(await hotline.read(callbackId)).toMatchObject({ status: 'closed', lastOutcome: 'dead-number' })
  })

  test('over a trunk that calls a tenth of its numbers dead closes nobody, but pauses the trunk', async () => {
    const { hotline, callbackId, attemptId, agentUserId } = await called()
    await pastAttempts(hotline, agentUserId, [...Array<string>(17).fill('no-answer'), 'dead-number', 'dead-number'])
    await attemptEnded(hotline.deps, attemptId, { at: hotline.clock.now(), ended: unanswered({ sipStatus: 404, rang: false }) })
    expect(await hotline.read(callbackId)).toMatchObject({ status: 'waiting', lastOutcome: 'trunk-failure', countedAttempts: 0 })
    const trunk = await hotline.db.selectFrom('trunk').select(['pausedReason', 'resumesAt']).executeTakeFirstOrThrow()
    expect(trunk).toEqual({ pausedReason: "The carrier called 3 of the last hour's 20 numbers dead.", resumesAt: null })
  })
})

describe('a conversation', () => {
  test('ends in wrap-up until the agent names the outcome', async () => {
    const { hotline, callbackId, attemptId, agentUserId } = await talking()
    expect((await hotline.read(callbackId)).status).toBe('talking')
    await attemptEnded(hotline.deps, attemptId, { at: hotline.clock.now(), ended: hungUpAfterTalking })
    expect(await hotline.read(callbackId)).toMatchObject({ status: 'wrap-up', claimedByUserId: agentUserId, countedAttempts: 0 })
    expect(await hotline.agentStatus(agentUserId)).toBe('wrap-up')

    await nameOutcome(hotline.deps, { callbackId, agentUserId, named: { outcome: 'complete' } })

    expect(await hotline.read(callbackId)).toMatchObject({ status: 'done', lastOutcome: 'complete', countedAttempts: 1, claimToken: null })
    expect(await hotline.attempts(callbackId)).toMatchObject([{ outcome: 'complete', isCounted: true, isRingInVain: false }])
    expect(await hotline.agentStatus(agentUserId)).toBe('free')
  })

  test('ends with the outcome when it is named before the line is over', async () => {
    const { hotline, callbackId, attemptId, agentUserId } = await talking()
    await nameOutcome(hotline.deps, { callbackId, agentUserId, named: { outcome: 'someone-else' } })
    expect(hotline.hungUp).toEqual([attemptId])
    expect((await hotline.read(callbackId)).status).toBe('talking')
    await attemptEnded(hotline.deps, attemptId, { at: hotline.clock.now(), ended: hungUpAfterTalking })
    expect(await hotline.read(callbackId)).toMatchObject({
      status: 'waiting',
      lastOutcome: 'someone-else',
      dueAt: dhaka('2026-12-07', '13:00'),
    })
    expect(await hotline.agentStatus(agentUserId)).toBe('free')
  })

  test('that was cut off is offered to the same agent ten minutes later', async () => {
    const { hotline, callbackId, agentUserId } = await named({ outcome: 'partial' })
    hotline.clock.advance(10 * MINUTE)
    await expect(takeNext(hotline.deps, { agentUserId: await hotline.agent() })).rejects.toThrow('No callback')
    expect(await takeNext(hotline.deps, { agentUserId })).toMatchObject({ callbackId })
  })

  test('in the wrong language goes at once to who speaks the right one, and counts nothing', async () => {
    const { hotline, callbackId } = await named({ outcome: 'language-mismatch', languageCode: 'en' })
    expect(await hotline.read(callbackId)).toMatchObject({
      status: 'waiting',
      languageCode: 'en',
      countedAttempts: 0,
      dueAt: hotline.clock.now(),
    })
    const english = await hotline.agent({ languageCodes: ['en'] })
    expect(await takeNext(hotline.deps, { agentUserId: english })).toMatchObject({ callbackId })
  })

  test('that is not safe now goes on at the time the worker names', async () => {
    const callAgainAt = dhaka('2026-12-08', '19:00')
    const { hotline, callbackId } = await named({ outcome: 'not-safe-now', callAgainAt: callAgainAt.toISOString() })
    expect(await hotline.read(callbackId)).toMatchObject({
      dueAt: callAgainAt,
      slot: { date: '2026-12-08', startLocal: '19:00', endLocal: '20:00' },
      countedAttempts: 0,
    })
  })

  test('ended by a refusal is the last with this number', async () => {
    const { hotline, callbackId } = await named({ outcome: 'refused' })
    expect(await hotline.read(callbackId)).toMatchObject({ status: 'closed', lastOutcome: 'refused' })
    const { workerId, phoneNumberId } = await hotline.read(callbackId)
    const worker = await hotline.db.selectFrom('worker').select('refusedAt').where('id', '=', workerId).executeTakeFirstOrThrow()
    const number = await hotline.db
      .selectFrom('phoneNumber')
      .select('neverCallSince')
      .where('id', '=', phoneNumberId)
      .executeTakeFirstOrThrow()
    expect([worker.refusedAt, number.neverCallSince]).toEqual([hotline.clock.now(), hotline.clock.now()])
  })

  test('ended by a refusal does not speak for another worker of the same phone', async () => {
    const hotline = await makeHotline()
    const [one, two] = [await hotline.worker({ number: 7 }), await hotline.worker({ number: 7 })]
    await named({ outcome: 'refused' }, await called(hotline, await hotline.callback({ worker: one })))
    const callbackId = await hotline.callback({ worker: two })
    await takeCallback(hotline.deps, { callbackId, agentUserId: await hotline.agent() })
    expect(hotline.orders).toHaveLength(2)
  })

  test('has its outcome named by its own agent, whole, and only when there was one', async () => {
    const { hotline, callbackId, attemptId, agentUserId } = await called()
    const name = (named: NameOutcome, by = agentUserId) => nameOutcome(hotline.deps, { callbackId, agentUserId: by, named })
    await expect(name({ outcome: 'complete' })).rejects.toThrow(NotInThisState)
    await attemptConnected(hotline.deps, attemptId, hotline.clock.now())
    await expect(name({ outcome: 'complete' }, await hotline.agent())).rejects.toThrow(NotYourCallback)
    await expect(name({ outcome: 'reschedule' })).rejects.toThrow(new OutcomeIncomplete('Say when the worker wants to be called.'))
    await expect(name({ outcome: 'reschedule', callAgainAt: dhaka('2026-12-08', '22:00').toISOString() })).rejects.toThrow(
      'may not be called then',
    )
    await expect(name({ outcome: 'language-mismatch' })).rejects.toThrow('Say which language')
    await expect(name({ outcome: 'language-mismatch', languageCode: 'vi' })).rejects.toThrow('no line in that language')
  })

  test('is hung up by its agent alone', async () => {
    const { hotline, callbackId, attemptId, agentUserId } = await talking()
    await expect(hangUp(hotline.deps, { callbackId, agentUserId: await hotline.agent() })).rejects.toThrow(NotYourCallback)
    await hangUp(hotline.deps, { callbackId, agentUserId })
    expect(hotline.hungUp).toEqual([attemptId])
  })
})

describe('an end nobody saw', () => {
  test('while the phone rang is unknown and waits for a supervisor', async () => {
    const { hotline, callbackId, attemptId, agentUserId } = await called()
    await attemptEnded(hotline.deps, attemptId, { at: hotline.clock.now(), ended: { kind: 'lost' } })
    expect(await hotline.read(callbackId)).toMatchObject({
      status: 'waiting',
      lastOutcome: 'unknown',
      heldReason: expect.stringContaining('unknown') as string,
    })
    await expect(takeNext(hotline.deps, { agentUserId })).rejects.toThrow('No callback')
    expect(await openAlerts(hotline)).toEqual([{ kind: 'outcome-unknown', subject: callbackId, countryId: 'BD' }])
    await closeCallback(hotline.deps, { callbackId, actorUserId: agentUserId, reason: 'Spoke to them elsewhere.' })
    expect(await openAlerts(hotline)).toEqual([])
  })

  test('is corrected by a report that comes after all', async () => {
    const { hotline, callbackId, attemptId } = await called()
    await hotline.expireLeases()
    await recoverLeases(hotline.deps)
    expect((await hotline.read(callbackId)).lastOutcome).toBe('unknown')
    expect(await openAlerts(hotline)).toHaveLength(1)
    const at = hotline.clock.now()
    await attemptEnded(hotline.deps, attemptId, { at, ended: unanswered({ sipStatus: 486 }) })
    expect(await hotline.read(callbackId)).toMatchObject({
      lastOutcome: 'busy',
      heldReason: null,
      countedAttempts: 1,
      dueAt: new Date(at.getTime() + 90 * MINUTE),
    })
  })

  test('in a conversation lets the agent name the outcome all the same', async () => {
    const { hotline, callbackId, attemptId, agentUserId } = await talking()
    await attemptEnded(hotline.deps, attemptId, { at: hotline.clock.now(), ended: { kind: 'lost' } })
    expect((await hotline.read(callbackId)).status).toBe('wrap-up')
    await nameOutcome(hotline.deps, { callbackId, agentUserId, named: { outcome: 'complete' } })
    expect((await hotline.read(callbackId)).status).toBe('done')
  })

  test('gives a claim that was given up back to the agent who had the conversation', async () => {
    const { hotline, callbackId, attemptId, agentUserId } = await called()
    await hotline.expireLeases()
    await recoverLeases(hotline.deps)
    await attemptEnded(hotline.deps, attemptId, { at: hotline.clock.now(), ended: hungUpAfterTalking })
    expect(await hotline.read(callbackId)).toMatchObject({ status: 'wrap-up', claimedByUserId: agentUserId, heldReason: null })
    await nameOutcome(hotline.deps, { callbackId, agentUserId, named: { outcome: 'complete' } })
    expect(await hotline.read(callbackId)).toMatchObject({ status: 'done', countedAttempts: 1 })
  })

  test('does not forget what the agent had named: a refusal stays one', async () => {
    const { hotline, callbackId, attemptId, agentUserId } = await talking()
    await nameOutcome(hotline.deps, { callbackId, agentUserId, named: { outcome: 'refused' } })
    await hotline.expireLeases()
    await recoverLeases(hotline.deps)
    expect(await hotline.read(callbackId)).toMatchObject({ status: 'closed', lastOutcome: 'refused', heldReason: null })
    expect(await hotline.attempts(callbackId)).toMatchObject([{ id: attemptId, outcome: 'refused' }])
    const { neverCallSince } = await hotline.db.selectFrom('phoneNumber').select('neverCallSince').executeTakeFirstOrThrow()
    expect(neverCallSince).not.toBeNull()
  })

  test('of a wrap-up the agent forgot asks a supervisor', async () => {
    const { hotline, callbackId, attemptId, agentUserId } = await talking()
    await attemptEnded(hotline.deps, attemptId, { at: hotline.clock.now(), ended: hungUpAfterTalking })
    await hotline.expireLeases()
    expect(await recoverLeases(hotline.deps)).toEqual({ released: 0, unknown: 1 })
    expect(await hotline.read(callbackId)).toMatchObject({
      heldReason: 'There was a conversation, but the agent named no outcome; a supervisor decides.',
    })
    expect(await hotline.agentStatus(agentUserId)).toBe('away')
  })
})

describe('a supervisor', () => {
  test('lets a held callback be called again at a time', async () => {
    const { hotline, callbackId, attemptId } = await called()
    await attemptEnded(hotline.deps, attemptId, { at: hotline.clock.now(), ended: { kind: 'lost' } })
    const actorUserId = await hotline.agent()
    await rescheduleCallback(hotline.deps, { callbackId, actorUserId, callAgainAt: dhaka('2026-12-06', '15:00') })
    hotline.clock.set(dhaka('2026-12-06', '15:00'))
    await takeCallback(hotline.deps, { callbackId, agentUserId: await hotline.agent() })
    expect(hotline.orders).toHaveLength(2)
  })

  test('cannot move it outside the hours of the country', async () => {
    const hotline = await makeHotline()
    const moving = rescheduleCallback(hotline.deps, {
      callbackId: await hotline.callback(),
      actorUserId: await hotline.agent(),
      callAgainAt: dhaka('2026-12-06', '22:00'),
    })
    await expect(moving).rejects.toThrow(OutcomeIncomplete)
  })

  test('closes one nobody is calling; a number in the reason is not kept', async () => {
    const { hotline, callbackId, attemptId, agentUserId: actorUserId } = await called()
    const close = () => closeCallback(hotline.deps, { callbackId, actorUserId, reason: 'Moved away, now 01712-345678' })
    await expect(close()).rejects.toThrow(new NotInThisState('An agent is at it; wait until the call is over.'))
    await attemptEnded(hotline.deps, attemptId, { at: hotline.clock.now(), ended: unanswered() })
    await close()
    expect(await hotline.read(callbackId)).toMatchObject({ status: 'closed', closedReason: 'Moved away, now [number]' })
    await expect(close()).rejects.toThrow(new NotInThisState('This callback is over.'))
  })
})

type Called = { hotline: Hotline; callbackId: string; attemptId: string; agentUserId: string }

/** An agent has taken a callback; the order is given. */
async function called(hotline?: Hotline, callback?: string): Promise<Called> {
  const own = hotline ?? (await makeHotline())
  const callbackId = callback ?? (await own.callback())
  const agentUserId = await own.agent()
  const { attemptId } = await takeCallback(own.deps, { callbackId, agentUserId })
  return { hotline: own, callbackId, attemptId, agentUserId }
}

/** Agent and worker hear each other. */
async function talking(given?: Called): Promise<Called> {
  const call = given ?? (await called())
  const at = call.hotline.clock.now()
  await attemptRang(call.hotline.deps, call.attemptId, at)
  await attemptAnswered(call.hotline.deps, call.attemptId, at)
  await attemptConnected(call.hotline.deps, call.attemptId, at)
  return call
}

/** A conversation is over and its outcome named. */
async function named(outcome: NameOutcome, given?: Called): Promise<Called> {
  const call = await talking(given)
  const { hotline, attemptId, callbackId, agentUserId } = call
  await attemptEnded(hotline.deps, attemptId, { at: hotline.clock.now(), ended: hungUpAfterTalking })
  await nameOutcome(hotline.deps, { callbackId, agentUserId, named: outcome })
  return call
}

/** Tries of the last half hour over the trunk, each with its outcome. */
async function pastAttempts(hotline: Hotline, agentUserId: string, outcomes: string[]): Promise<void> {
  for (const outcome of outcomes) {
    const callbackId = await hotline.callback()
    const { phoneNumberId } = await hotline.read(callbackId)
    const at = new Date(hotline.clock.now().getTime() - 30 * MINUTE)
    const past = { id: crypto.randomUUID(), callbackId, phoneNumberId, trunkId: 'bd-1', claimToken: crypto.randomUUID(), agentUserId }
    const ended = { numberInCallback: 1, createdAt: at, endedAt: at, outcome, isCounted: true, isRingInVain: false }
    await hotline.db
      .insertInto('attempt')
      .values({ ...past, ...ended })
      .execute()
  }
}

function openAlerts({ db }: Hotline) {
  return db.selectFrom('alert').select(['kind', 'subject', 'countryId']).where('closedAt', 'is', null).execute()
}
