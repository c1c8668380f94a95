import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { closeOverdue, planAuditCallbacks, planForCaller, recordMissedCall, takeCallback } from '../../server/domains/callbacks/service.ts'
import { endCall, recordArrived } from '../../server/domains/calls/service.ts'
import { findOrCreateNumber } from '../../server/domains/workers/service.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { dhaka } from '../helpers/hours.ts'
import { CARD_DID, type Hotline, makeHotline, numberOf } from '../helpers/hotline.ts'

describe('closing an audit', () => {
  test('plans one callback per worker on the fifth day, however often it is closed', async () => {
    const hotline = await makeHotline()
    const worker = await hotline.worker()
    const auditId = await makeAudit(hotline, '2026-12-01')
    const first = await plan(hotline, auditId, worker)
    const again = await Promise.all([plan(hotline, auditId, worker), plan(hotline, auditId, worker)])
    expect(first).toMatchObject({ isNew: true, note: null })
    expect(again).toEqual([
      { ...first, isNew: false },
      { ...first, isNew: false },
    ])
    expect(await hotline.read(first.callbackId)).toMatchObject({
      reason: 'audit',
      status: 'waiting',
      dueAt: dhaka('2026-12-06', '18:00'),
      auditId,
    })
  })

  test('says why a day was moved', async () => {
    const hotline = await makeHotline()
    await hotline.db.insertInto('countryHoliday').values({ countryId: 'BD', holidayDate: '2026-12-06', name: 'a holiday' }).execute()
    const planned = await plan(hotline, await makeAudit(hotline, '2026-12-01'), await hotline.worker())
    expect(planned.note).toBe('2026-12-06 is a holiday in Bangladesh (a holiday); moved to 2026-12-07.')
    expect(await hotline.read(planned.callbackId)).toMatchObject({ dueAt: dhaka('2026-12-07', '18:00'), plannedNote: planned.note })
  })

  test('closes at once what a refusal of an earlier campaign forbids', async () => {
    const hotline = await makeHotline()
    const worker = await hotline.worker()
    await hotline.db
      .updateTable('phoneNumber')
      .set({ neverCallSince: dhaka('2026-01-01', '12:00') })
      .execute()
    const { callbackId } = await plan(hotline, await makeAudit(hotline, '2026-12-01'), worker)
    expect(await hotline.read(callbackId)).toMatchObject({ status: 'closed', lastOutcome: 'refused' })
    await expect(takeCallback(hotline.deps, { callbackId, agentUserId: await hotline.agent() })).rejects.toThrow()
  })
})

