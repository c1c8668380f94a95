import { randomBytes, randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { recordMissedCall } from '../../server/domains/callbacks/service.ts'
import { recordArrived } from '../../server/domains/calls/service.ts'
import { checkPin, givePin, newPin, reservePins, statusForPin } from '../../server/domains/pins/service.ts'
import {
  type ArrivedVoicemail,
  ingestVoicemail,
  openAudio,
  recordContact,
  recordPinEntered,
} from '../../server/domains/voicemails/service.ts'
import { addUnknownCaller } from '../../server/domains/workers/service.ts'
import type { Scope } from '../../server/platform/http/policy.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { MINUTE } from '../../server/platform/time/duration.ts'
import { collect } from '../helpers/collect.ts'
import { CARD_DID, type Hotline, makeHotline, numberOf } from '../helpers/hotline.ts'

const at = new Date('2026-12-06T04:00:00Z')

async function calling(hotline: Hotline, callerE164: string | null = numberOf(1)) {
  const callId = randomUUID()
  const call = { callId, channelId: callId, direction: 'inbound', flow: 'inbound', did: CARD_DID, startedAt: at, instance: '1' } as const
  await recordArrived(hotline.deps, { ...call, callerE164 })
  const message: ArrivedVoicemail = {
    ...{ spoolName: `vm-${callId}-bn-3`, callId, wav: randomBytes(150_000), languageCode: 'bn', leftAt: at, durationMs: 9000 },
    isCutOff: false,
  }
  return { callId, message }
}
const voicemailsOf = (hotline: Hotline) => hotline.db.selectFrom('voicemail').selectAll().orderBy('leftAt').execute()
const openCallbacks = (hotline: Hotline) =>
  hotline.db.selectFrom('callback').selectAll().where('status', 'not in', ['done', 'closed']).where('heldReason', 'is', null).execute()
const numberIn = async (hotline: Hotline, phoneNumberId: string | null) =>
  (await hotline.db.selectFrom('phoneNumber').select('blindIndex').where('id', '=', phoneNumberId!).executeTakeFirstOrThrow()).blindIndex

async function heard(hotline: Hotline, id: string): Promise<Buffer> {
  const reader: Scope = { userId: await hotline.agent(), role: 'supervisor', countryIds: ['BD'], factoryIds: [], clientId: null }
  const { byteLength, read } = await openAudio(hotline.deps, reader, id)
  return Buffer.concat(await collect(read(0, byteLength)))
}

/** The message and the caller's word come in either order, each perhaps twice. */
const orders = [
  ['the word first', ['word', 'message']],
  ['the message first', ['message', 'word']],
  ['each of them twice', ['message', 'word', 'message', 'word']],
] as const

describe.each(orders)('%s', (_, order) => {
  async function settle(contact: { choice: 'this' | 'other' | 'none'; number?: string; pin?: string }) {
    const hotline = await makeHotline()
    const { callId, message } = await calling(hotline)
    for (const step of order) {
      if (step === 'message') await ingestVoicemail(hotline.deps, message)
      else await recordContact(hotline.deps, { callId, at, ...contact })
    }
    const [voicemail, ...more] = await voicemailsOf(hotline)
    expect(more).toEqual([])
    return { hotline, callId, message, voicemail: voicemail! }
  }

  test('another number: that one is called, and no other', async () => {
    const { hotline, voicemail, message } = await settle({ choice: 'other', number: numberOf(2) })
    const open = await openCallbacks(hotline)
    expect(open.map(({ id }) => id)).toEqual([voicemail.callbackId])
    expect(await numberIn(hotline, open[0]!.phoneNumberId)).toEqual(hotline.deps.cipher.blindIndex('phone', numberOf(2)))
    expect(voicemail.workerId).toBe(open[0]!.workerId)
    expect(await heard(hotline, voicemail.id)).toEqual(message.wav)
  })

  test('none: nobody is called, and the PIN finds the message’s worker', async () => {
    const pin = newPin()
    const { hotline, voicemail, message } = await settle({ choice: 'none', pin })
    expect(await openCallbacks(hotline)).toEqual([])
    expect(voicemail.callbackId).toBeNull()
    const { callId } = await calling(hotline, numberOf(7))
    expect(await checkPin(hotline.deps, { callId, pin })).toEqual({ isFound: true, workerId: voicemail.workerId, status: null })
    expect(await heard(hotline, voicemail.id)).toEqual(message.wav)
  })

  test('the message is sealed under its owner’s key, whatever was believed before', async () => {
    const { hotline, voicemail } = await settle({ choice: 'none', pin: newPin() })
    const keys = await hotline.db
      .selectFrom('recording')
      .innerJoin('worker', 'worker.dataKeyId', 'recording.dataKeyId')
      .select('worker.id')
      .where('recording.id', '=', voicemail.recordingId)
      .execute()
    expect(keys).toEqual([{ id: voicemail.workerId }])
  })

  test('this number: it is called', async () => {
    const { hotline, voicemail } = await settle({ choice: 'this' })
    expect((await openCallbacks(hotline)).map(({ id }) => id)).toEqual([voicemail.callbackId])
  })
})

test('a later wish does not close what another call was promised: a supervisor decides', async () => {
  const hotline = await makeHotline()
  const [first, second] = [await calling(hotline), await calling(hotline)]
  await ingestVoicemail(hotline.deps, first.message)
  await ingestVoicemail(hotline.deps, second.message)
  await recordContact(hotline.deps, { callId: second.callId, choice: 'none', pin: newPin(), at })
  const [callback] = await hotline.db.selectFrom('callback').selectAll().execute()
  expect(callback).toMatchObject({ status: 'waiting', heldReason: expect.stringContaining('a supervisor decides') as string })
})

test('a voicemail, a missed call and a second voicemail of one number are one callback with both recordings', async () => {
  const hotline = await makeHotline()
  const [first, missed, second] = [await calling(hotline), await calling(hotline), await calling(hotline)]
  await ingestVoicemail(hotline.deps, first.message)
  await recordMissedCall(hotline.deps, { callId: missed.callId, at: new Date(at.getTime() + MINUTE) })
  await ingestVoicemail(hotline.deps, { ...second.message, leftAt: new Date(at.getTime() + 2 * MINUTE) })
  const [callback, ...more] = await hotline.db.selectFrom('callback').select('id').execute()
  expect(more).toEqual([])
  expect((await voicemailsOf(hotline)).map(({ callbackId }) => callbackId)).toEqual([callback!.id, callback!.id])
  const calls = await hotline.db.selectFrom('call').select('callbackId').execute()
  expect(calls).toEqual([callback, callback, callback].map((one) => ({ callbackId: one!.id })))
})

test('a withheld number’s message has a worker of its own, and a missed call of none leads nowhere', async () => {
  const hotline = await makeHotline()
  const { message } = await calling(hotline, null)
  await ingestVoicemail(hotline.deps, message)
  expect(await voicemailsOf(hotline)).toMatchObject([{ callbackId: null, workerId: expect.any(String) as string }])
})

describe('a PIN', () => {
  async function known(hotline: Hotline) {
    const [pin] = await reservePins(hotline.deps, 1)
    const workerId = await inTransaction(hotline.db, async (tx) => {
      const worker = await addUnknownCaller(hotline.deps, tx, { countryId: 'BD', languageCode: 'bn' })
      expect(await givePin(hotline.deps, tx, { pin: pin!, workerId: worker, at })).toBe(true)
      return worker
    })
    return { pin: pin!, workerId }
  }

  test.each(['the message', 'the PIN'])('brings what is said with it to its worker, and rings nobody back: %s first', async (first) => {
    const hotline = await makeHotline()
    const { pin, workerId } = await known(hotline)
    const { callId, message } = await calling(hotline)
    if (first === 'the message') await ingestVoicemail(hotline.deps, message)
    await recordPinEntered(hotline.deps, { callId, pin })
    if (first === 'the PIN') await ingestVoicemail(hotline.deps, message)
    expect(await voicemailsOf(hotline)).toMatchObject([{ workerId, callbackId: null }])
    expect(await openCallbacks(hotline)).toEqual([])
    expect(await recordMissedCall(hotline.deps, { callId, at })).toBeNull()
  })

  test('is kept as a keyed hash alone', async () => {
    const hotline = await makeHotline()
    const { pin } = await known(hotline)
    const rows = JSON.stringify(await hotline.db.selectFrom('pin').selectAll().execute())
    expect(rows).not.toContain(pin)
    expect(rows).not.toContain(Buffer.from(pin).toString('hex'))
  })

  test('is somebody else’s already: the second worker does not get it', async () => {
    const hotline = await makeHotline()
    const { pin } = await known(hotline)
    const { callId } = await calling(hotline)
    await recordContact(hotline.deps, { callId, choice: 'none', pin, at })
    const alerts = await hotline.db.selectFrom('alert').select('kind').execute()
    expect(alerts).toEqual([{ kind: 'pin-taken' }])
  })

  test('wrong ones are limited per number; then a right one is not found either, until an hour has passed', async () => {
    const hotline = await makeHotline()
    const { pin, workerId } = await known(hotline)
    const { callId } = await calling(hotline)
    for (let wrong = 0; wrong < 6; wrong++) expect(await checkPin(hotline.deps, { callId, pin: newPin() })).toEqual({ isFound: false })
    expect(await checkPin(hotline.deps, { callId, pin })).toEqual({ isFound: false })
    // Another number is not punished for it.
    const other = await calling(hotline, numberOf(3))
    expect(await checkPin(hotline.deps, { callId: other.callId, pin })).toMatchObject({ isFound: true, workerId })
    hotline.clock.set(new Date(hotline.clock.now().getTime() + 61 * MINUTE))
    expect(await checkPin(hotline.deps, { callId, pin })).toMatchObject({ isFound: true, workerId })
    const actions = (await hotline.db.selectFrom('activity').select(['action', 'subjectId']).execute()).filter(({ action }) =>
      action.startsWith('pin.'),
    )
    expect(actions.filter(({ action }) => action === 'pin.missed')).toHaveLength(6)
    expect(actions.filter(({ action }) => action === 'pin.limited')).toEqual([{ action: 'pin.limited', subjectId: 'BD-card' }])
  })

  test('wrong ones are limited per line, whoever rings', async () => {
    const hotline = await makeHotline()
    const { pin } = await known(hotline)
    for (let index = 0; index < 10; index++) {
      const { callId } = await calling(hotline, numberOf(100 + index))
      for (let wrong = 0; wrong < 6; wrong++) await checkPin(hotline.deps, { callId, pin: newPin() })
    }
    const { callId } = await calling(hotline, numberOf(3))
    expect(await checkPin(hotline.deps, { callId, pin })).toEqual({ isFound: false })
  })

  test('as a text gets one of five neutral sentences', async () => {
    const hotline = await makeHotline()
    const { pin, workerId } = await known(hotline)
    const sent = { lineDid: CARD_DID, phoneNumberId: null }
    expect(await statusForPin(hotline.deps, { ...sent, pin })).toEqual({ sentence: 'nothing-new', workerId })
    expect(await statusForPin(hotline.deps, { ...sent, pin: newPin() })).toEqual({ sentence: 'not-found', workerId: null })
  })
})
