import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { TrunkTest } from '../../server/domains/callbacks/contract.ts'
import { saveCountries } from '../../server/domains/countries/service.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { BANGLADESH, LANGUAGES } from '../helpers/hotline.ts'
import { createTestApp, type TestApp, type TestClient } from '../helpers/http.ts'
import { type Behaviour, createAnswerer, wantsLogin } from '../helpers/sip-answerer.ts'

/** Carriers here are real sockets that speak SIP; the questions are asked as they are in the product. */
let app: TestApp
let administrator: TestClient
let close: (() => Promise<void>) | undefined
beforeAll(async () => {
  app = await createTestApp()
  await inTransaction(app.db, (tx) => saveCountries(tx, LANGUAGES, [BANGLADESH]))
  administrator = await app.signInAs('administrator')
})
afterAll(() => app.stop())
afterEach(async () => {
  await close?.()
  close = undefined
})

const setCarrier = async (parts: object) => {
  const usual = { carrierHost: '127.0.0.1', carrierPort: 5060, transport: 'udp', mediaEncryption: 'none', numberFormat: 'e164' }
  const rest = { dialPrefix: '', identityHeader: null, sessionTimers: 'accept', answersOptions: true, furtherSources: [], login: null }
  const caps = { maxChannels: 30, maxCallsPerHour: 600, maxMinutesPerDay: 3000, maxCallSeconds: 3600 }
  const reply = await administrator.send('PUT', '/api/trunks/bd-1/carrier', { ...usual, ...rest, ...caps, ...parts })
  expect(reply.statusCode, reply.body).toBe(200)
}
async function carrier(behaviour: Behaviour, { transport = 'udp', ...parts }: { transport?: 'udp' | 'tcp'; login?: object } = {}) {
  const answerer = await createAnswerer(behaviour, transport)
  close = answerer.close
  await setCarrier({ carrierPort: answerer.port, transport, ...parts })
  return answerer
}
const tested = async (by = administrator) => (await by.send('POST', '/api/trunks/bd-1/test')).json<TrunkTest>()
const finding = ({ findings }: TrunkTest, check: string) => findings.find((each) => each.check === check)

test.each(['udp', 'tcp'] as const)('a carrier that answers over %s is there, and says how fast', async (transport) => {
  const { heard } = await carrier(() => ({ status: 200 }), { transport })
  const result = await tested()
  expect(result.isWell).toBe(true)
  expect(finding(result, 'carrier')).toMatchObject({ verdict: 'ok', code: 'carrier-answers', values: { status: 200 } })
  expect(heard[0]?.text).toMatch(/^OPTIONS sip:127\.0\.0\.1:\d+ SIP\/2\.0\r\n/)
  expect(finding(result, 'caps')).toMatchObject({ verdict: 'ok', values: { calls: 0, channels: 30 } })
})

test.each([
  [403, 'carrier-forbids', 'trouble', 'The carrier answered 403: our address is not known to it.'],
  [488, 'carrier-no-codec', 'trouble', 'Ask it to allow G.711'],
  [503, 'carrier-fails', 'trouble', 'out of order'],
  [401, 'carrier-wants-login', 'trouble', 'it wants a log-in, and none is set'],
  [404, 'carrier-answers', 'ok', 'it is there'],
])('a carrier that answers %i is explained: %s', async (status, code, verdict, sentence) => {
  await carrier(() => ({ status }))
  const found = finding(await tested(), 'carrier')
  expect(found).toMatchObject({ code, verdict })
  expect(found?.sentence).toContain(sentence)
})

test('a port where nobody listens is told apart from silence', async () => {
  const { port, close: stop } = await createAnswerer(() => undefined)
  await setCarrier({ carrierPort: port })
  expect(finding(await tested(), 'carrier')).toMatchObject({ code: 'carrier-silent', verdict: 'trouble' })
  await stop()
  expect(finding(await tested(), 'carrier')).toMatchObject({ code: 'carrier-closed', verdict: 'trouble' })
})

test('a name that leads nowhere, and a port that speaks no TLS, are told', async () => {
  await setCarrier({ carrierHost: 'carrier.invalid' })
  expect(finding(await tested(), 'carrier')).toMatchObject({ code: 'carrier-no-such-host' })
  const { port, close: stop } = await createAnswerer(() => ({ status: 200 }), 'tcp')
  close = stop
  await setCarrier({ carrierPort: port, transport: 'tls' })
  expect(finding(await tested(), 'carrier')).toMatchObject({ verdict: 'trouble', code: 'carrier-certificate' })
})

test('the log-in is tried with a question that changes nothing, and a wrong password is named', async () => {
  const { heard } = await carrier(wantsLogin('customer', 'a-password-4711'), { login: { user: 'customer', password: 'a-password-4711' } })
  const well = await tested()
  expect(finding(well, 'log-in')).toMatchObject({ verdict: 'ok', code: 'login-taken' })
  const registers = heard.filter(({ method }) => method === 'REGISTER')
  expect(registers).toHaveLength(2)
  // A Contact would take the place of Asterisk's own registration; the password itself travels nowhere.
  expect(registers.map(({ text }) => /^(Contact|Expires):/m.test(text) || text.includes('4711'))).toEqual([false, false])

  await carrier(wantsLogin('customer', 'another-password'), { login: { user: 'customer', password: 'a-password-4711' } })
  const ill = await tested()
  expect(ill.isWell).toBe(false)
  expect(finding(ill, 'log-in')).toMatchObject({ verdict: 'trouble', code: 'login-refused', values: { status: 403 } })
  expect(JSON.stringify(ill)).not.toContain('4711')
})

test('is for the trunk’s supervisors and administrators, written down, and says when calls out are stopped', async () => {
  await carrier(() => ({ status: 200 }))
  await app.db
    .updateTable('trunk')
    .set({ pausedAt: new Date(0), pausedReason: 'Too many calls.' })
    .execute()
  const supervisor = await app.signInAs('supervisor', { countryIds: ['BD'] })
  expect(finding(await tested(supervisor), 'pause')).toMatchObject({ verdict: 'trouble', code: 'paused' })
  const elsewhere = await app.signInAs('supervisor', { countryIds: ['VN'] })
  expect((await elsewhere.send('POST', '/api/trunks/bd-1/test')).statusCode).toBe(404)
  const agent = await app.signInAs('agent', { countryIds: ['BD'] })
  expect((await agent.send('POST', '/api/trunks/bd-1/test')).statusCode).toBe(403)
  const rows = await app.db
    .selectFrom('activity')
    .select('action')
    .where('action', '=', 'trunk.tested')
    .where('actorUserId', '=', supervisor.userId)
    .execute()
  expect(rows).toHaveLength(1)
})
