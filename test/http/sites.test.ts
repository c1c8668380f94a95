import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { OUTCOME_RULES } from '../../server/domains/callbacks/outcomes/outcome-rules.ts'
import type { AuditList, AuditorList, AuditView, ClientView, FactoryView } from '../../server/domains/audits/contract.ts'
import { saveCountries } from '../../server/domains/countries/service.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { fixedClock } from '../../server/platform/time/clock.ts'
import { asProductClock } from '../../server/platform/time/demo-clock.ts'
import { BANGLADESH, LANGUAGES, numberOf } from '../helpers/hotline.ts'
import { dhaka } from '../helpers/hours.ts'
import { createTestApp, type TestApp, type TestClient } from '../helpers/http.ts'

let app: TestApp
let supervisor: TestClient
let client: ClientView
const factories: FactoryView[] = []

beforeAll(async () => {
  app = await createTestApp({ clock: asProductClock(fixedClock(dhaka('2026-12-01', '15:00'))) })
  await inTransaction(app.db, (tx) => saveCountries(tx, LANGUAGES, [BANGLADESH]))
  supervisor = await app.signInAs('supervisor', { countryIds: ['BD'] })
  client = (await supervisor.send('POST', '/api/clients', { name: 'Brand' })).json<ClientView>()
  for (const name of ['Padma Knit', 'Jamuna Denim']) {
    const body = { clientId: client.id, name, countryId: 'BD', languageCodes: ['bn'] }
    factories.push((await supervisor.send('POST', '/api/factories', body)).json<FactoryView>())
  }
})
afterAll(() => app.stop())

const code = (reply: Awaited<ReturnType<TestClient['get']>>) => [reply.statusCode, reply.json<{ code: string }>().code]

describe('a client', () => {
  test('gets another name and offset; who changed it is written down', async () => {
    const reply = await supervisor.send('PATCH', `/api/clients/${client.id}`, { name: ' Brand of ours ', callbackOffsetDays: 7 })
    const { id } = client
    expect(reply.json()).toEqual({ id, name: 'Brand of ours', callbackOffsetDays: 7, questionnaireId: null, retentionMonths: 24 })
    expect((await supervisor.send('PATCH', `/api/clients/${client.id}`, { callbackOffsetDays: 5 })).json()).toMatchObject({
      name: 'Brand of ours',
    })
    const rows = await app.db.selectFrom('activity').select('actorUserId').where('action', '=', 'client.changed').execute()
    expect(rows).toEqual([{ actorUserId: supervisor.userId }, { actorUserId: supervisor.userId }])
  })

  test('keeps a name of its own, and must exist', async () => {
    const other = (await supervisor.send('POST', '/api/clients', { name: 'Another' })).json<ClientView>()
    expect(code(await supervisor.send('PATCH', `/api/clients/${other.id}`, { name: 'Brand of ours' }))).toEqual([409, 'client-exists'])
    const nobody = '00000000-0000-4000-8000-000000000000'
    expect(code(await supervisor.send('PATCH', `/api/clients/${nobody}`, { name: 'x' }))).toEqual([404, 'client-not-found'])
    expect((await supervisor.send('PATCH', `/api/clients/${other.id}`, {})).statusCode).toBe(400)
  })

  test('keeps what its workers said for a term of its own, between a month and ten years', async () => {
    const term = (retentionMonths: number) => supervisor.send('PATCH', `/api/clients/${client.id}`, { retentionMonths })
    for (const wrong of [0, 121, 1.5]) expect((await term(wrong)).statusCode).toBe(400)
    expect((await term(36)).json()).toMatchObject({ retentionMonths: 36, name: 'Brand of ours' })
    const [row] = await app.db
      .selectFrom('activity')
      .select('detail')
      .where('action', '=', 'client.changed')
      .orderBy('id', 'desc')
      .limit(1)
      .execute()
    expect(row?.detail).toMatchObject({ retentionMonths: 36 })
    for (const role of ['administrator', 'supervisor'] as const)
      expect((await (await app.signInAs(role, { countryIds: ['BD'] })).get('/api/retention')).json()).toMatchObject({
        noticeDays: 7,
        rows: [],
      })
    expect((await (await app.signInAs('agent', { countryIds: ['BD'] })).get('/api/retention')).statusCode).toBe(403)
  })
})

