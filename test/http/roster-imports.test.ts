import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AuditView, CloseAuditResult, ImportColumns, ImportPlan, ImportView } from '../../server/domains/audits/contract.ts'
import { saveCountries } from '../../server/domains/countries/service.ts'
import { openNumber } from '../../server/domains/workers/service.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { fixedClock } from '../../server/platform/time/clock.ts'
import { asProductClock } from '../../server/platform/time/demo-clock.ts'
import { BANGLADESH, LANGUAGES, numberOf } from '../helpers/hotline.ts'
import { dhaka } from '../helpers/hours.ts'
import { createTestApp, type TestApp, type TestClient } from '../helpers/http.ts'
import { csvFile, multipart, xlsxFile } from '../helpers/roster-file.ts'

let app: TestApp
let supervisor: TestClient
let auditor: TestClient
let factoryId: string

beforeAll(async () => {
  app = await createTestApp({ clock: asProductClock(fixedClock(dhaka('2026-12-01', '15:00'))) })
  await inTransaction(app.db, (tx) => saveCountries(tx, LANGUAGES, [BANGLADESH]))
  supervisor = await app.signInAs('supervisor', { countryIds: ['BD'] })
  const client = (await supervisor.send('POST', '/api/clients', { name: 'Brand' })).json<{ id: string }>()
  const body = { clientId: client.id, name: 'Factory', countryId: 'BD', languageCodes: ['bn'] }
  factoryId = (await supervisor.send('POST', '/api/factories', body)).json<{ id: string }>().id
  auditor = await app.signInAs('auditor', { countryIds: ['BD'], factoryIds: [factoryId] })
})
afterAll(() => app.stop())

const PLAN: ImportPlan = {
  columns: { phone: 0, alias: 1, from: 2, to: 3, shared: 4 },
  defaults: { languageCode: 'bn', consentMode: 'spoken' },
}
const HEADER = ['phone', 'alias', 'from', 'to', 'shared']
const worker = (last: number, parts: string[] = []) => [numberOf(last), ...parts]

async function newAudit(): Promise<string> {
  return (await auditor.send('POST', '/api/audits', { factoryId, auditDate: '2026-12-01' })).json<{ id: string }>().id
}
function upload(url: string, file: Buffer, plan?: object, by = auditor) {
  const { payload, contentType } = multipart(file, plan)
  return app.app.inject({
    method: 'POST',
    url,
    payload,
    headers: { cookie: by.cookie, 'x-csrf-token': by.csrfToken, 'content-type': contentType },
  })
}
async function importFile(id: string, file: Buffer, { isDryRun = false, by = auditor, plan = PLAN as object } = {}): Promise<ImportView> {
  const reply = await upload(`/api/audits/${id}/imports?isDryRun=${isDryRun}`, file, plan, by)
  expect(reply.statusCode, reply.body).toBe(202)
  const started = reply.json<ImportView>()
  const state = async () => (await by.get(`/api/audits/${id}/imports/${started.id}`)).json<ImportView>()
  await expect.poll(async () => (await state()).status, { timeout: 30_000 }).not.toBe('running')
  return state()
}
const roster = async (id: string) => (await auditor.get(`/api/audits/${id}`)).json<AuditView>()

