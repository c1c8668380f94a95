import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { endCall, recordArrived } from '../../server/domains/calls/service.ts'
import type { Carrier, LineSetUp } from '../../server/domains/countries/contract.ts'
import { listPbxFacts, loadLineFacts, markTold, saveCountries } from '../../server/domains/countries/service.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { BANGLADESH, CALLBACK_DID, LANGUAGES } from '../helpers/hotline.ts'
import { createTestApp, type TestApp, type TestClient } from '../helpers/http.ts'

let app: TestApp
let administrator: TestClient
let supervisor: TestClient
beforeAll(async () => {
  app = await createTestApp()
  await inTransaction(app.db, (tx) => saveCountries(tx, LANGUAGES, [BANGLADESH]))
  administrator = await app.signInAs('administrator')
  supervisor = await app.signInAs('supervisor', { countryIds: ['BD'] })
})
afterAll(() => app.stop())

const second = { id: 'bd-2', carrierHost: '127.0.0.12', carrierPort: 5060 }
const line = async () => (await administrator.get('/api/lines/BD')).json<LineSetUp>()
const idsOf = ({ trunks }: LineSetUp) => trunks.map(({ id }) => id)

describe('a further trunk', () => {
  test('is the last that calls out try; Asterisk has to be told of it; the number we show may go out over it', async () => {
    await markTold(app.db, new Date())
    const reply = await administrator.send('POST', '/api/lines/BD/trunks', second)
    expect(reply.statusCode, reply.body).toBe(200)
    expect(idsOf(reply.json<LineSetUp>())).toEqual(['bd-1', 'bd-2'])
    expect(reply.json<LineSetUp>().isAsteriskTold).toBe(false)
    const { trunks } = await listPbxFacts({ db: app.db, cipher: app.context.cipher })
    expect(trunks.map(({ id, carrierHost }) => [id, carrierHost])).toEqual([
      ['bd-1', BANGLADESH.trunk.carrierHost],
      ['bd-2', '127.0.0.12'],
    ])
    expect((await loadLineFacts(app)).get(CALLBACK_DID)?.trunkIds).toEqual(['bd-1', 'bd-2'])
    const activity = await app.db.selectFrom('activity').select(['action', 'actorUserId']).where('subjectId', '=', 'bd-2').execute()
    expect(activity).toEqual([{ action: 'trunk.added', actorUserId: administrator.userId }])
  })

  test.each([
    ['of a name that is taken', second, 409, 'trunk-exists'],
    ['that begins as other names do', { ...second, id: 'trunk-2' }, 400, 'invalid-request'],
    ['without an address', { ...second, id: 'bd-3', carrierHost: 'a host' }, 400, 'invalid-request'],
  ])('%s is refused', async (_, body, status, code) => {
    const reply = await administrator.send('POST', '/api/lines/BD/trunks', body)
    expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([status, code])
  })

  test('is the administrator’s to add, and so is the order', async () => {
    expect((await supervisor.send('POST', '/api/lines/BD/trunks', { ...second, id: 'bd-9' })).statusCode).toBe(403)
    expect((await supervisor.send('PUT', '/api/lines/BD/trunks', { trunkIds: ['bd-2', 'bd-1'] })).statusCode).toBe(403)
  })
})

test('the order in which calls out try the trunks is changed as a whole', async () => {
  const order = (trunkIds: string[]) => administrator.send('PUT', '/api/lines/BD/trunks', { trunkIds })
  expect(idsOf((await order(['bd-2', 'bd-1'])).json<LineSetUp>())).toEqual(['bd-2', 'bd-1'])
  for (const wrong of [['bd-2'], ['bd-1', 'vn-1'], ['bd-1', 'bd-2', 'bd-3']]) {
    const reply = await order(wrong)
    expect([reply.statusCode, reply.json<{ code: string }>().code], wrong.join()).toEqual([422, 'trunk-order'])
  }
  expect(idsOf((await order(['bd-1', 'bd-2'])).json<LineSetUp>())).toEqual(['bd-1', 'bd-2'])
})

test('a trunk is stopped with its reason and resumed, each by itself, by those whose country it is', async () => {
  const elsewhere = await app.signInAs('supervisor', { countryIds: ['VN'] })
  const agent = await app.signInAs('agent', { countryIds: ['BD'] })
  expect((await agent.send('POST', '/api/trunks/bd-2/pause', { reason: 'Bad sound.' })).statusCode).toBe(403)
  expect((await elsewhere.send('POST', '/api/trunks/bd-2/pause', { reason: 'Bad sound.' })).statusCode).toBe(404)
  expect((await supervisor.send('POST', '/api/trunks/bd-2/pause', { reason: 'Bad sound, says +8801712345678.' })).statusCode).toBe(200)
  const { trunks } = await line()
  expect(trunks.map(({ pausedReason }) => pausedReason)).toEqual([null, expect.stringMatching(/^A person stopped it: Bad sound/)])
  expect(JSON.stringify(trunks)).not.toContain('1712345678')
  expect((await elsewhere.send('POST', '/api/trunks/bd-2/resume')).statusCode).toBe(404)
  expect((await supervisor.send('POST', '/api/trunks/bd-2/resume')).statusCode).toBe(200)
  expect((await line()).trunks.map(({ pausedReason }) => pausedReason)).toEqual([null, null])
  const activity = await app.db
    .selectFrom('activity')
    .select('action')
    .where('actorUserId', '=', supervisor.userId)
    .where('subjectKind', '=', 'trunk')
    .orderBy('id')
    .execute()
  expect(activity.map(({ action }) => action)).toEqual(['trunk.paused', 'trunk.resumed'])
})

