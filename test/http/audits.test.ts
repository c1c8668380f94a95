import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AuditList, AuditView, CloseAuditResult, FactoryView, InterviewView } from '../../server/domains/audits/contract.ts'
import type { CaseView } from '../../server/domains/cases/contract.ts'
import { attemptConnected, attemptEnded } from '../../server/domains/callbacks/service.ts'
import type { CallbackPage } from '../../server/domains/callbacks/contract.ts'
import { saveCountries } from '../../server/domains/countries/service.ts'
import type { Dashboard } from '../../server/domains/reports/contract.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { fixedClock } from '../../server/platform/time/clock.ts'
import { asProductClock } from '../../server/platform/time/demo-clock.ts'
import { localDate } from '../../server/platform/time/local.ts'
import { BANGLADESH, givePhone, hungUpAfterTalking, LANGUAGES, numberOf } from '../helpers/hotline.ts'
import { dhaka } from '../helpers/hours.ts'
import { createTestApp, type TestApp, type TestClient } from '../helpers/http.ts'
import { quietPhoneSide } from '../helpers/phone-side.ts'

const clock = fixedClock(dhaka('2026-12-01', '15:00'))
const phone = quietPhoneSide()
let app: TestApp
let supervisor: TestClient
let auditor: TestClient
let factory: FactoryView
let made = 0

beforeAll(async () => {
  app = await createTestApp({ phone, clock: asProductClock(clock) })
  await inTransaction(app.db, (tx) => saveCountries(tx, LANGUAGES, [BANGLADESH]))
  supervisor = await app.signInAs('supervisor', { countryIds: ['BD'] })
  const client = (await supervisor.send('POST', '/api/clients', { name: 'Brand of a test' })).json<{ id: string }>()
  const body = { clientId: client.id, name: 'Factory of a test', countryId: 'BD', languageCodes: ['bn'] }
  factory = (await supervisor.send('POST', '/api/factories', body)).json<FactoryView>()
  auditor = await app.signInAs('auditor', { countryIds: ['BD'], factoryIds: [factory.id] })
})
afterAll(() => app.stop())

const worker = (parts: object = {}) => ({
  phone: numberOf(1000 + made++),
  languageCode: 'bn',
  slot: { startLocal: '18:00', endLocal: '20:00' },
  isSharedPhone: false,
  consentMode: 'spoken',
  mayShowCardNumber: false,
  ...parts,
})
async function newAudit(by = auditor): Promise<AuditView> {
  const reply = await by.send('POST', '/api/audits', { factoryId: factory.id, auditDate: '2026-12-01' })
  expect(reply.statusCode, reply.body).toBe(201)
  return reply.json<AuditView>()
}
const addTo = (audit: { id: string }, body: object, by = auditor) => by.send('POST', `/api/audits/${audit.id}/interviews`, body)
const close = async (audit: { id: string }) => (await auditor.send('POST', `/api/audits/${audit.id}/close`)).json<CloseAuditResult>()