describe('a roster’s file', () => {
  test('is looked at first: its columns, what they are likely to be, and how many rows', async () => {
    const id = await newAudit()
    const reply = await upload(`/api/audits/${id}/imports/columns`, await xlsxFile([HEADER, worker(1, ['Moon'])]))
    expect(reply.json<ImportColumns>()).toEqual({
      columns: HEADER.map((header, index) => ({ header, filledRows: index < 2 ? 1 : 0 })),
      rows: 1,
      mapping: { phone: 0, alias: 1, from: 2, to: 3, shared: 4 },
    })
    expect(reply.body).not.toContain('1100000001')
  })

  test('tried, changes nothing and says what would be added and what is wrong', async () => {
    const id = await newAudit()
    const tried = await importFile(id, csvFile([HEADER, worker(1), worker(2, ['', '20:00', '18:00']), ['nonsense']]), { isDryRun: true })
    expect(tried).toMatchObject({ status: 'done', rowsTotal: 3, rowsDone: 3, added: 1, known: 0, wrong: 2 })
    expect(tried.problems.map(({ row, column }) => [row, column])).toEqual([
      [3, 'to'],
      [4, 'phone'],
    ])
    expect((await roster(id)).workers).toBe(0)
    const vault = await app.db.selectFrom('phoneNumber').select('id').execute()
    expect(vault).toEqual([])
  })

  test('imported is the list: numbers in the vault, aliases for the auditor, callbacks in the slot', async () => {
    const id = await newAudit()
    const file = csvFile([HEADER, worker(11, ['Moon', '18:00', '20:00']), worker(12, ['River', '', '', ''])])
    expect(await importFile(id, file)).toMatchObject({ status: 'done', added: 2, known: 0, wrong: 0, problems: [] })
    const { interviews } = await roster(id)
    expect(interviews.map(({ alias, languageCode, slot }) => [alias, languageCode, slot.startLocal]).toSorted()).toEqual([
      ['Moon', 'bn', '18:00'],
      ['River', 'bn', '09:00'],
    ])
    const rows = await app.db.selectFrom('phoneNumber').select(['id', 'blindIndex']).execute()
    const e164s = await Promise.all(rows.map(({ id: numberId }) => openNumber(app.context, app.db, numberId)))
    expect(e164s.toSorted()).toEqual([numberOf(11), numberOf(12)])
    const closed = (await auditor.send('POST', `/api/audits/${id}/close`)).json<CloseAuditResult>()
    expect(closed).toMatchObject({ planned: 2 })
  })

  test('imported again adds nobody; with a row mended, that row alone', async () => {
    const id = await newAudit()
    const rows = [
      HEADER,
      worker(21, ['A']),
      worker(22, ['B', '20:00', '18:00']),
      worker(23, ['', '', '', 'yes']),
      worker(23, ['', '', '', 'yes']),
    ]
    expect(await importFile(id, csvFile(rows))).toMatchObject({ added: 3, known: 0, wrong: 1 })
    expect(await importFile(id, csvFile(rows))).toMatchObject({ added: 0, known: 3, wrong: 1 })
    rows[2] = worker(22, ['B', '18:00', '20:00'])
    expect(await importFile(id, csvFile(rows), { by: supervisor })).toMatchObject({ added: 1, known: 3, wrong: 0 })
    expect((await roster(id)).workers).toBe(4)
  })

  test('with a number that somebody entered by hand says so instead of taking the worker twice', async () => {
    const id = await newAudit()
    const slot = { startLocal: '18:00', endLocal: '20:00' }
    const byHand = { phone: numberOf(31), languageCode: 'bn', slot, isSharedPhone: false, consentMode: 'spoken', mayShowCardNumber: false }
    await auditor.send('POST', `/api/audits/${id}/interviews`, byHand)
    const imported = await importFile(id, csvFile([HEADER, worker(31), worker(32)]))
    expect(imported).toMatchObject({ added: 1, wrong: 1, problems: [{ row: 2, code: 'number-on-list' }] })
    expect(await importFile(id, csvFile([HEADER, worker(31, ['', '', '', 'yes'])]))).toMatchObject({ added: 1, wrong: 0 })
  })

  test('of more rows than one part is taken whole, whoever rings meanwhile', async () => {
    const id = await newAudit()
    const rows = Array.from({ length: 620 }, (_, n) => worker(1000 + n, [`W${n}`]))
    expect(await importFile(id, csvFile([HEADER, ...rows]))).toMatchObject({ status: 'done', rowsTotal: 620, rowsDone: 620, added: 620 })
    expect((await roster(id)).workers).toBe(620)
  })

  test('is one at a time for a visit', async () => {
    const id = await newAudit()
    const running = { auditId: id, byUserId: auditor.userId, isDryRun: false }
    await app.db.insertInto('rosterImport').values(running).execute()
    const again = () => upload(`/api/audits/${id}/imports?isDryRun=false`, csvFile([HEADER, worker(41)]), PLAN)
    expect((await again()).json()).toMatchObject({ code: 'import-running' })
    // Its process died: a minute later another may begin, and the dead one is said to have failed.
    await app.db
      .updateTable('rosterImport')
      .set({ updatedAt: new Date(Date.now() - 61_000) })
      .where('auditId', '=', id)
      .execute()
    expect((await again()).statusCode).toBe(202)
    await expect.poll(async () => (await roster(id)).workers, { timeout: 30_000 }).toBe(1)
    const { imports } = (await auditor.get(`/api/audits/${id}/imports`)).json<{ imports: ImportView[] }>()
    expect(imports.map(({ status }) => status)).toEqual(['done', 'failed'])
  })

  test.each([
    ['an empty file', Buffer.from(''), 'file-empty'],
    ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3]), 'not-text'],
    ['a broken workbook', Buffer.from('PK\x03\x04nothing of an archive'), 'file-broken'],
    ['a huge file', Buffer.alloc(15 * 1024 * 1024 + 1, 'a'), 'file-too-large'],
  ])('that is %s is refused with what to do', async (_what, file, code) => {
    const reply = await upload(`/api/audits/${await newAudit()}/imports/columns`, file)
    expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([422, code])
  })

  test('is not taken for a closed visit, nor for one of somebody else’s', async () => {
    const id = await newAudit()
    await importFile(id, csvFile([HEADER, worker(51)]))
    const stranger = await app.signInAs('auditor', { countryIds: ['BD'] })
    expect((await upload(`/api/audits/${id}/imports/columns`, csvFile([HEADER]), undefined, stranger)).statusCode).toBe(404)
    expect((await upload(`/api/audits/${id}/imports?isDryRun=true`, csvFile([HEADER]), PLAN, stranger)).statusCode).toBe(404)
    expect((await stranger.get(`/api/audits/${id}/imports`)).statusCode).toBe(404)
    await auditor.send('POST', `/api/audits/${id}/close`)
    expect((await upload(`/api/audits/${id}/imports?isDryRun=false`, csvFile([HEADER, worker(52)]), PLAN)).json()).toMatchObject({
      code: 'audit-closed',
    })
  })

  test('leaves a row in the activity log, and nothing of anybody anywhere in the clear', async () => {
    const id = await newAudit()
    const { id: importId } = await importFile(id, csvFile([HEADER, worker(61, ['Zephyrine']), ['0170ABC', 'Zephyrine']]))
    const actions = await app.db.selectFrom('activity').select(['action', 'detail']).where('subjectId', '=', id).execute()
    expect(actions).toContainEqual({ action: 'interview.imported', detail: { importId, added: 1 } })
    const kept = await app.db.selectFrom('rosterImport').selectAll().execute()
    expect(JSON.stringify([kept, actions])).not.toMatch(/Zephyrine|0170ABC|1100000061/)
  })
})

test('both templates are handed out, ready to be filled in', async () => {
  const csv = await auditor.get('/api/roster-template.csv')
  expect(csv.headers['content-disposition']).toBe('attachment; filename="roster.csv"')
  const id = await newAudit()
  for (const file of [csv.rawPayload, (await auditor.get('/api/roster-template.xlsx')).rawPayload]) {
    const columns = (await upload(`/api/audits/${id}/imports/columns`, file)).json<ImportColumns>()
    expect(columns.mapping).toMatchObject({ phone: 0, alias: 1, language: 2 })
  }
})