describe('a trunk is removed', () => {
  const remove = (id: string, client = administrator) => client.send('DELETE', `/api/trunks/${id}`)
  const codeOf = (reply: Awaited<ReturnType<typeof remove>>) => [reply.statusCode, reply.json<{ code?: string }>().code]

  test('by an administrator alone, and only one that there is', async () => {
    expect((await remove('bd-1', supervisor)).statusCode).toBe(403)
    expect(codeOf(await remove('bd-8'))).toEqual([404, 'trunk-not-found'])
  })

  test('not while somebody who rang in is on the line', async () => {
    const callId = randomUUID()
    const did = BANGLADESH.cardDid
    const arrived = { callId, channelId: callId, direction: 'inbound', flow: 'inbound', did, callerE164: null } as const
    await recordArrived({ db: app.db, cipher: app.context.cipher }, { ...arrived, trunkId: 'bd-1', startedAt: new Date(), instance: '1' })
    expect(codeOf(await remove('bd-1'))).toEqual([409, 'trunk-in-use'])
    await endCall({ db: app.db }, { callId, at: new Date(), reason: 'hung-up' })
  })

  test('and is in no list any more; its numbers are the next one’s, its log-in is destroyed, its pause over, Asterisk to be told', async () => {
    const { trunkId: _, countryId: __, loginUser: ___, ...carrier } = (await administrator.get('/api/trunks/bd-1/carrier')).json<Carrier>()
    const login = { user: 'customer', password: 'a-long-password' }
    expect((await administrator.send('PUT', '/api/trunks/bd-1/carrier', { ...carrier, login })).statusCode).toBe(200)
    await administrator.send('POST', '/api/trunks/bd-1/pause', { reason: 'We leave this carrier.' })
    await markTold(app.db, new Date())
    expect((await line()).isAsteriskTold).toBe(true)

    const reply = await remove('bd-1')
    expect(reply.statusCode, reply.body).toBe(200)
    const after = await line()
    expect(idsOf(after)).toEqual(['bd-2'])
    expect(after.numbers.map(({ trunkId }) => trunkId)).toEqual(['bd-2', 'bd-2'])
    expect(after.isAsteriskTold).toBe(false)
    expect((await loadLineFacts(app)).get(CALLBACK_DID)?.trunkIds).toEqual(['bd-2'])
    const facts = await listPbxFacts({ db: app.db, cipher: app.context.cipher })
    expect([facts.trunks.map(({ id }) => id), facts.lines.map(({ trunkId }) => trunkId)]).toEqual([['bd-2'], ['bd-2', 'bd-2']])
    const row = await app.db.selectFrom('trunk').selectAll().where('id', '=', 'bd-1').executeTakeFirstOrThrow()
    expect(row).toMatchObject({ loginUser: null, loginPasswordSealed: null, loginDataKeyId: null, pausedReason: null })
    const open = app.db.selectFrom('alert').select('kind').where('subject', '=', 'bd-1').where('resolvedAt', 'is', null)
    expect(await open.execute()).toEqual([])
    const activity = app.db.selectFrom('activity').select(['actorUserId', 'detail']).where('action', '=', 'trunk.removed')
    expect(await activity.execute()).toEqual([{ actorUserId: administrator.userId, detail: { countryId: 'BD', numbersTo: 'bd-2' } }])
    await markTold(app.db, new Date())
    expect((await line()).isAsteriskTold).toBe(true)
  })

  test('so nothing of it can be asked or changed, and its name is not given again', async () => {
    for (const path of ['resume', 'test']) expect((await administrator.send('POST', `/api/trunks/bd-1/${path}`)).statusCode).toBe(404)
    expect((await administrator.get('/api/trunks/bd-1/carrier')).statusCode).toBe(404)
    expect(codeOf(await remove('bd-1'))).toEqual([404, 'trunk-not-found'])
    expect(codeOf(await administrator.send('POST', '/api/lines/BD/trunks', { ...second, id: 'bd-1' }))).toEqual([409, 'trunk-exists'])
  })

  test('but not a country’s last', async () => {
    expect(codeOf(await remove('bd-2'))).toEqual([409, 'last-trunk'])
    expect(idsOf(await line())).toEqual(['bd-2'])
  })
})
