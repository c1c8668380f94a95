import { readFile } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { saveCountries } from '../../server/domains/countries/service.ts'
import { recordArrived, recordStep } from '../../server/domains/calls/service.ts'
import type { WorkerStatusList } from '../../server/domains/pins/contract.ts'
import { checkPin, newPin, statusForPin } from '../../server/domains/pins/service.ts'
import { ingestVoicemail, recordContact } from '../../server/domains/voicemails/service.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { correlate, decodeWav, speak } from '../helpers/audio/index.ts'
import { createTestApp, type TestApp, type TestClient } from '../helpers/http.ts'
import { BANGLADESH, CARD_DID, givePhone, LANGUAGES, numberOf } from '../helpers/hotline.ts'

const TEXT = 'আমরা কারখানার সাথে কথা বলেছি। আগামী সপ্তাহে একজন আসবেন।'
let app: TestApp
let agent: TestClient
let handler: TestClient
beforeAll(async () => {
  app = await createTestApp()
  const chinese = { code: 'zh', ownName: '中文', direction: 'ltr' as const, isTallScript: false }
  await inTransaction(app.db, (tx) => saveCountries(tx, [...LANGUAGES, chinese], [BANGLADESH]))
  agent = await app.signInAs('agent', { countryIds: ['BD'] })
  await givePhone(app.db, agent.userId)
  handler = await app.signInAs('case-handler', { countryIds: ['BD'] })
})
afterAll(() => app.stop())

async function arrived(): Promise<string> {
  const callId = randomUUID()
  const call = {
    callId,
    channelId: callId,
    direction: 'inbound',
    flow: 'inbound',
    did: CARD_DID,
    startedAt: new Date(),
    instance: '1',
  } as const
  await recordArrived(app.context, { ...call, callerE164: numberOf(5) })
  await recordStep(app.context, { callId, sequence: 1, name: 'leave-message', languageCode: 'bn', at: new Date() })
  return callId
}

/** A worker who wants no call has a PIN; the agent made a case of their message. */
async function caseWithPin() {
  const [callId, pin] = [await arrived(), newPin()]
  const message = {
    spoolName: `vm-${callId}`,
    callId,
    wav: Buffer.alloc(20_000, 1),
    languageCode: 'bn',
    leftAt: new Date(),
    durationMs: 1000,
  }
  await recordContact(app.context, { callId, choice: 'none', pin, at: new Date() })
  const { voicemailId } = await ingestVoicemail(app.context, { ...message, isCutOff: false })
  const reply = await agent.send('POST', '/api/cases', {
    ...{ voicemailId, category: 'wages-and-benefits', severity: 'high', workerWish: 'anonymous' },
    summary: 'Wages are not paid.',
  })
  expect(reply.statusCode).toBe(201)
  return { base: `/api/cases/${reply.json<{ id: string }>().id}/statuses`, pin, voicemailId }
}

const heardWith = async (pin: string) => {
  const checked = await checkPin(app.context, { callId: await arrived(), pin })
  return checked.isFound ? checked.status : undefined
}

