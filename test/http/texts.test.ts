import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { saveCountries } from '../../server/domains/countries/service.ts'
import { claimText, ingestText, recordSendResult } from '../../server/domains/texts/service.ts'
import type { ConversationPage, GatewayWithSecret, TextPage } from '../../server/domains/texts/contract.ts'
import { signatureOf } from '../../server/platform/crypto/webhook-signature.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { createTestApp, type TestApp, type TestClient } from '../helpers/http.ts'
import { BANGLADESH, CARD_DID, givePhone, LANGUAGES, numberOf } from '../helpers/hotline.ts'
import { quietPhoneSide } from '../helpers/phone-side.ts'

let app: TestApp
let agent: TestClient
let administrator: TestClient
const phone = quietPhoneSide()
beforeAll(async () => {
  app = await createTestApp({ phone })
  await inTransaction(app.db, (tx) => saveCountries(tx, LANGUAGES, [BANGLADESH]))
  agent = await app.signInAs('agent', { countryIds: ['BD'] })
  await givePhone(app.db, agent.userId)
  administrator = await app.signInAs('administrator')
})
afterAll(() => app.stop())

let made = 100
/** A text that came in, from a number of its own. @returns its conversation's id */
async function received(words: string): Promise<string> {
  const text = { sameness: `sip ${++made}`, gatewayId: null, did: CARD_DID, from: numberOf(made), isCutOff: false }
  const { textId } = await ingestText(app.context, { ...text, body: Buffer.from(words), receivedAt: new Date() })
  const row = app.db.selectFrom('textMessage').select('conversationId').where('id', '=', textId)
  return (await row.executeTakeFirstOrThrow()).conversationId
}

async function makeGateway(sendUrl: string | null = 'https://sms.example.org/send'): Promise<GatewayWithSecret> {
  await app.db.updateTable('textGateway').set({ isActive: false }).execute()
  const reply = await administrator.send('POST', '/api/text-gateways', { countryId: 'BD', name: 'Gateway', sendUrl })
  expect(reply.statusCode).toBe(201)
  return reply.json<GatewayWithSecret>()
}

function post(
  path: string,
  secret: string,
  body: string,
  { ageSeconds = 0, signed = body, origin }: Partial<Record<'ageSeconds', number>> & { signed?: string; origin?: string } = {},
) {
  const timestamp = String(Math.floor(Date.now() / 1000) - ageSeconds)
  const headers = {
    'content-type': 'application/json',
    'x-ringback-timestamp': timestamp,
    'x-ringback-signature': signatureOf(secret, timestamp, Buffer.from(signed)),
    ...(origin && { origin }),
  }
  return app.app.inject({ method: 'POST', url: path, headers, payload: body })
}

