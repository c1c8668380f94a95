import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AlertPage, AlertView } from '../../server/domains/alerts/contract.ts'
import { type Alert, raiseAlert, resolveAlert } from '../../server/domains/alerts/service.ts'
import { pauseTrunk, saveCountries } from '../../server/domains/countries/service.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { BANGLADESH, LANGUAGES } from '../helpers/hotline.ts'
import { createTestApp, type TestApp, type TestClient } from '../helpers/http.ts'

let app: TestApp
let supervisor: TestClient
let administrator: TestClient
beforeAll(async () => {
  app = await createTestApp()
  await inTransaction(app.db, (tx) => saveCountries(tx, LANGUAGES, [BANGLADESH]))
  supervisor = await app.signInAs('supervisor', { countryIds: ['BD'] })
  administrator = await app.signInAs('administrator')
})
afterAll(() => app.stop())

const raise = (alert: Alert) => inTransaction(app.db, (tx) => raiseAlert(tx, alert))
const resolve = (kind: string, subject: string) => inTransaction(app.db, (tx) => resolveAlert(tx, { kind, subject }))
const openOf = async (client: TestClient, kind: string) =>
  (await client.get('/api/alerts?isOpen=true')).json<AlertPage>().items.filter((alert) => alert.kind === kind)
const acknowledge = (client: TestClient, { id }: Pick<AlertView, 'id'>) => client.send('POST', `/api/alerts/${id}/acknowledge`)

describe('alerts', () => {
  test('of the machine are an administrator’s, of a country its supervisors’ too', async () => {
    await raise({ kind: 'disk', subject: 'machine', severity: 'warning', message: 'Little room.' })
    await raise({ kind: 'trunk', subject: 'bd-1', severity: 'critical', message: 'The trunk is paused.', countryId: 'BD' })
    const elsewhere = await app.signInAs('supervisor', { countryIds: ['VN'] })
    const kinds = async (client: TestClient) => (await client.get('/api/alerts')).json<AlertPage>().items.map(({ kind }) => kind)
    expect(await kinds(administrator)).toEqual(['trunk', 'disk'])
    expect(await kinds(supervisor)).toEqual(['trunk'])
    expect(await kinds(elsewhere)).toEqual([])
    const [disk] = await openOf(administrator, 'disk')
    expect((await acknowledge(supervisor, disk!)).statusCode).toBe(404)
  })

  test('are one, however often and by however many they are raised', async () => {
    const storm = { kind: 'storm', subject: 'one', severity: 'warning', message: 'Again.' } as const
    await Promise.all(Array.from({ length: 4 }, () => raise(storm)))
    await raise({ ...storm, message: 'And again, from 0171 2345678.' })
    const alerts = await openOf(administrator, 'storm')
    expect(alerts).toMatchObject([{ message: 'And again, from [number].', severity: 'warning' }])
    expect(alerts[0]!.times).toBeGreaterThan(1)
  })

  test('that are critical stay until a person has acknowledged them, who is written down', async () => {
    await raise({ kind: 'silent', subject: 'BD-card', severity: 'critical', message: 'It does not answer.', countryId: 'BD' })
    await resolve('silent', 'BD-card')
    const [over] = await openOf(supervisor, 'silent')
    expect(over).toMatchObject({ acknowledgedAt: null, resolvedAt: expect.any(String) as string, closedAt: null })
    const seen = (await acknowledge(supervisor, over!)).json<AlertView>()
    expect(seen).toMatchObject({
      acknowledgedByUserId: supervisor.userId,
      acknowledgedByName: expect.stringContaining('supervisor') as string,
      closedAt: expect.any(String) as string,
    })
    expect((await acknowledge(supervisor, over!)).json<AlertView>()).toEqual(seen)
    expect(await openOf(supervisor, 'silent')).toEqual([])
    const activity = await app.db
      .selectFrom('activity')
      .select(['action', 'actorUserId'])
      .where('subjectId', '=', over!.id)
      .orderBy('happenedAt')
      .execute()
    expect(activity).toEqual([
      { action: 'alert.raised', actorUserId: null },
      { action: 'alert.resolved', actorUserId: null },
      { action: 'alert.acknowledged', actorUserId: supervisor.userId },
    ])
    // Raised once more, it is another one.
    await raise({ kind: 'silent', subject: 'BD-card', severity: 'critical', message: 'It does not answer.', countryId: 'BD' })
    expect(await openOf(supervisor, 'silent')).toMatchObject([{ times: 1, acknowledgedAt: null }])
  })

  test('that were acknowledged while they go on stay, marked, and leave when they are over', async () => {
    await raise({ kind: 'away', subject: '1', severity: 'critical', message: 'Telephony is away.' })
    const [open] = await openOf(administrator, 'away')
    expect((await acknowledge(administrator, open!)).json<AlertView>()).toMatchObject({ closedAt: null })
    await resolve('away', '1')
    expect(await openOf(administrator, 'away')).toEqual([])
  })

  test('tell of a trunk that a cap stopped, until it is resumed and somebody has seen it', async () => {
    const reason = '601 calls in an hour; 600 are allowed.'
    await inTransaction(app.db, (tx) => pauseTrunk(tx, { trunkId: 'bd-1', reason, resumesAt: null, now: new Date() }))
    const [paused] = await openOf(supervisor, 'trunk-paused')
    expect(paused).toMatchObject({
      subject: 'bd-1',
      severity: 'critical',
      countryId: 'BD',
      message: expect.stringContaining(reason) as string,
    })
    expect((await supervisor.send('POST', '/api/trunks/bd-1/resume')).statusCode).toBe(200)
    await acknowledge(supervisor, paused!)
    expect(await openOf(supervisor, 'trunk-paused')).toEqual([])
  })

  test('roll back with the change they belong to', async () => {
    const rolledBack = inTransaction(app.db, async (tx) => {
      await raiseAlert(tx, { kind: 'never', subject: 'one', severity: 'warning', message: 'Never.' })
      throw new Error('no')
    })
    await expect(rolledBack).rejects.toThrow('no')
    expect(await openOf(administrator, 'never')).toEqual([])
  })
})