describe('what a worker hears', () => {
  test('is nothing until it is published, then what was written; a later one replaces it', async () => {
    const { base, pin } = await caseWithPin()
    const draft = (await handler.send('POST', base, { text: TEXT, languageCode: 'bn', sentence: 'please-ring' })).json<WorkerStatusList>()
    expect(draft).toMatchObject({ pins: 1, languageCode: 'bn', items: [{ kind: 'speech', text: TEXT, state: 'draft' }] })
    expect(await heardWith(pin)).toBeNull()
    const sound = (await handler.get(`${base}/${draft.items[0]!.id}/audio`)).rawPayload
    expect(correlate(decodeWav(sound), await speak(TEXT, 'bn')).score).toBeGreaterThan(0)
    expect(decodeWav(sound).length / 8000).toBeGreaterThan(1.5)

    await handler.send('POST', `${base}/${draft.items[0]!.id}/publish`)
    expect(await heardWith(pin)).toEqual(sound)
    const sent = { pin, lineDid: CARD_DID, phoneNumberId: null }
    expect(await statusForPin(app.context, sent)).toMatchObject({ sentence: 'please-ring' })

    const second = (
      await handler.send('POST', base, { text: `${TEXT} ${TEXT}`, languageCode: 'bn', sentence: 'done' })
    ).json<WorkerStatusList>()
    await handler.send('POST', `${base}/${second.items[0]!.id}/publish`)
    const { items } = (await handler.get(base)).json<WorkerStatusList>()
    expect(items.map(({ state }) => state)).toEqual(['published', 'withdrawn'])
    expect(await statusForPin(app.context, sent)).toMatchObject({ sentence: 'done' })

    await handler.send('POST', `${base}/${items[0]!.id}/withdraw`)
    expect(await heardWith(pin)).toBeNull()
  })

  test('may be the case-handler’s own voice, brought to the telephone’s rate', async () => {
    const { base, pin } = await caseWithPin()
    const wav = await readFile(await speak('আপনার জন্য খবর আছে।', 'bn'))
    const body = Buffer.concat([
      Buffer.from('--b\r\ncontent-disposition: form-data; name="file"; filename="file"\r\ncontent-type: audio/wav\r\n\r\n'),
      wav,
      Buffer.from('\r\n--b--\r\n'),
    ])
    const headers = { cookie: handler.cookie, 'x-csrf-token': handler.csrfToken, 'content-type': 'multipart/form-data; boundary=b' }
    const url = `${base}/recording?languageCode=bn&sentence=done`
    const reply = await app.app.inject({ method: 'POST', url, headers, payload: body })
    expect(reply.statusCode).toBe(200)
    const { items } = reply.json<WorkerStatusList>()
    expect(items).toMatchObject([{ kind: 'recording', text: null }])
    await handler.send('POST', `${base}/${items[0]!.id}/publish`)
    expect(correlate(decodeWav((await heardWith(pin))!), decodeWav(wav)).score).toBeGreaterThan(0.8)
    const nonsense = Buffer.concat([body.subarray(0, 110), Buffer.from('no sound at all\r\n--b--\r\n')])
    expect((await app.app.inject({ method: 'POST', url, headers, payload: nonsense })).statusCode).toBe(422)
  })

  test('is refused in a language that the machine speaks wrongly', async () => {
    const { base } = await caseWithPin()
    const reply = await handler.send('POST', base, { text: '我们已经和工厂谈过了。', languageCode: 'zh', sentence: 'done' })
    expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([422, 'status-not-spoken'])
  })

  test('is sealed, and each step is in the activity-log', async () => {
    const { base } = await caseWithPin()
    const { items } = (await handler.send('POST', base, { text: TEXT, languageCode: 'bn', sentence: 'done' })).json<WorkerStatusList>()
    for (const step of ['publish', 'withdraw']) await handler.send('POST', `${base}/${items[0]!.id}/${step}`)
    await handler.get(`${base}/${items[0]!.id}/audio`)
    const caseId = base.split('/')[3]!
    const rows = await app.db.selectFrom('activity').select('action').where('subjectId', '=', caseId).orderBy('happenedAt').execute()
    expect(rows.map(({ action }) => action).filter((action) => action.startsWith('status.'))).toEqual([
      ...['status.drafted', 'status.published', 'status.withdrawn', 'status.heard'],
    ])
    const stored = await app.db
      .selectFrom('workerStatus')
      .select(['textSealed', 'audioSealed'])
      .where('id', '=', items[0]!.id)
      .executeTakeFirstOrThrow()
    expect(stored.textSealed!.includes(TEXT.slice(0, 12))).toBe(false)
    expect(stored.audioSealed.includes('RIFF')).toBe(false)
  })
})

describe('a case of a message', () => {
  test('is not opened by an agent who may not hear it', async () => {
    const { voicemailId } = await caseWithPin()
    const other = await app.signInAs('agent', { countryIds: ['BD'] })
    await givePhone(app.db, other.userId, { languageCodes: ['en'] })
    const input = { voicemailId, category: 'other', severity: 'low', workerWish: 'anonymous', summary: 'Something.' }
    expect((await other.send('POST', '/api/cases', input)).statusCode).toBe(403)
    const { voicemailId: _, ...without } = input
    expect((await agent.send('POST', '/api/cases', without)).statusCode).toBe(422)
  })

  test('shows beside what the worker says later', async () => {
    const { voicemailId } = await caseWithPin()
    const view = (await agent.get(`/api/voicemails/${voicemailId}`)).json<{ caseReference: string; contactChoice: string }>()
    expect(view).toMatchObject({ contactChoice: 'none', caseReference: expect.stringMatching(/^CASE-/) as string })
  })
})
