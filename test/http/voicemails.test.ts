import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { saveCountries } from '../../server/domains/countries/service.ts'
import { recordArrived } from '../../server/domains/calls/service.ts'
import { ingestVoicemail } from '../../server/domains/voicemails/service.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { createTestApp, type TestApp, type TestClient } from '../helpers/http.ts'
import { BANGLADESH, CARD_DID, givePhone, LANGUAGES, numberOf } from '../helpers/hotline.ts'

let app: TestApp
let agent: TestClient
let supervisor: TestClient
beforeAll(async () => {
  app = await createTestApp()
  await inTransaction(app.db, (tx) => saveCountries(tx, LANGUAGES, [BANGLADESH]))
  agent = await app.signInAs('agent', { countryIds: ['BD'] })
  await givePhone(app.db, agent.userId)
  supervisor = await app.signInAs('supervisor', { countryIds: ['BD'] })
})
afterAll(() => app.stop())

describe('a message', () => {
  test('is listed with its callback and no number', async () => {
    const { voicemailId } = await leaveMessage()
    const reply = await agent.get('/api/voicemails')
    const found = reply.json<{ items: { id: string; callbackReference: string }[] }>().items.find(({ id }) => id === voicemailId)
    expect(found).toMatchObject({
      countryId: 'BD',
      languageCode: 'bn',
      heardAt: null,
      callbackReference: expect.stringMatching(/^CB-/) as string,
    })
    expect(reply.body).not.toContain(numberOf(5).slice(1))
  })

  test('is played whole, marked heard, and who heard it is written down', async () => {
    const { voicemailId, wav } = await leaveMessage()
    const reply = await agent.get(`/api/voicemails/${voicemailId}/audio`)
    expect(reply.statusCode).toBe(200)
    expect(reply.headers).toMatchObject({ 'content-type': 'audio/wav', 'cache-control': 'no-store', 'accept-ranges': 'bytes' })
    expect(reply.rawPayload).toEqual(wav)
    expect((await agent.get(`/api/voicemails/${voicemailId}`)).json()).toMatchObject({ heardAt: expect.any(String) as string })
    const heard = await app.db
      .selectFrom('activity')
      .select('actorUserId')
      .where('action', '=', 'voicemail.heard')
      .where('subjectId', '=', voicemailId)
      .execute()
    expect(heard).toEqual([{ actorUserId: agent.userId }])
  })

  test('is listed beside every other of its callback, for the agent to hear before dialling', async () => {
    const [first, second] = [await leaveMessage(), await leaveMessage()]
    const { callbackId } = (await agent.get(`/api/voicemails/${first.voicemailId}`)).json<{ callbackId: string }>()
    const { items } = (await agent.get(`/api/voicemails?callbackId=${callbackId}`)).json<{ items: { id: string }[] }>()
    expect(items.map(({ id }) => id)).toEqual(expect.arrayContaining([first.voicemailId, second.voicemailId]))
  })

  test('who heard it is for supervisors to see', async () => {
    const { voicemailId } = await leaveMessage()
    await agent.get(`/api/voicemails/${voicemailId}/audio`)
    await agent.get(`/api/voicemails/${voicemailId}/audio`)
    const { items } = (await supervisor.get(`/api/voicemails/${voicemailId}/heard`)).json<{ items: { userId: string }[] }>()
    expect(items.map(({ userId }) => userId)).toEqual([agent.userId])
    expect((await agent.get(`/api/voicemails/${voicemailId}/heard`)).statusCode).toBe(403)
  })

  test('is found by what is asked for: language, heard or not, with a number or without', async () => {
    const { voicemailId } = await leaveMessage()
    const isListed = async (filter: string) =>
      (await supervisor.get(`/api/voicemails?limit=200&${filter}`))
        .json<{ items: { id: string }[] }>()
        .items.some(({ id }) => id === voicemailId)
    const answers = ['heard=no', 'heard=yes', 'number=with', 'number=without', 'languageCode=bn', 'languageCode=en'].map(isListed)
    expect(await Promise.all(answers)).toEqual([true, false, true, false, true, false])
  })

  test.each([
    ['bytes=10-19', 206, 'bytes 10-19/70000', [10, 20]],
    ['bytes=69990-', 206, 'bytes 69990-69999/70000', [69_990, 70_000]],
    ['bytes=-10', 206, 'bytes 69990-69999/70000', [69_990, 70_000]],
    ['bytes=69990-99999', 206, 'bytes 69990-69999/70000', [69_990, 70_000]],
    ['bytes=70000-', 416, 'bytes */70000', [0, 0]],
    ['nonsense', 200, undefined, [0, 70_000]],
  ])('asked for %s is answered %i', async (range, status, contentRange, [start, end]) => {
    const { voicemailId, wav } = await leaveMessage()
    const reply = await app.app.inject({
      method: 'GET',
      url: `/api/voicemails/${voicemailId}/audio`,
      headers: { cookie: agent.cookie, range },
    })
    expect(reply.statusCode).toBe(status)
    expect(reply.headers['content-range']).toBe(contentRange)
    expect(reply.rawPayload).toEqual(wav.subarray(start, end))
  })

  test('is not heard by those it does not concern', async () => {
    const { voicemailId } = await leaveMessage()
    const status = async (client: TestClient) => (await client.get(`/api/voicemails/${voicemailId}/audio`)).statusCode
    for (const role of ['administrator', 'client', 'auditor', 'custodian', 'case-handler'] as const) {
      expect(await status(await app.signInAs(role, { countryIds: ['BD'] })), role).toBe(403)
    }
    expect(await status(await app.signInAs('supervisor', { countryIds: ['VN'] }))).toBe(404)
    const english = await app.signInAs('agent', { countryIds: ['BD'] })
    await givePhone(app.db, english.userId, { languageCodes: ['en'] })
    expect(await status(english)).toBe(404)
    expect(await status(supervisor)).toBe(200)
  })
})

async function leaveMessage(): Promise<{ voicemailId: string; wav: Buffer }> {
  const deps = app.context
  const callId = randomUUID()
  const at = new Date('2026-12-06T04:00:00Z')
  const call = {
    callId,
    channelId: `${callId}.1`,
    direction: 'inbound',
    flow: 'inbound',
    did: CARD_DID,
    startedAt: at,
    instance: '1',
  } as const
  await recordArrived(deps, { ...call, callerE164: numberOf(5) })
  const wav = randomBytes(70_000)
  const message = { spoolName: `vm-${callId}-bn-4`, callId, wav, languageCode: 'bn', leftAt: at, durationMs: 4375, isCutOff: false }
  return { voicemailId: (await ingestVoicemail(deps, message)).voicemailId, wav }
}
