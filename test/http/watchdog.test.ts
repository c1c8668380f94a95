import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { saveCountries } from '../../server/domains/countries/service.ts'
import type { CheckPage, NumberList, NumberView } from '../../server/domains/watchdog/contract.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { BANGLADESH, CARD_DID, LANGUAGES } from '../helpers/hotline.ts'
import { createTestApp, type TestApp, type TestClient } from '../helpers/http.ts'
import { quietPhoneSide } from '../helpers/phone-side.ts'

const phone = quietPhoneSide()
let app: TestApp
let supervisor: TestClient
let elsewhere: TestClient
let administrator: TestClient
beforeAll(async () => {
  app = await createTestApp({ phone })
  await inTransaction(app.db, (tx) => saveCountries(tx, LANGUAGES, [BANGLADESH]))
  supervisor = await app.signInAs('supervisor', { countryIds: ['BD'] })
  elsewhere = await app.signInAs('supervisor', { countryIds: ['VN'] })
  administrator = await app.signInAs('administrator')
})
afterAll(() => app.stop())
beforeEach(async () => {
  await app.db.deleteFrom('numberCheck').execute()
})

const CARD = '/api/numbers/BD/card'
const list = async (client: TestClient) => (await client.get('/api/numbers')).json<NumberList>().numbers

describe('our numbers', () => {
  test('are a supervisor’s by their countries, an administrator’s all; with what is expected of each', async () => {
    const [callback, card] = await list(supervisor)
    expect(card).toMatchObject({ countryId: 'BD', kind: 'card', did: CARD_DID, callWay: 'trunk', textWay: 'loop', everyMinutes: 60 })
    expect(card).toMatchObject({ expectedLanguageCode: 'bn', lastCall: null, lastText: null })
    expect(callback).toMatchObject({ kind: 'callback' })
    expect(await list(administrator)).toHaveLength(2)
    expect(await list(elsewhere)).toEqual([])
  })

  test('are checked as often and as the supervisor says, which is written down', async () => {
    const reply = await supervisor.send('PATCH', CARD, { callWay: 'loop', everyMinutes: 15 })
    expect(reply.json<NumberView>()).toMatchObject({ callWay: 'loop', textWay: 'loop', everyMinutes: 15 })
    expect(Date.parse(reply.json<NumberView>().nextAt!) - Date.now()).toBeLessThan(15.5 * 60_000)
    const [activity] = await app.db
      .selectFrom('activity')
      .select(['actorUserId', 'subjectId', 'detail'])
      .where('action', '=', 'number-watch.changed')
      .execute()
    expect(activity).toEqual({ actorUserId: supervisor.userId, subjectId: 'BD-card', detail: { callWay: 'loop', everyMinutes: 15 } })
    expect((await supervisor.send('PATCH', CARD, { everyMinutes: 1 })).statusCode).toBe(400)
    expect((await supervisor.send('PATCH', CARD, { callWay: 'carrier' })).statusCode).toBe(400)
  })

  test('of another country are not there: neither to change, nor to check, nor to look into', async () => {
    expect((await elsewhere.send('PATCH', CARD, { callWay: 'off' })).statusCode).toBe(404)
    expect((await elsewhere.send('POST', `${CARD}/check`)).statusCode).toBe(404)
    expect((await elsewhere.get(`${CARD}/checks`)).statusCode).toBe(404)
    expect((await administrator.send('POST', '/api/numbers/XX/card/check')).statusCode).toBe(404)
  })

  test('are checked at once when asked, once a minute, and not when that is off', async () => {
    await supervisor.send('PATCH', CARD, { callWay: 'loop', textWay: 'off' })
    const reply = await supervisor.send('POST', `${CARD}/check`)
    expect(reply.statusCode).toBe(202)
    await app.context.numberWatchdog.tick()
    await app.context.numberWatchdog.idle()
    expect(phone.checks.at(-1)).toMatchObject({ lineKind: 'card', way: 'loop', trunkId: 'bd-1' })
    const checks = (await supervisor.get(`${CARD}/checks`)).json<CheckPage>()
    expect(checks.items).toMatchObject([{ kind: 'call', way: 'loop', verdict: 'not-made', isRequested: true }])
    expect((await list(supervisor)).find(({ kind }) => kind === 'card')!.lastCall).toEqual(checks.items[0])
    expect((await supervisor.send('POST', `${CARD}/check`)).json()).toMatchObject({ code: 'number-checked-just-now' })
    await supervisor.send('PATCH', CARD, { callWay: 'off' })
    expect((await supervisor.send('POST', `${CARD}/check`)).json()).toMatchObject({ code: 'number-check-off' })
    expect((await list(supervisor)).find(({ kind }) => kind === 'card')!.nextAt).toBeNull()
    await supervisor.send('PATCH', CARD, { callWay: 'trunk', textWay: 'loop' })
  })

  test('that are not looked at any more leave the board', async () => {
    const alerts = async () =>
      (await administrator.get('/api/alerts?isOpen=true')).json<{ items: { kind: string }[] }>().items.map(({ kind }) => kind)
    phone.heard.push({ kind: 'refused', hangupCause: 1, sipStatus: 404 })
    await supervisor.send('PATCH', CARD, { callWay: 'loop', textWay: 'off' })
    await supervisor.send('POST', `${CARD}/check`)
    await app.context.numberWatchdog.tick()
    await app.context.numberWatchdog.idle()
    expect(await alerts()).toContain('number-silent')
    await supervisor.send('PATCH', CARD, { callWay: 'off' })
    const [alert] = (await administrator.get('/api/alerts?isOpen=true')).json<{ items: { resolvedAt: string | null }[] }>().items
    expect(alert!.resolvedAt).not.toBeNull()
  })
})