describe('texts on screen', () => {
  test.each(['পিন 12345 67890: নতুন কী?', '১২৩৪৫-৬৭৮৯০', '1234567890, ৩ জন বেতন পাইনি', '12345678901'])(
    'hold no PIN, nor what may be one: %s',
    async (words) => {
      const page = await agent.get(`/api/texts/${await received(words)}/messages`)
      const bodies = page.json<TextPage>().items.flatMap(({ direction, body }) => (direction === 'in' ? [body] : []))
      expect(bodies).toEqual([expect.stringContaining('•••••') as string])
      expect(page.body).not.toMatch(/12345|67890|১২৩৪৫|৬৭৮৯০/)
    },
  )

  test('are listed without a word or a number, read by those they concern, and the reading is written down', async () => {
    const id = await received('আমার নাম বলবেন না')
    const list = await agent.get('/api/texts')
    expect(list.json<ConversationPage>().items[0]).toMatchObject({
      id,
      unreadCount: 1,
      mayReply: 'free',
      languageCode: 'bn',
      sender: 'kept',
    })
    expect(list.body).not.toMatch(/আমার|88011/)
    const page = await agent.get(`/api/texts/${id}/messages`)
    expect(page.headers['cache-control']).toBe('no-store')
    expect(page.json<TextPage>()).toMatchObject({ items: [{ body: 'আমার নাম বলবেন না' }], templates: expect.any(Array) as unknown[] })
    expect(page.json<TextPage>().templates).toHaveLength(4)
    expect((await agent.get(`/api/texts/${id}`)).json()).toMatchObject({ unreadCount: 0 })
    const read = app.db.selectFrom('activity').select('actorUserId').where('action', '=', 'text.read').where('subjectId', '=', id)
    expect(await read.execute()).toEqual([{ actorUserId: agent.userId }])
  })

  test('are nobody else’s', async () => {
    const id = await received('বেতন')
    for (const role of ['administrator', 'client', 'auditor', 'custodian', 'case-handler'] as const) {
      expect((await (await app.signInAs(role, { countryIds: ['BD'] })).get(`/api/texts/${id}/messages`)).statusCode, role).toBe(403)
    }
    const elsewhere = await app.signInAs('supervisor', { countryIds: ['VN'] })
    const english = await app.signInAs('agent', { countryIds: ['BD'] })
    await givePhone(app.db, english.userId, { languageCodes: ['en'] })
    for (const other of [elsewhere, english]) {
      expect((await other.get(`/api/texts/${id}/messages`)).statusCode).toBe(404)
      expect((await other.send('POST', `/api/texts/${id}/reply`, { requestId: randomUUID(), template: 'thanks' })).statusCode).toBe(404)
      expect((await other.get('/api/texts')).json<ConversationPage>().items.map((each) => each.id)).not.toContain(id)
    }
  })

  test('are answered with a sentence or words, one of the two, and not after STOP', async () => {
    const id = await received('বেতন')
    const send = (body: object) => agent.send('POST', `/api/texts/${id}/reply`, { requestId: randomUUID(), ...body })
    expect((await send({ template: 'we-will-call' })).json()).toMatchObject({
      direction: 'out',
      state: 'queued',
      body: 'আমরা আপনাকে ফোন করব।',
    })
    expect((await send({ body: 'Ok \u0007' })).json()).toMatchObject({ body: 'Ok' })
    expect((await send({})).json()).toMatchObject({ code: 'reply-unclear' })
    expect((await send({ template: 'thanks', body: 'x' })).json()).toMatchObject({ code: 'reply-unclear' })
    expect((await send({ body: ' \n ' })).json()).toMatchObject({ code: 'reply-unclear' })
    await app.db.updateTable('phoneNumber').set({ neverTextSince: new Date() }).execute()
    expect((await send({ template: 'thanks' })).json()).toMatchObject({ code: 'may-not-text' })
    expect((await agent.get(`/api/texts/${id}`)).json()).toMatchObject({ mayReply: 'none', isStopped: true })
    await app.db.updateTable('phoneNumber').set({ neverTextSince: null }).execute()
  })

  test('to a worker who never wrote are one of the sentences', async () => {
    await received('বেতন')
    const { id: callbackId } = await app.db.selectFrom('callback').select('id').orderBy('createdAt', 'desc').executeTakeFirstOrThrow()
    const reply = await agent.send('POST', '/api/texts', { requestId: randomUUID(), callbackId, template: 'please-ring' })
    expect(reply.statusCode).toBe(201)
    const { conversationId } = reply.json<{ conversationId: string }>()
    expect((await agent.get(`/api/texts?callbackId=${callbackId}`)).json<ConversationPage>().items.map(({ id }) => id)).toEqual([
      conversationId,
    ])
    await app.db.updateTable('textConversation').set({ firstReceivedAt: null }).where('id', '=', conversationId).execute()
    expect((await agent.send('POST', `/api/texts/${conversationId}/reply`, { requestId: randomUUID(), body: 'x' })).json()).toMatchObject({
      code: 'only-templates',
    })
  })
})