describe('a factory', () => {
  const change = (body: object, by = supervisor) => by.send('PATCH', `/api/factories/${factories[0]!.id}`, body)

  test('gets another name, zone and languages', async () => {
    const reply = await change({ name: 'Padma Knit 2', timeZone: 'Asia/Kolkata', languageCodes: ['bn', 'en'] })
    expect(reply.json()).toMatchObject({ name: 'Padma Knit 2', timeZone: 'Asia/Kolkata', languageCodes: ['bn', 'en'], countryId: 'BD' })
    await change({ timeZone: 'Asia/Dhaka' })
  })

  test.each([
    [{ timeZone: 'Asia/Nowhere' }, 422, 'no-such-zone'],
    [{ languageCodes: ['tr'] }, 422, 'language-not-served'],
    [{ name: 'Jamuna Denim' }, 409, 'factory-exists'],
  ])('refuses %j', async (body, status, reason) => {
    expect(code(await change(body))).toEqual([status, reason])
  })

  test('is given to auditors of its country and taken from others, who are signed out', async () => {
    const path = `/api/factories/${factories[1]!.id}/auditors`
    const [one, two, foreign] = [
      await app.signInAs('auditor', { countryIds: ['BD'], factoryIds: [] }),
      await app.signInAs('auditor', { countryIds: ['BD'], factoryIds: [factories[1]!.id] }),
      await app.signInAs('auditor', { countryIds: ['VN'], factoryIds: [] }),
    ]
    const assigned = (reply: { json: <T>() => T }) =>
      reply.json<AuditorList>().auditors.flatMap(({ id, isAssigned }) => (isAssigned ? [id] : []))
    const names = (await supervisor.get(path)).json<AuditorList>().auditors.map(({ id }) => id)
    expect(names).toEqual(expect.arrayContaining([one.userId, two.userId]))
    expect(names).not.toContain(foreign.userId)
    expect((await one.get('/api/factories')).json()).toEqual({ factories: [] })

    expect(assigned(await supervisor.send('PUT', path, { auditorIds: [one.userId] }))).toEqual([one.userId])
    expect((await one.get('/api/factories')).json<{ factories: FactoryView[] }>().factories.map(({ id }) => id)).toEqual([factories[1]!.id])
    expect((await two.get('/api/factories')).statusCode).toBe(401)
    expect(code(await supervisor.send('PUT', path, { auditorIds: [foreign.userId] }))).toEqual([422, 'no-such-auditor'])
    expect(assigned(await supervisor.get(path))).toEqual([one.userId])
    expect((await one.send('PUT', path, { auditorIds: [two.userId] })).statusCode).toBe(403)
    const rows = await app.db
      .selectFrom('activity')
      .select(['action', 'subjectId'])
      .where('action', 'like', 'user.factory-%')
      .orderBy('id')
      .execute()
    expect(new Set(rows.map(({ action, subjectId }) => `${action} ${subjectId}`))).toEqual(
      new Set([`user.factory-given ${one.userId}`, `user.factory-taken ${two.userId}`]),
    )
  })

  test('of another country does not exist for a supervisor', async () => {
    const elsewhere = await app.signInAs('supervisor', { countryIds: ['VN'] })
    expect(code(await change({ name: 'x' }, elsewhere))).toEqual([404, 'factory-not-found'])
  })
})