describe('a visit', () => {
  test('takes the factory’s zone from its country', () => {
    expect(factory).toMatchObject({ countryId: 'BD', timeZone: 'Asia/Dhaka', clientName: 'Brand of a test' })
  })

  test('takes a number in any writing, and never gives it back', async () => {
    const audit = await newAudit()
    const reply = await addTo(audit, worker({ phone: '০১১০-০০০-৪৩২১', alias: 'Moon' }))
    expect(reply.statusCode, reply.body).toBe(201)
    const view = await auditor.get(`/api/audits/${audit.id}`)
    expect(view.json<AuditView>().interviews).toMatchObject([{ alias: 'Moon', languageCode: 'bn', isDuplicateNumber: false }])
    expect(view.body + reply.body).not.toMatch(/4321|৪৩২১/)
  })

  test('says what is wrong with a number, and keeps nothing of it', async () => {
    const audit = await newAudit()
    const reply = await addTo(audit, worker({ phone: '12 34' }))
    expect(reply.statusCode).toBe(422)
    expect(reply.json()).toMatchObject({ code: 'bad-phone' })
    expect((await auditor.get(`/api/audits/${audit.id}`)).json<AuditView>().interviews).toEqual([])
  })

  test('flags a number that is there twice, unless the phone is shared', async () => {
    const audit = await newAudit()
    const same = worker()
    await addTo(audit, same)
    expect((await addTo(audit, same)).json<InterviewView>().isDuplicateNumber).toBe(true)
    const shared = worker({ isSharedPhone: true })
    await addTo(audit, shared)
    expect((await addTo(audit, shared)).json<InterviewView>().isDuplicateNumber).toBe(false)
  })

  test('closed, plans a callback on day five in the worker’s own hours', async () => {
    const audit = await newAudit()
    await addTo(audit, worker())
    const before = new Set(await references())
    expect(await close(audit)).toMatchObject({ planned: 1, alreadyPlanned: 0, warnings: [] })
    const planned = (await supervisor.get('/api/callbacks?limit=200'))
      .json<CallbackPage>()
      .items.filter(({ reference }) => !before.has(reference))
    expect(planned).toMatchObject([{ reason: 'audit', languageCode: 'bn', dueAt: dhaka('2026-12-06', '18:00').toISOString() }])
  })

  test('closed twice plans once; reopened, only who was added is planned', async () => {
    const audit = await newAudit()
    await addTo(audit, worker())
    expect((await close(audit)).planned).toBe(1)
    expect((await auditor.send('POST', `/api/audits/${audit.id}/close`)).json()).toMatchObject({ code: 'audit-closed' })
    await auditor.send('POST', `/api/audits/${audit.id}/reopen`)
    await addTo(audit, worker())
    expect(await close(audit)).toMatchObject({ planned: 1, alreadyPlanned: 1 })
  })

  test('closed by two people at once plans once', async () => {
    const audit = await newAudit()
    await addTo(audit, worker())
    const replies = await Promise.all([auditor, supervisor].map((one) => one.send('POST', `/api/audits/${audit.id}/close`)))
    expect(replies.map(({ statusCode }) => statusCode).sort()).toEqual([200, 409])
  })

  test('closed, hides the aliases and takes nobody more', async () => {
    const audit = await newAudit()
    await addTo(audit, worker({ alias: 'River' }))
    await close(audit)
    expect((await auditor.get(`/api/audits/${audit.id}`)).body).not.toContain('River')
    expect((await addTo(audit, worker())).json()).toMatchObject({ code: 'audit-closed' })
  })

  test('of another factory does not exist for an auditor', async () => {
    const audit = await newAudit(supervisor)
    const stranger = await app.signInAs('auditor', { countryIds: ['BD'] })
    expect((await stranger.get(`/api/audits/${audit.id}`)).statusCode).toBe(404)
    expect((await addTo(audit, worker(), stranger)).statusCode).toBe(404)
    expect((await stranger.get('/api/audits')).json()).toEqual({ audits: [], next: null })
  })

  test('put down with the wrong day gets the right one, until callbacks are planned from it', async () => {
    const audit = await newAudit()
    const change = (auditDate: string, by = supervisor) => by.send('PATCH', `/api/audits/${audit.id}`, { auditDate })
    expect((await change('2026-12-02')).json()).toMatchObject({ auditDate: '2026-12-02' })
    expect((await change('2036-11-28')).json()).toMatchObject({ code: 'audit-date' })
    expect((await change('2026-12-01', auditor)).statusCode).toBe(200)
    await addTo(audit, worker())
    await close(audit)
    expect((await change('2026-12-03')).json()).toMatchObject({ code: 'audit-closed' })
    await supervisor.send('POST', `/api/audits/${audit.id}/reopen`)
    expect((await change('2026-12-03')).json()).toMatchObject({ code: 'audit-planned' })
  })

  test('of several days counts from the last of them, which moves along with the first', async () => {
    const change = (body: object) => supervisor.send('PATCH', `/api/audits/${audit.id}`, body)
    const audit = await newAudit()
    expect(audit).toMatchObject({ auditDate: '2026-12-01', lastDate: '2026-12-01' })
    expect((await change({ lastDate: '2026-12-03' })).json()).toMatchObject({ auditDate: '2026-12-01', lastDate: '2026-12-03' })
    expect((await change({ auditDate: '2026-12-02' })).json()).toMatchObject({ auditDate: '2026-12-02', lastDate: '2026-12-04' })
    expect((await change({ lastDate: '2026-12-01' })).json()).toMatchObject({
      code: 'audit-date',
      message: expect.stringContaining('ends before'),
    })
    expect((await change({ lastDate: '2027-01-15' })).json()).toMatchObject({
      code: 'audit-date',
      message: expect.stringContaining('31 days'),
    })
    await addTo(audit, worker())
    await close(audit)
    const due = await app.db.selectFrom('callback').select('dueAt').where('auditId', '=', audit.id).executeTakeFirstOrThrow()
    expect(localDate(due.dueAt, 'Asia/Dhaka')).toBe('2026-12-09')
    const { audits } = (await supervisor.get(`/api/audits?from=2026-12-04&to=2026-12-30`)).json<AuditList>()
    expect(audits.map(({ id }) => id)).toContain(audit.id)
  })

  test('names its auditor, one who has the factory; an auditor names nobody else', async () => {
    const other = await app.signInAs('auditor', { countryIds: ['BD'], factoryIds: [] })
    const audit = await newAudit()
    const name = (auditorUserId: string | null, by = supervisor) => by.send('PATCH', `/api/audits/${audit.id}`, { auditorUserId })
    expect((await name(other.userId)).json()).toMatchObject({ code: 'auditor-without-factory' })
    expect((await name(supervisor.userId)).json()).toMatchObject({ code: 'auditor-without-factory' })
    expect((await name(null)).json()).toMatchObject({ auditorUserId: null })
    expect((await name(auditor.userId)).json()).toMatchObject({ auditorUserId: auditor.userId })
    expect((await name(auditor.userId)).statusCode).toBe(200)
    expect((await name(null, auditor)).json()).toMatchObject({ code: 'not-yours-to-name' })
    // Also once callbacks are planned: who does it says nothing about them.
    await addTo(audit, worker())
    await close(audit)
    await supervisor.send('POST', `/api/audits/${audit.id}/reopen`)
    expect((await name(null)).json()).toMatchObject({ auditorUserId: null, auditorName: null })
    const rows = await app.db
      .selectFrom('activity')
      .select('detail')
      .where('action', '=', 'audit.changed')
      .where('subjectId', '=', audit.id)
      .execute()
    expect(rows.map(({ detail }) => detail)).toEqual([{ auditorUserId: null }, { auditorUserId: auditor.userId }, { auditorUserId: null }])
  })

  test('made by mistake is removed, unless anything hangs on it', async () => {
    const [empty, full] = [await newAudit(), await newAudit()]
    await addTo(full, worker())
    expect((await supervisor.send('DELETE', `/api/audits/${full.id}`)).json()).toMatchObject({ code: 'audit-not-empty' })
    const stranger = await app.signInAs('auditor', { countryIds: ['BD'], factoryIds: [] })
    expect((await stranger.send('DELETE', `/api/audits/${empty.id}`)).statusCode).toBe(404)
    expect((await supervisor.send('DELETE', `/api/audits/${empty.id}`)).statusCode).toBe(200)
    expect((await supervisor.get(`/api/audits/${empty.id}`)).statusCode).toBe(404)
    expect((await supervisor.get(`/api/audits/${full.id}`)).statusCode).toBe(200)
  })

  test('with an empty list cannot be closed', async () => {
    const audit = await newAudit()
    expect((await auditor.send('POST', `/api/audits/${audit.id}/close`)).json()).toMatchObject({ code: 'empty-roster' })
  })

  test.each([
    ['2025-12-01', /check the year/],
    ['2026-02-30', /./],
  ])('is not on %s', async (auditDate, message) => {
    const reply = await auditor.send('POST', '/api/audits', { factoryId: factory.id, auditDate })
    expect(reply.statusCode).toBeGreaterThanOrEqual(400)
    expect(reply.statusCode).toBeLessThan(500)
    expect(reply.json<{ message: string }>().message).toMatch(message)
  })
})