describe('a gateway that speaks HTTP', () => {
  test('brings texts of any length in, each once', async () => {
    const { gateway, secret } = await makeGateway()
    const body = JSON.stringify({ id: 'm-1', from: numberOf(7), to: CARD_DID, text: 'বেতন '.repeat(2000) })
    const first = await post(`/api/text-gateways/${gateway.id}/incoming`, secret, body)
    expect([first.statusCode, first.json()]).toMatchObject([200, { isNew: true }])
    expect((await post(`/api/text-gateways/${gateway.id}/incoming`, secret, body)).json()).toMatchObject({ isNew: false })
    const { conversationId } = await app.db
      .selectFrom('textMessage')
      .select('conversationId')
      .where('id', '=', first.json<{ id: string }>().id)
      .executeTakeFirstOrThrow()
    const page = (await agent.get(`/api/texts/${conversationId}/messages`)).json<TextPage>()
    expect(page.items.map((item) => item.body)).toEqual(['বেতন '.repeat(2000)])
  })

  test('is believed only with its signature over this body, made within five minutes', async () => {
    const { gateway, secret } = await makeGateway()
    const path = `/api/text-gateways/${gateway.id}/incoming`
    const body = JSON.stringify({ id: 'm-2', from: numberOf(8), text: 'x' })
    const refused = [
      await post(path, 'wrong', body),
      await post(path, secret, body, { ageSeconds: 301 }),
      await post(path, secret, body, { ageSeconds: -301 }),
      await post(path, secret, body, { signed: body.replace('"x"', '"y"') }),
      await post(`/api/text-gateways/${randomUUID()}/incoming`, secret, body),
      await post('/api/text-gateways/x/incoming', secret, body),
      await app.app.inject({ method: 'POST', url: path, headers: { 'content-type': 'application/json' }, payload: body }),
    ]
    expect(refused.map(({ statusCode }) => statusCode)).toEqual(refused.map(() => 401))
    expect(new Set(refused.map((reply) => reply.body)).size).toBe(1)
    expect((await post(path, secret, '{"id":"m-2"}')).statusCode).toBe(400)
    const renewed = await administrator.send('POST', `/api/text-gateways/${gateway.id}/secret`)
    expect((await post(path, secret, body)).statusCode).toBe(401)
    expect((await post(path, renewed.json<GatewayWithSecret>().secret, body)).statusCode).toBe(200)
    await administrator.send('PATCH', `/api/text-gateways/${gateway.id}`, { isActive: false })
    expect((await post(path, renewed.json<GatewayWithSecret>().secret, body)).statusCode).toBe(401)
  })

  test('sends, and reports what became of it', async () => {
    const { gateway, secret } = await makeGateway()
    const id = await received('বেতন')
    const requestId = randomUUID()
    await app.db.updateTable('textMessage').set({ state: 'handed-over', dueAt: null }).where('state', '=', 'queued').execute()
    await agent.send('POST', `/api/texts/${id}/reply`, { requestId, template: 'thanks' })
    const order = await claimText(app.context)
    expect(order).toMatchObject({ textId: requestId, route: { kind: 'http', url: 'https://sms.example.org/send', secret } })
    await recordSendResult(app.context, order!, { kind: 'handed-over', gatewayMessageId: 'g-77' })
    const state = async () => (await agent.get(`/api/texts/${id}/messages`)).json<TextPage>().items[0]!.state
    expect(await state()).toBe('handed-over')
    const report = (reported: string, status: string) =>
      post(`/api/text-gateways/${gateway.id}/delivery`, secret, JSON.stringify({ id: reported, status }))
    expect((await report('unknown', 'delivered')).statusCode).toBe(404)
    expect((await report('g-77', 'failed')).statusCode).toBe(200)
    expect(await state()).toBe('failed')
    expect((await report(requestId, 'delivered')).statusCode).toBe(200)
    expect(await state()).toBe('delivered')
  })

  test('is set up by the administrator: one a country, an address that can be trusted, and a test to our own number', async () => {
    const { gateway } = await makeGateway()
    const create = (body: object) =>
      administrator.send('POST', '/api/text-gateways', { countryId: 'BD', name: 'Two', sendUrl: null, ...body })
    expect((await create({})).json()).toMatchObject({ code: 'gateway-there' })
    for (const sendUrl of ['http://sms.example.org/', 'ftp://x.example.org/', 'https://u:p@x.example.org/', 'nonsense']) {
      expect((await create({ sendUrl })).json(), sendUrl).toMatchObject({ code: 'bad-send-url' })
    }
    expect((await create({ countryId: 'XX' })).statusCode).toBe(404)
    const list = await administrator.get('/api/text-setup')
    expect(list.json()).toMatchObject({
      countries: [{ countryId: 'BD', isTextReplyOn: false, gateway: { id: gateway.id, name: 'Gateway' } }],
    })
    expect(list.body).not.toContain('secret')
    expect((await administrator.send('PUT', '/api/text-setup/BD/reply', { isOn: true })).statusCode).toBe(200)
    expect((await administrator.get('/api/text-setup')).json()).toMatchObject({ countries: [{ isTextReplyOn: true }] })
    expect((await administrator.send('POST', '/api/text-setup/BD/test')).json()).toEqual({ isOk: true, via: 'http', message: '' })
    expect(phone.texts.at(-1)).toMatchObject({ toE164: CARD_DID, route: { kind: 'http' } })
  })
})