describe('the list of visits', () => {
  let closed: AuditView
  const list = async (query = '', by = supervisor) => (await by.get(`/api/audits${query}`)).json<AuditList>()
  const days = async (query: string) => (await list(query)).audits.map(({ auditDate }) => auditDate.slice(5))

  beforeAll(async () => {
    const auditor = await app.signInAs('auditor', { countryIds: ['BD'], factoryIds: factories.map(({ id }) => id) })
    for (const [index, auditDate] of ['2026-11-20', '2026-11-21', '2026-11-21', '2026-11-25'].entries()) {
      const body = { factoryId: factories[index % 2]!.id, auditDate }
      closed = (await auditor.send('POST', '/api/audits', body)).json<AuditView>()
    }
    const worker = {
      languageCode: 'bn',
      slot: { startLocal: '18:00', endLocal: '20:00' },
      isSharedPhone: false,
      consentMode: 'spoken',
      mayShowCardNumber: false,
    }
    for (let made = 0; made < 5; made++)
      await auditor.send('POST', `/api/audits/${closed.id}/interviews`, { ...worker, phone: numberOf(6100 + made) })
    await auditor.send('POST', `/api/audits/${closed.id}/close`)
  })

  test('is read page by page, each visit once, those of one day too', async () => {
    const seen: string[] = []
    let after = ''
    do {
      const page = await list(`?limit=1${after}`)
      expect(page.audits).toHaveLength(1)
      seen.push(...page.audits.map(({ id }) => id))
      after = page.next === null ? '' : `&after=${page.next}`
    } while (after)
    expect(seen).toEqual((await list()).audits.map(({ id }) => id))
    expect(new Set(seen).size).toBe(4)
    expect((await supervisor.get('/api/audits?after=rubbish')).statusCode).toBe(400)
  })

  test('keeps to country, client, factory, state and days', async () => {
    expect(await days('')).toEqual(['11-25', '11-21', '11-21', '11-20'])
    expect(await days(`?factoryId=${factories[0]!.id}`)).toEqual(['11-21', '11-20'])
    expect(await days('?status=closed')).toEqual(['11-25'])
    expect(await days('?from=2026-11-21&to=2026-11-21')).toEqual(['11-21', '11-21'])
    expect(await days(`?clientId=${client.id}&status=open&from=2026-11-21`)).toEqual(['11-21', '11-21'])
    expect(await days('?countryId=VN')).toEqual([])
  })

  test('says who visited, and what became of each callback', async () => {
    const ids = (await app.db.selectFrom('callback').select('id').where('auditId', '=', closed.id).orderBy('id').execute()).map(
      ({ id }) => id,
    )
    const end = (id: string, status: string, lastOutcome: string) =>
      app.db
        .updateTable('callback')
        .set({ status, lastOutcome, closedAt: status === 'waiting' ? null : app.context.clock.now() })
        .where('id', '=', id)
        .execute()
    await end(ids[0]!, 'done', 'complete')
    await end(ids[1]!, 'closed', 'refused')
    await end(ids[2]!, 'closed', 'dead-number')
    await end(ids[3]!, 'waiting', 'not-safe-now')
    const [row] = (await list('?status=closed')).audits
    expect(row).toMatchObject({
      workers: 5,
      coverage: { planned: 5, reached: 1, refused: 1, deadNumbers: 1, notSafe: 1, waiting: 2, closedUnreached: 0 },
    })
    expect(row?.auditorName).toMatch(/^auditor/)
  })

  test('tells an auditor of no refusal, and of nobody who could not speak', async () => {
    const auditor = await app.signInAs('auditor', { countryIds: ['BD'], factoryIds: factories.map(({ id }) => id) })
    const [row] = (await list('?status=closed', auditor)).audits
    expect(row?.coverage).toMatchObject({ planned: 5, reached: 1, refused: 0, deadNumbers: 1, notSafe: 0, waiting: 3 })
  })

  test('has each callback in one place of it, whatever became of it', async () => {
    const ids = (await app.db.selectFrom('callback').select('id').where('auditId', '=', closed.id).execute()).map(({ id }) => id)
    const outcomes = [null, ...Object.keys(OUTCOME_RULES)]
    for (const status of ['planned', 'waiting', 'done', 'closed']) {
      for (const lastOutcome of outcomes) {
        await app.db
          .updateTable('callback')
          .set({ status, lastOutcome, closedAt: status === 'done' || status === 'closed' ? app.context.clock.now() : null })
          .where('id', '=', ids[4]!)
          .execute()
        const { planned, reached, waiting, refused, deadNumbers, closedUnreached } = (await list('?status=closed')).audits[0]!.coverage
        expect(reached + waiting + refused + deadNumbers + closedUnreached, `${status}, ${lastOutcome}`).toBe(planned)
      }
    }
    await app.db.updateTable('callback').set({ status: 'waiting', lastOutcome: null, closedAt: null }).where('id', '=', ids[4]!).execute()
  })
})