describe('a case', () => {
  let agent: TestClient
  let opened: CaseView

  test('is opened by the agent of the callback alone, and starts critical for child labour', async () => {
    agent = await app.signInAs('agent', { countryIds: ['BD'] })
    await givePhone(app.db, agent.userId)
    const audit = await newAudit()
    await addTo(audit, worker())
    await close(audit)
    clock.set(dhaka('2026-12-06', '18:30'))
    const { id } = (await agent.send('POST', '/api/callbacks/next')).json<{ id: string }>()
    const { attemptId } = phone.orders.at(-1)!
    await attemptConnected(app.context, attemptId, clock.now())

    const body = {
      callbackId: id,
      category: 'child-labour',
      severity: 'low',
      workerWish: 'anonymous',
      peopleAffected: 3,
      summary: 'Three children on the night shift.',
    }
    const other = await app.signInAs('agent', { countryIds: ['BD'] })
    expect((await other.send('POST', '/api/cases', body)).statusCode).toBe(403)
    const ofCountries = (countryIds: string[]) => app.db.updateTable('appUser').set({ countryIds }).where('id', '=', agent.userId).execute()
    await ofCountries(['VN'])
    expect((await agent.send('POST', '/api/cases', body)).statusCode).toBe(403)
    await ofCountries(['BD'])
    expect((await agent.get('/api/cases')).json()).toEqual({ items: [], next: null })
    const reply = await agent.send('POST', '/api/cases', body)
    expect(reply.statusCode, reply.body).toBe(201)
    opened = reply.json<CaseView>()
    expect(opened).toMatchObject({ severity: 'critical', status: 'open', summary: body.summary, factoryName: 'Factory of a test' })

    await attemptEnded(app.context, attemptId, { at: clock.now(), ended: hungUpAfterTalking })
    expect((await agent.send('POST', `/api/callbacks/${id}/outcome`, { outcome: 'complete' })).statusCode).toBe(200)
  })

  test('lies sealed in the database', async () => {
    const { summarySealed } = await app.db
      .selectFrom('grievanceCase')
      .select('summarySealed')
      .where('id', '=', opened.id)
      .executeTakeFirstOrThrow()
    expect(summarySealed.toString('latin1')).not.toContain('children')
  })

  test('is reviewed by a case-handler of its country, with a reason, and the client decides', async () => {
    const handler = await app.signInAs('case-handler', { countryIds: ['BD'] })
    const decision = { decision: 'work-suspended', decidedOn: '2026-12-01', note: 'Until the children are in school.' }
    const decide = (client: TestClient, body: object) => client.send('PUT', `/api/cases/${opened.id}/client-decision`, body)
    expect((await decide(handler, decision)).json()).toMatchObject({ code: 'no-finding' })
    const reply = await handler.send('POST', `/api/cases/${opened.id}/finding`, {
      finding: 'violation',
      reason: 'Seen in the shift lists.',
    })
    expect(reply.json()).toMatchObject({ finding: 'violation', status: 'in-review', findingReason: 'Seen in the shift lists.' })
    expect((await decide(handler, { ...decision, decidedOn: '2099-01-01' })).json()).toMatchObject({ code: 'decision-ahead' })
    expect((await decide(handler, decision)).json()).toMatchObject({ status: 'action', clientDecision: decision })
    expect((await agent.get(`/api/cases/${opened.id}`)).json()).toMatchObject({ findingReason: null, clientDecision: null })
    const row = await app.db.selectFrom('grievanceCase').selectAll().where('id', '=', opened.id).executeTakeFirstOrThrow()
    expect(row.clientDecisionNoteSealed?.toString('latin1')).not.toContain('school')
    const elsewhere = await app.signInAs('case-handler', { countryIds: ['VN'] })
    expect((await elsewhere.get(`/api/cases/${opened.id}`)).statusCode).toBe(404)
    expect((await decide(elsewhere, decision)).statusCode).toBe(404)
    expect((await elsewhere.get('/api/cases')).json()).toEqual({ items: [], next: null })
  })

  test('and each reading of it is in the activity-log', async () => {
    const reads = await app.db
      .selectFrom('activity')
      .select('action')
      .where('subjectId', '=', opened.id)
      .where('action', '=', 'case.read')
      .execute()
    expect(reads.length).toBeGreaterThanOrEqual(2)
  })

  test('what it is about is not told to an administrator by the activity-log', async () => {
    const read = async (role: 'administrator' | 'custodian') =>
      (await (await app.signInAs(role)).get(`/api/activity-log?subjectKind=case&subjectId=${opened.id}`)).body
    expect(await read('custodian')).toContain('child-labour')
    const seen = await read('administrator')
    expect(seen).toContain('case.opened')
    expect(seen).not.toMatch(/child-labour|violation/)
  })

  test('is counted: for supervisors at once, for a client only where ten workers were reached', async () => {
    const total = (await supervisor.get('/api/dashboard')).json<Dashboard>().total
    expect(total).toMatchObject({ workersReached: 1, factoriesReached: 1, grievances: 1, violations: 1, underAge: 1 })
    const brand = await app.signInAs('client', { countryIds: ['BD'], clientId: factory.clientId })
    // Within the month nothing of it shows, lest a difference between two looks point at one conversation.
    const meanwhile = (await brand.get('/api/dashboard')).json<Dashboard>()
    expect(meanwhile).toMatchObject({ countedUntil: '2026-11-30', total: { callbacks: 0, workersReached: 0, factories: 0 }, byMonth: [] })
    const today = clock.now()
    clock.set(dhaka('2027-01-01', '12:00'))
    const seen = (await brand.get('/api/dashboard')).json<Dashboard>()
    clock.set(today)
    expect(seen.countedUntil).toBe('2026-12-31')
    expect(seen.total).toMatchObject({ workersReached: 1, grievances: null, violations: null, underAge: null })
    const stranger = await app.signInAs('client', {
      countryIds: ['BD'],
      clientId: (await supervisor.send('POST', '/api/clients', { name: 'Another brand' })).json<{ id: string }>().id,
    })
    expect((await stranger.get('/api/dashboard')).json<Dashboard>().total).toMatchObject({ callbacks: 0, factories: 0 })
  })
})

