import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  type ArrivedCall,
  CallNotFound,
  endCall,
  findCalls,
  findCallView,
  listLiveCalls,
  listOpenCalls,
  recordArrived,
  recordStep,
  saveFlowState,
} from '../../server/domains/calls/service.ts'
import { openNumber } from '../../server/domains/workers/service.ts'
import { CARD_DID, type Hotline, makeHotline, numberOf } from '../helpers/hotline.ts'

const startedAt = new Date('2026-12-06T04:00:00.000Z')
const after = (seconds: number) => new Date(startedAt.getTime() + seconds * 1000)

describe('a call', () => {
  test('that arrives is kept once, its caller in the vault', async () => {
    const { hotline, callId, call } = await arrived({ callerE164: numberOf(9) })
    await Promise.all([recordArrived(hotline.deps, call), recordArrived(hotline.deps, call)])
    const rows = await hotline.db.selectFrom('call').select(['id', 'phoneNumberId', 'callerNumber']).execute()
    expect(rows).toEqual([{ id: callId, phoneNumberId: expect.any(String) as string, callerNumber: 'kept' }])
    expect(await openNumber(hotline.deps, hotline.db, rows[0]!.phoneNumberId!)).toBe(numberOf(9))
  })

  test.each([
    [null, 'withheld'],
    ['anonymous', 'unusable'],
    ['+84912345678', 'unusable'],
    ['+881612345678', 'unusable'],
    ['100', 'unusable'],
  ])('from %j keeps no number, and says so', async (callerE164, callerNumber) => {
    const { hotline } = await arrived({ callerE164 })
    const row = await hotline.db.selectFrom('call').select(['phoneNumberId', 'callerNumber']).executeTakeFirstOrThrow()
    expect(row).toEqual({ phoneNumberId: null, callerNumber })
    expect(await hotline.db.selectFrom('phoneNumber').select('id').execute()).toEqual([])
  })

  test('from a local number is kept in international form', async () => {
    const { hotline } = await arrived({ callerE164: '01100000009' })
    const { phoneNumberId } = await hotline.db.selectFrom('call').select('phoneNumberId').executeTakeFirstOrThrow()
    expect(await openNumber(hotline.deps, hotline.db, phoneNumberId!)).toBe(numberOf(9))
  })

  test('from a number of our own, or under it, keeps none: called back, we would ring ourselves', async () => {
    const { hotline, call } = await arrived()
    await hotline.db
      .updateTable('countryLine')
      .set({ did: numberOf(77) })
      .where('kind', '=', 'callback')
      .execute()
    await recordArrived(hotline.deps, { ...call, callId: randomUUID(), channelId: 'another.1', callerE164: '01100000077' })
    const rows = await hotline.db.selectFrom('call').select('callerNumber').where('id', '!=', call.callId).execute()
    expect(rows).toEqual([{ callerNumber: 'unusable' }])
  })

  test('to a number that is not ours is refused', async () => {
    await expect(arrived({ did: '+8801' + '0'.repeat(8) })).rejects.toThrow('not one of ours')
  })

  test('moves through its steps, and is never moved back by one that comes late or twice', async () => {
    const { hotline, callId } = await arrived()
    await recordStep(hotline.deps, { callId, sequence: 1, name: 'greeted', status: 'menu', at: after(1) })
    await recordStep(hotline.deps, { callId, sequence: 3, name: 'recording', status: 'message', at: after(9) })
    await recordStep(hotline.deps, { callId, sequence: 2, name: 'language-chosen', status: 'menu', languageCode: 'bn', at: after(5) })
    await recordStep(hotline.deps, { callId, sequence: 1, name: 'greeted', status: 'menu', at: after(20) })
    expect(await findCallView(hotline.deps, callId)).toMatchObject({ status: 'message', statusSince: after(9).toISOString() })
    expect(await steps(hotline, callId)).toEqual(['1 greeted', '2 language-chosen', '3 recording'])
  })

  test('ends once, and stays ended', async () => {
    const { hotline, callId } = await arrived()
    await endCall(hotline.deps, { callId, at: after(30), reason: 'hung-up' })
    await endCall(hotline.deps, { callId, at: after(60), reason: 'lost' })
    await recordStep(hotline.deps, { callId, sequence: 9, name: 'late', status: 'menu', at: after(61) })
    expect(await findCallView(hotline.deps, callId)).toMatchObject({
      status: 'ended',
      endedAt: after(30).toISOString(),
      endReason: 'hung-up',
    })
    expect(await listLiveCalls(hotline.deps)).toEqual([])
  })

  test('is found again with its flow after a restart, by the process it belonged to', async () => {
    const { hotline, callId, call } = await arrived({ instance: '2' })
    const ended = { ...call, callId: randomUUID(), channelId: 'other', instance: '2' }
    await recordArrived(hotline.deps, ended)
    await endCall(hotline.deps, { callId: ended.callId, at: after(3), reason: 'hung-up' })
    await saveFlowState(hotline.deps, callId, { at: 'menu', step: 4 })
    expect(await listOpenCalls(hotline.deps, '2')).toMatchObject([
      { callId, flow: 'inbound', flowState: { at: 'menu', step: 4 }, startedAt },
    ])
    expect(await listOpenCalls(hotline.deps, '1')).toEqual([])
    const known = await findCalls(hotline.deps, [callId, ended.callId, randomUUID()])
    const facts = { flow: 'inbound', startedAt, did: CARD_DID, languageCode: null }
    expect(known).toEqual(
      new Map([
        [callId, { ...facts, isEnded: false }],
        [ended.callId, { ...facts, isEnded: true }],
      ]),
    )
  })

  test('nobody knows has no steps', async () => {
    const { hotline } = await arrived()
    await expect(recordStep(hotline.deps, { callId: randomUUID(), sequence: 1, name: 'greeted', at: after(1) })).rejects.toThrow(
      CallNotFound,
    )
  })
})

async function arrived(own: Partial<ArrivedCall> = {}) {
  const hotline = await makeHotline()
  const callId = randomUUID()
  const caller = { direction: 'inbound', flow: 'inbound', did: CARD_DID, callerE164: null } as const
  const call: ArrivedCall = { callId, channelId: '1796529600.1', ...caller, startedAt, instance: '1', ...own }
  await recordArrived(hotline.deps, call)
  return { hotline, callId, call }
}

async function steps(hotline: Hotline, callId: string): Promise<string[]> {
  const rows = await hotline.db
    .selectFrom('callStep')
    .select(['sequence', 'name'])
    .where('callId', '=', callId)
    .orderBy('sequence')
    .execute()
  return rows.map(({ sequence, name }) => `${sequence} ${name}`)
}
