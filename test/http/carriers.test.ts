import { afterAll, beforeAll, expect, test } from 'vitest'
import { listPbxFacts, saveCountries } from '../../server/domains/countries/service.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { BANGLADESH, LANGUAGES } from '../helpers/hotline.ts'
import { createTestApp, type TestApp, type TestClient } from '../helpers/http.ts'

const PASSWORD = 'a-carriers-password-4711'
let app: TestApp
let administrator: TestClient
beforeAll(async () => {
  app = await createTestApp()
  await inTransaction(app.db, (tx) => saveCountries(tx, LANGUAGES, [BANGLADESH]))
  administrator = await app.signInAs('administrator')
})
afterAll(() => app.stop())

const url = `/api/trunks/${BANGLADESH.trunk.id}/carrier`
const carrier = {
  carrierHost: '127.0.0.11',
  carrierPort: 5061,
  transport: 'tls',
  mediaEncryption: 'required',
  numberFormat: 'digits',
  dialPrefix: '99',
  identityHeader: 'Remote-Party-ID',
  sessionTimers: 'require',
  answersOptions: false,
  furtherSources: ['127.0.0.12'],
  maxChannels: 4,
  maxCallsPerHour: 60,
  maxMinutesPerDay: 500,
  maxCallSeconds: 1800,
}
const save = (parts: object) => administrator.send('PUT', url, { ...carrier, login: null, ...parts })

test('a carrier is as most have it until somebody says otherwise', async () => {
  const reply = await administrator.get(url)
  expect(reply.json()).toMatchObject({
    transport: 'udp',
    mediaEncryption: 'none',
    numberFormat: 'e164',
    answersOptions: true,
    loginUser: null,
  })
})

test('what is set reaches the PBX’s configuration; the password is shown to nobody and lies sealed', async () => {
  const reply = await save({ login: { user: 'customer', password: PASSWORD } })
  expect(reply.statusCode, reply.body).toBe(200)
  expect(reply.json()).toMatchObject({ transport: 'tls', dialPrefix: '99', loginUser: 'customer' })
  expect(reply.body + (await administrator.get(url)).body).not.toContain(PASSWORD)
  const row = await app.db.selectFrom('trunk').selectAll().where('id', '=', BANGLADESH.trunk.id).executeTakeFirstOrThrow()
  expect(row.loginPasswordSealed?.includes(PASSWORD)).toBe(false)
  const activity = await app.db.selectFrom('activity').selectAll().where('subjectId', '=', BANGLADESH.trunk.id).execute()
  expect(activity.length).toBe(1)
  expect(JSON.stringify(activity)).not.toContain(PASSWORD)

  const [trunk] = (await listPbxFacts({ db: app.db, cipher: app.context.cipher })).trunks
  expect(trunk).toMatchObject({
    callingCode: '880',
    carrierPort: 5061,
    maxCallSeconds: 1800,
    ways: { transport: 'tls', registration: { user: 'customer', password: PASSWORD }, furtherSources: ['127.0.0.12'] },
  })
})

test('a log-in without a password keeps the one there is, and another one needs its own', async () => {
  expect((await save({ login: { user: 'customer' } })).statusCode).toBe(200)
  const [trunk] = (await listPbxFacts({ db: app.db, cipher: app.context.cipher })).trunks
  expect(trunk?.ways.registration).toEqual({ user: 'customer', password: PASSWORD })
  const other = await save({ login: { user: 'somebody-else' } })
  expect([other.statusCode, other.json<{ code: string }>().code]).toEqual([422, 'login-without-password'])
  expect((await save({ login: null })).json()).toMatchObject({ loginUser: null })
})

test.each<[string, object, number]>([
  ['a prefix before numbers with a plus', { numberFormat: 'e164' }, 422],
  ['a password that would start a comment', { login: { user: 'x', password: 'long;enough-1' } }, 400],
  ['a source that is everybody', { furtherSources: ['0.0.0.0/0'] }, 400],
  ['a transport that is none', { transport: 'sctp' }, 400],
])('%s is refused', async (_, parts, status) => {
  expect((await save(parts)).statusCode).toBe(status)
})

test('is the administrator’s alone, and of a trunk that exists', async () => {
  const supervisor = await app.signInAs('supervisor', { countryIds: ['BD'] })
  expect((await supervisor.get(url)).statusCode).toBe(403)
  expect((await administrator.get('/api/trunks/nowhere-1/carrier')).statusCode).toBe(404)
})
