import { randomBytes, randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { recordArrived } from '../../server/domains/calls/service.ts'
import { getRetention, keepRetention } from '../../server/domains/retention/service.ts'
import { ingestText } from '../../server/domains/texts/service.ts'
import { ingestVoicemail } from '../../server/domains/voicemails/service.ts'
import { findOrCreateNumber, openNumber } from '../../server/domains/workers/service.ts'
import { KeyDestroyed } from '../../server/platform/crypto/errors.ts'
import { FieldCipher } from '../../server/platform/crypto/field-cipher.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import type { Scope } from '../../server/platform/http/policy.ts'
import { CARD_DID, type Hotline, makeHotline, numberOf } from '../helpers/hotline.ts'
import { dhaka } from '../helpers/hours.ts'

const OVER = dhaka('2029-03-01', '03:00')
const administrator: Scope = { userId: randomUUID(), role: 'administrator', countryIds: [], factoryIds: [], clientId: null }

/** Somebody who rang, left a message and wrote; both were heard and read, and their callback is over. */
async function caller(hotline: Hotline, last = 5) {
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
  await recordArrived(hotline.deps, { ...call, callerE164: numberOf(last) })
  const wav = Buffer.concat([Buffer.from('RIFF'), randomBytes(1000)])
  const message = { spoolName: `vm-${callId}-bn-4`, callId, wav, languageCode: 'bn', leftAt: at, durationMs: 10_000, isCutOff: false }
  const { voicemailId } = await ingestVoicemail(hotline.deps, message)
  await hotline.db.updateTable('call').set({ status: 'ended', endedAt: at }).where('id', '=', callId).execute()
  await ingestText(hotline.deps, {
    ...{ sameness: randomUUID(), gatewayId: null, did: CARD_DID, from: numberOf(last), isCutOff: false, receivedAt: at },
    body: Buffer.from('our wages are late'),
  })
  const { workerId } = await hotline.db.selectFrom('voicemail').select('workerId').where('id', '=', voicemailId).executeTakeFirstOrThrow()
  await hotline.db.updateTable('callback').set({ status: 'done', closedAt: at }).where('workerId', '=', workerId!).execute()
  await hotline.db.updateTable('voicemail').set({ heardAt: at }).execute()
  await hotline.db.updateTable('textConversation').set({ unreadCount: 0 }).execute()
  return { workerId: workerId!, voicemailId, callId }
}
const worker = ({ db }: Hotline, id: string) => db.selectFrom('worker').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
const numberRow = ({ db }: Hotline, id: string) => db.selectFrom('phoneNumber').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
const report = async (hotline: Hotline) => (await getRetention(hotline.deps, administrator)).rows
const nextNight = (hotline: Hotline, days = 1) => hotline.clock.advance(days * 86_400_000)

async function announced() {
  const hotline = await makeHotline()
  const who = await caller(hotline)
  const { phoneNumberId } = await worker(hotline, who.workerId)
  hotline.clock.set(OVER)
  await keepRetention(hotline.deps)
  expect((await worker(hotline, who.workerId)).eraseAfter).toEqual(new Date(OVER.getTime() + 7 * 86_400_000))
  return { hotline, ...who, phoneNumberId: phoneNumberId! }
}

describe('a worker whose term is over', () => {
  test('is announced for a week, and then nothing of them opens, not even from a copy; the callback stays as a figure', async () => {
    const { hotline, workerId, phoneNumberId } = await announced()
    expect(await report(hotline)).toEqual([
      {
        ...{ clientId: null, clientName: null, retentionMonths: 24, workers: 1, voicemails: 1, texts: 1, cases: 0 },
        eraseAfter: new Date(OVER.getTime() + 7 * 86_400_000).toISOString(),
      },
    ])
    const { db } = hotline
    const before = await numberRow(hotline, phoneNumberId)
    const text = await db.selectFrom('textMessage').select(['id', 'dataKeyId', 'bodySealed']).executeTakeFirstOrThrow()
    const recording = await db.selectFrom('recording').select(['id', 'dataKeyId']).executeTakeFirstOrThrow()
    nextNight(hotline, 6)
    await keepRetention(hotline.deps)
    expect((await worker(hotline, workerId)).erasedAt).toBeNull()
    nextNight(hotline)
    await keepRetention(hotline.deps)

    expect(await worker(hotline, workerId)).toMatchObject({ erasedAt: hotline.clock.now(), phoneNumberId: null, aliasSealed: null })
    // A process that was started later, with what was in the database before.
    const later = new FieldCipher(hotline.keyRing)
    await expect(later.openText(db, before.dataKeyId, `phone_number:e164:${phoneNumberId}`, before.e164Sealed)).rejects.toThrow(
      KeyDestroyed,
    )
    await expect(later.openText(db, text.dataKeyId, `text_message:body:${text.id}`, text.bodySealed)).rejects.toThrow(KeyDestroyed)
    await expect(later.dataKey(db, recording.dataKeyId)).rejects.toThrow(KeyDestroyed)
    expect((await numberRow(hotline, phoneNumberId)).blindIndex).not.toEqual(before.blindIndex)
    const { rows } = await sql`
      select (select count(*)::int from voicemail) + (select count(*)::int from recording_chunk) + (select count(*)::int from text_message)
        + (select count(*)::int from text_conversation) as left, (select count(*)::int from callback) as callbacks`.execute(db)
    expect(rows).toEqual([{ left: 0, callbacks: 1 }])
    expect(await report(hotline)).toEqual([])
    expect((await getRetention(hotline.deps, administrator)).nights[0]).toMatchObject({ announced: 0, erased: 1, isUnfinished: false })
    const log = await db
      .selectFrom('activity')
      .select(['action', 'detail'])
      .where('action', 'in', ['retention.announced', 'worker.erased'])
      .orderBy('id')
      .execute()
    expect(log).toEqual([
      { action: 'retention.announced', detail: { announced: 1, withdrawn: 0 } },
      { action: 'worker.erased', detail: { voicemails: 1, texts: 1, cases: 0, numbers: 1 } },
    ])
  })

  test('who rings again within the week is kept, and so is whoever’s term was made longer', async () => {
    const { hotline, workerId } = await announced()
    await caller(hotline)
    nextNight(hotline, 8)
    await keepRetention(hotline.deps)
    expect(await worker(hotline, workerId)).toMatchObject({ erasedAt: null, eraseAfter: null })
    expect((await getRetention(hotline.deps, administrator)).nights[0]).toMatchObject({ withdrawn: 1, erased: 0 })

    const rostered = await hotline.worker({ number: 77 })
    nextNight(hotline, 1)
    await keepRetention(hotline.deps)
    expect((await worker(hotline, rostered.workerId)).eraseAfter).not.toBeNull()
    await hotline.db.updateTable('client').set({ retentionMonths: 60 }).execute()
    nextNight(hotline, 8)
    await keepRetention(hotline.deps)
    expect(await worker(hotline, rostered.workerId)).toMatchObject({ erasedAt: null, eraseAfter: null })
  })

  test.each([
    ['an open callback', "update callback set status = 'waiting', closed_at = null"],
    ['a message nobody heard', 'update voicemail set heard_at = null'],
    ['a text nobody read', 'update text_conversation set unread_count = 1'],
    ['a call that goes on', "update call set status = 'menu', ended_at = null"],
  ])('is kept for %s, however long ago', async (_, change) => {
    const hotline = await makeHotline()
    const { workerId } = await caller(hotline)
    await sql.raw(change).execute(hotline.db)
    hotline.clock.set(OVER)
    await keepRetention(hotline.deps)
    expect((await worker(hotline, workerId)).eraseAfter).toBeNull()
  })

  test('is looked at again in the moment of erasing', async () => {
    const { hotline, workerId } = await announced()
    nextNight(hotline, 8)
    // After the night has taken back what it must, and before it comes to this worker.
    const db = hotline.db.withPlugin({
      transformQuery: ({ node }) => node,
      transformResult: async ({ result }) => {
        if (result.rows.some((row) => row['id'] === workerId && Object.keys(row).length === 1))
          await hotline.db.updateTable('voicemail').set({ heardAt: null }).execute()
        return result
      },
    })
    await keepRetention({ ...hotline.deps, db })
    expect((await worker(hotline, workerId)).erasedAt).toBeNull()
    expect(await hotline.db.selectFrom('voicemail').select('id').execute()).toHaveLength(1)
  })

  test('leaves the number to others who gave it, and their own to them', async () => {
    const { hotline, workerId, phoneNumberId } = await announced()
    const other = await inTransaction(hotline.db, (tx) => findOrCreateNumber(hotline.deps, tx, { e164: numberOf(5), countryId: 'BD' }))
    expect(other).toBe(phoneNumberId)
    await hotline.worker({ number: 5 })
    await sql`update worker set created_at = ${hotline.clock.now()} where id <> ${workerId}`.execute(hotline.db)
    nextNight(hotline, 8)
    await keepRetention(hotline.deps)
    expect((await worker(hotline, workerId)).erasedAt).not.toBeNull()
    expect(await openNumber(hotline.deps, hotline.db, phoneNumberId)).toBe(numberOf(5))
  })

  test('who asked not to be called is not called ever after, though the number is gone; told again it can be opened', async () => {
    const { hotline, phoneNumberId } = await announced()
    await hotline.db.updateTable('phoneNumber').set({ neverCallSince: OVER }).execute()
    nextNight(hotline, 8)
    await keepRetention(hotline.deps)
    await expect(openNumber(hotline.deps, hotline.db, phoneNumberId)).rejects.toThrow(KeyDestroyed)
    await caller(hotline)
    expect(await numberRow(hotline, phoneNumberId)).toMatchObject({ neverCallSince: OVER, erasedAt: null })
    expect(await openNumber(hotline.deps, hotline.db, phoneNumberId)).toBe(numberOf(5))
    // A roster's file names it too.
    await sql`update phone_number set erased_at = now()`.execute(hotline.db)
    await hotline.worker({ number: 5 })
    expect(await numberRow(hotline, phoneNumberId)).toMatchObject({ erasedAt: null })
  })
})

test('texts of senders nobody knows are erased at the term of callers, once they were read', async () => {
  const hotline = await makeHotline()
  const from = { did: CARD_DID, from: '<sip:anonymous@anonymous.invalid>', isCutOff: false, receivedAt: hotline.clock.now() }
  const write = (words: string) => ingestText(hotline.deps, { ...from, sameness: randomUUID(), gatewayId: null, body: Buffer.from(words) })
  await write('read')
  await hotline.db.updateTable('textConversation').set({ unreadCount: 0 }).execute()
  await write('nobody has read this')
  const keys = await hotline.db.selectFrom('textMessage').select('dataKeyId').orderBy('createdAt').execute()
  hotline.clock.set(dhaka('2028-12-05', '03:00'))
  await keepRetention(hotline.deps)
  expect(await hotline.db.selectFrom('textMessage').select('id').execute()).toHaveLength(2)
  hotline.clock.set(OVER)
  await keepRetention(hotline.deps)
  expect(await hotline.db.selectFrom('textMessage').select('dataKeyId').execute()).toEqual([keys[1]])
  await expect(new FieldCipher(hotline.keyRing).dataKey(hotline.db, keys[0]!.dataKeyId)).rejects.toThrow(KeyDestroyed)
})

describe('a night', () => {
  test('is one, in however many processes', async () => {
    const { hotline } = await announced()
    nextNight(hotline, 8)
    const second = hotline.secondInstance()
    await Promise.all([keepRetention(hotline.deps), keepRetention(second), keepRetention(hotline.deps), keepRetention(second)])
    await keepRetention(second)
    expect((await getRetention(hotline.deps, administrator)).nights.map(({ erased }) => erased)).toEqual([1, 0])
  })

  test('that breaks off at any statement goes on where it was, and erases a worker whole or not at all', { timeout: 60_000 }, async () => {
    const { hotline, workerId } = await announced()
    nextNight(hotline, 8)
    let statements = 0
    for (let failing = 1; ; failing++) {
      let seen = 0
      const db = hotline.db.withPlugin({
        transformQuery: ({ node }) => {
          if (++seen === failing) throw new Error('broken off')
          return node
        },
        transformResult: async ({ result }) => result,
      })
      const isOver = await keepRetention({ ...hotline.deps, db }).then(
        () => true,
        () => false,
      )
      const { erasedAt } = await worker(hotline, workerId)
      const { rows } = await sql`select from voicemail`.execute(hotline.db)
      expect(rows.length).toBe(erasedAt ? 0 : 1)
      if (isOver) break
      statements = failing
    }
    expect(statements).toBeGreaterThan(10)
    expect((await getRetention(hotline.deps, administrator)).nights[0]).toMatchObject({ erased: 1, isUnfinished: false })
  })
})