describe('somebody who rings us', () => {
  test('and leaves no message is called back once, however often they rang', async () => {
    const hotline = await makeHotline()
    const calls = await Promise.all([ring(hotline, 5), ring(hotline, 5), ring(hotline, 5)])
    const at = hotline.clock.now()
    const promised = await Promise.all(calls.map((callId) => recordMissedCall(hotline.deps, { callId, at })))
    expect(new Set(promised.map((one) => one?.callbackId)).size).toBe(1)
    const callbackId = promised[0]!.callbackId
    expect(await hotline.read(callbackId)).toMatchObject({
      reason: 'missed-call',
      status: 'waiting',
      dueAt: at,
      languageCode: 'bn',
      slot: null,
    })
  })

  test('is not called back a second time for the same call, told again after it was done', async () => {
    const hotline = await makeHotline()
    const callId = await ring(hotline, 5)
    const first = await recordMissedCall(hotline.deps, { callId, at: hotline.clock.now() })
    await hotline.db.updateTable('callback').set({ status: 'done', closedAt: hotline.clock.now() }).execute()
    expect(await recordMissedCall(hotline.deps, { callId, at: hotline.clock.now() })).toEqual(first)
    expect(await hotline.db.selectFrom('callback').select('id').execute()).toHaveLength(1)
  })

  test('at night is called when the country opens', async () => {
    const hotline = await makeHotline()
    const callId = await ring(hotline, 5)
    const promised = await recordMissedCall(hotline.deps, { callId, at: dhaka('2026-12-06', '23:00') })
    expect((await hotline.read(promised!.callbackId)).dueAt).toEqual(dhaka('2026-12-07', '09:00'))
  })

  test('without a number cannot be called back', async () => {
    const hotline = await makeHotline()
    expect(await recordMissedCall(hotline.deps, { callId: await ring(hotline, null), at: hotline.clock.now() })).toBeNull()
  })

  test('for three reasons at once is owed one call, in the language they chose last', async () => {
    const hotline = await makeHotline()
    const number = { e164: numberOf(5), countryId: 'BD' }
    const phoneNumberId = await inTransaction(hotline.db, (tx) => findOrCreateNumber(hotline.deps, tx, number))
    const at = hotline.clock.now()
    const promise = (reason: 'voicemail' | 'missed-call' | 'text', languageCode: string) =>
      inTransaction(hotline.db, (tx) => planForCaller(hotline.deps, tx, { reason, phoneNumberId, countryId: 'BD', languageCode, at }))
    const promised = await Promise.all([promise('voicemail', 'bn'), promise('missed-call', 'bn'), promise('text', 'bn')])
    expect(new Set(promised.map(({ callbackId }) => callbackId)).size).toBe(1)
    expect(promised.filter(({ isNew }) => isNew)).toHaveLength(1)
    await promise('text', 'en')
    expect(await hotline.read(promised[0].callbackId)).toMatchObject({ languageCode: 'en' })
  })

  test('is called at once although a call to them was put off', async () => {
    const hotline = await makeHotline()
    const first = await recordMissedCall(hotline.deps, { callId: await ring(hotline, 5), at: hotline.clock.now() })
    await hotline.db
      .updateTable('callback')
      .set({ dueAt: dhaka('2026-12-07', '09:00') })
      .execute()
    await recordMissedCall(hotline.deps, { callId: await ring(hotline, 5), at: dhaka('2026-12-06', '11:00') })
    expect((await hotline.read(first!.callbackId)).dueAt).toEqual(dhaka('2026-12-06', '11:00'))
  })

  test('after they asked not to be called waits for a supervisor', async () => {
    const hotline = await makeHotline()
    const callId = await ring(hotline, 5)
    await hotline.db
      .updateTable('phoneNumber')
      .set({ neverCallSince: dhaka('2026-12-01', '12:00') })
      .execute()
    const promised = await recordMissedCall(hotline.deps, { callId, at: hotline.clock.now() })
    expect(await hotline.read(promised!.callbackId)).toMatchObject({
      heldReason: expect.stringContaining('a supervisor decides') as string,
    })
  })
})

test('a callback whose last day has passed is closed by itself', async () => {
  const hotline = await makeHotline()
  const [over, held, open] = [await hotline.callback(), await hotline.callback({ heldReason: 'Unknown.' }), await hotline.callback()]
  await hotline.db
    .updateTable('callback')
    .set({ expiresAt: dhaka('2026-12-06', '10:00') })
    .where('id', 'in', [over, held])
    .execute()
  expect(await closeOverdue(hotline.deps)).toBe(1)
  const statuses = await Promise.all([over, held, open].map(async (id) => (await hotline.read(id)).status))
  expect(statuses).toEqual(['closed', 'waiting', 'waiting'])
})

async function makeAudit(hotline: Hotline, auditDate: string): Promise<string> {
  const audit = { factoryId: hotline.factoryId, auditDate, status: 'closed', closedAt: hotline.clock.now() }
  return (await hotline.db.insertInto('audit').values(audit).returning('id').executeTakeFirstOrThrow()).id
}

async function plan(hotline: Hotline, auditId: string, worker: { workerId: string; phoneNumberId: string }) {
  hotline.clock.set(dhaka('2026-12-01', '17:00'))
  const visit = { auditId, countryId: 'BD', timeZone: 'Asia/Dhaka', lastDate: '2026-12-01', offsetDays: 5, questionnaireId: null }
  const wish = { ...worker, languageCode: 'bn', slot: { startLocal: '18:00', endLocal: '20:00' } }
  const [planned] = await inTransaction(hotline.db, (tx) => planAuditCallbacks(hotline.deps, tx, visit, [wish]))
  return planned!
}

/** A call that ended without a message. @param last digits of the caller's number; null: withheld */
async function ring(hotline: Hotline, last: number | null): Promise<string> {
  const callId = randomUUID()
  const at = hotline.clock.now()
  const call = {
    callId,
    channelId: `${callId}.1`,
    direction: 'inbound',
    flow: 'inbound',
    did: CARD_DID,
    startedAt: at,
    instance: '1',
  } as const
  await recordArrived(hotline.deps, { ...call, callerE164: last === null ? null : numberOf(last) })
  await endCall(hotline.deps, { callId, at, reason: 'hung-up' })
  return callId
}
