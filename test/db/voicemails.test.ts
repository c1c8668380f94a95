import { randomBytes, randomUUID } from 'node:crypto'
import type { KyselyPlugin } from 'kysely'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { recordArrived } from '../../server/domains/calls/service.ts'
import { ingestVoicemail, openAudio } from '../../server/domains/voicemails/service.ts'
import { SealBroken } from '../../server/platform/crypto/errors.ts'
import { CHUNK_BYTES } from '../../server/platform/crypto/recording-cipher.ts'
import type { Scope } from '../../server/platform/http/policy.ts'
import { collect } from '../helpers/collect.ts'
import { CARD_DID, type Hotline, makeHotline, numberOf } from '../helpers/hotline.ts'

describe('a message in the spool', () => {
  test('becomes a sealed recording, a voicemail and a callback', async () => {
    const hotline = await makeHotline()
    const { callId, message } = await left(hotline)
    const { voicemailId, isNew } = await ingestVoicemail(hotline.deps, message)
    expect(isNew).toBe(true)
    const voicemail = await hotline.db.selectFrom('voicemail').selectAll().executeTakeFirstOrThrow()
    expect(voicemail).toMatchObject({
      id: voicemailId,
      callId,
      countryId: 'BD',
      languageCode: 'bn',
      isCutOff: false,
      leftAt: message.leftAt,
      heardAt: null,
    })
    expect(await hotline.read(voicemail.callbackId!)).toMatchObject({
      reason: 'voicemail',
      status: 'waiting',
      dueAt: message.leftAt,
      languageCode: 'bn',
    })
    const actions = await hotline.db.selectFrom('activity').select('action').execute()
    expect(actions.map(({ action }) => action)).toEqual(expect.arrayContaining(['voicemail.received', 'callback.promised']))
    expect(await heard(hotline, voicemailId)).toEqual(message.wav)
  })

  test('is brought in once, told again or by two at the same moment', async () => {
    const hotline = await makeHotline()
    const { message } = await left(hotline)
    const both = await Promise.allSettled([ingestVoicemail(hotline.deps, message), ingestVoicemail(hotline.secondInstance(), message)])
    expect(both.some(({ status }) => status === 'fulfilled')).toBe(true)
    expect((await ingestVoicemail(hotline.deps, message)).isNew).toBe(false)
    expect(await counts(hotline)).toEqual({ recordings: 1, voicemails: 1, callbacks: 1, chunks: 3 })
  })

  test('is brought in whole or not at all, whichever statement fails', { timeout: 60_000 }, async () => {
    const hotline = await makeHotline()
    const { message } = await left(hotline)
    let statement = 1
    for (; ; statement++) {
      const db = hotline.db.withPlugin(failAt(statement))
      const failed = await ingestVoicemail({ ...hotline.deps, db }, message).then(
        () => false,
        () => true,
      )
      if (!failed) break
      expect(await counts(hotline)).toEqual({ recordings: 0, voicemails: 0, callbacks: 0, chunks: 0 })
    }
    expect(statement).toBeGreaterThan(10)
    expect(await counts(hotline)).toEqual({ recordings: 1, voicemails: 1, callbacks: 1, chunks: 3 })
  })

  test('without a number is kept, and nobody is called back', async () => {
    const hotline = await makeHotline()
    const { message } = await left(hotline, null)
    const { voicemailId } = await ingestVoicemail(hotline.deps, message)
    expect(await heard(hotline, voicemailId)).toEqual(message.wav)
    expect(await counts(hotline)).toEqual({ recordings: 1, voicemails: 1, callbacks: 0, chunks: 3 })
  })

  test('joins the call they are owed already', async () => {
    const hotline = await makeHotline()
    await ingestVoicemail(hotline.deps, (await left(hotline)).message)
    await ingestVoicemail(hotline.deps, (await left(hotline)).message)
    const rows = await hotline.db.selectFrom('voicemail').select('callbackId').execute()
    expect(rows).toHaveLength(2)
    expect(new Set(rows.map(({ callbackId }) => callbackId)).size).toBe(1)
  })

  test('is nowhere in clear', async () => {
    const hotline = await makeHotline()
    const { message } = await left(hotline)
    await ingestVoicemail(hotline.deps, message)
    const piece = message.wav.subarray(500, 532).toString('hex')
    const { rows } = await sql<{ found: boolean }>`
      select exists (select from recording_chunk where position(${piece} in encode(sealed, 'hex')) > 0) as found`.execute(hotline.db)
    expect(rows).toEqual([{ found: false }])
  })

  test('that was tampered with is refused', async () => {
    const hotline = await makeHotline()
    const { voicemailId } = await ingestVoicemail(hotline.deps, (await left(hotline)).message)
    await hotline.db
      .updateTable('recordingChunk')
      .set({ sealed: sql<Buffer>`set_byte(sealed, 100, get_byte(sealed, 100) # 1)` })
      .where('sequence', '=', 1)
      .execute()
    await expect(heard(hotline, voicemailId)).rejects.toThrow(SealBroken)
  })

  test('is played from the middle without opening the rest', async () => {
    const hotline = await makeHotline()
    const { message } = await left(hotline)
    const { voicemailId } = await ingestVoicemail(hotline.deps, message)
    // The first and last pieces are gone: only the one asked for is read.
    await hotline.db.deleteFrom('recordingChunk').where('sequence', '!=', 1).execute()
    const { read } = await openAudio(hotline.deps, supervisor(await hotline.agent()), voicemailId)
    const part = Buffer.concat(await collect(read(CHUNK_BYTES + 10, CHUNK_BYTES + 20)))
    expect(part).toEqual(message.wav.subarray(CHUNK_BYTES + 10, CHUNK_BYTES + 20))
  })
})

/** A call that left a message of two and a half chunks. @param last digits of the caller's number; null: withheld */
async function left(hotline: Hotline, last: number | null = 5) {
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
  const wav = Buffer.concat([Buffer.from('RIFF'), randomBytes(2.5 * CHUNK_BYTES)])
  const message = { spoolName: `vm-${callId}-bn-4`, callId, wav, languageCode: 'bn', leftAt: at, durationMs: 10_000, isCutOff: false }
  return { callId, message }
}

const supervisor = (userId: string): Scope => ({ userId, role: 'supervisor', countryIds: ['BD'], factoryIds: [], clientId: null })

async function heard(hotline: Hotline, voicemailId: string): Promise<Buffer> {
  const { byteLength, read } = await openAudio(hotline.deps, supervisor(await hotline.agent()), voicemailId)
  return Buffer.concat(await collect(read(0, byteLength)))
}

async function counts({ db }: Hotline) {
  const { rows } = await sql<Record<'recordings' | 'voicemails' | 'callbacks' | 'chunks', number>>`
    select (select count(*) from recording) as recordings, (select count(*) from voicemail) as voicemails,
      (select count(*) from callback) as callbacks, (select count(*) from recording_chunk) as chunks`.execute(db)
  return rows[0]
}

/** The n-th statement fails and the transaction with it. */
function failAt(statement: number): KyselyPlugin {
  let seen = 0
  return {
    transformQuery({ node }) {
      if (++seen === statement) throw new Error('no more database')
      return node
    },
    transformResult: ({ result }) => Promise.resolve(result),
  }
}