async function references(): Promise<string[]> {
  return (await supervisor.get('/api/callbacks?limit=200')).json<CallbackPage>().items.map(({ reference }) => reference)
}

describe('what an auditor must not learn', () => {
  test('who on the list once asked not to be called looks planned to the auditor; the supervisor is told', async () => {
    const audit = await newAudit()
    const phone = numberOf(1000 + made)
    for (const body of [worker(), worker()]) expect((await addTo(audit, body)).statusCode).toBe(201)
    const e164 = phone
    const { id } = await app.db
      .selectFrom('phoneNumber')
      .select('id')
      .where('blindIndex', '=', app.context.cipher.blindIndex('phone', e164))
      .executeTakeFirstOrThrow()
    await app.db.updateTable('phoneNumber').set({ neverCallSince: clock.now() }).where('id', '=', id).execute()

    expect(await close(audit)).toMatchObject({ planned: 2, moved: [], warnings: [] })
    const coverageFor = async (by: TestClient) => (await by.get(`/api/audits/${audit.id}`)).json<AuditView>().coverage
    expect(await coverageFor(auditor)).toMatchObject({ planned: 2, refused: 0, waiting: 2, closedUnreached: 0 })
    expect(await coverageFor(supervisor)).toMatchObject({ planned: 2, refused: 1, waiting: 1 })
  })

  test('opening aliases leaves a row in the activity log', async () => {
    const audit = await newAudit()
    await addTo(audit, worker({ alias: 'Star' }))
    await auditor.get(`/api/audits/${audit.id}`)
    const rows = await app.db.selectFrom('activity').select('action').where('subjectId', '=', audit.id).execute()
    expect(rows.map(({ action }) => action)).toContain('audit.aliases-read')
  })
})

test('a language that the country does not serve is refused with what to do', async () => {
  const reply = await addTo(await newAudit(), worker({ languageCode: 'xx' }))
  expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([422, 'language-not-served'])
})
