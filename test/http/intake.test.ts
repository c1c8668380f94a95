import { randomUUID } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AuditView, FactoryView, IntakeResult, IntakeSetup, KeptEntry } from '../../server/domains/audits/contract.ts'
import { makeConsentAudio } from '../../scripts/make-consent-audio.ts'
import { rotateIntakeKey } from '../../server/domains/audits/intake-service.ts'
import { saveCountries } from '../../server/domains/countries/service.ts'
import { openCodeWord } from '../../server/domains/workers/service.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { fixedClock } from '../../server/platform/time/clock.ts'
import { asProductClock } from '../../server/platform/time/demo-clock.ts'
import { BANGLADESH, LANGUAGES, numberOf } from '../helpers/hotline.ts'
import { dhaka } from '../helpers/hours.ts'
import { createTestApp, type TestApp, type TestClient } from '../helpers/http.ts'
import { type EntryBinding, sealEntry } from '../../web/src/intake/seal.ts'

let app: TestApp
let supervisor: TestClient
let auditor: TestClient
let factory: FactoryView
let made = 0

beforeAll(async () => {
  app = await createTestApp({ clock: asProductClock(fixedClock(dhaka('2026-12-01', '15:00'))) })
  await inTransaction(app.db, (tx) => saveCountries(tx, LANGUAGES, [BANGLADESH]))
  supervisor = await app.signInAs('supervisor', { countryIds: ['BD'] })
  const client = (await supervisor.send('POST', '/api/clients', { name: 'Brand of a test' })).json<{ id: string }>()
  const body = { clientId: client.id, name: 'Factory of a test', countryId: 'BD', languageCodes: ['bn'] }
  factory = (await supervisor.send('POST', '/api/factories', body)).json<FactoryView>()
  auditor = await ofFactory()
})
afterAll(() => app.stop())

const ofFactory = () => app.signInAs('auditor', { countryIds: ['BD'], factoryIds: [factory.id] })
const setup = async (by = auditor) => (await by.get('/api/intake')).json<IntakeSetup>()
const newVisit = async () =>
  (await auditor.send('POST', '/api/audits', { factoryId: factory.id, auditDate: '2026-12-01' })).json<AuditView>().id
const roster = async (auditId: string, by = auditor) => (await by.get(`/api/audits/${auditId}`)).json<AuditView>().interviews
const alerts = (auditId: string) =>
  app.db.selectFrom('alert').select(['message', 'closedAt']).where('kind', '=', 'intake-kept').where('subject', '=', auditId).execute()

type Sealed = { entryId: string; keyId: string; sealed: string }
const worker = (parts: object = {}) => ({
  ...{ phone: numberOf(7000 + made++), languageCode: 'bn', slot: { startLocal: '20:00', endLocal: '22:00' }, isSharedPhone: false },
  ...{ consentMode: 'spoken', consentTextVersion: 1, mayShowCardNumber: false },
  ...parts,
})
/** As the phone does it. @param bound parts of the binding that the phone gets wrong */
async function sealed(auditId: string, entry: object = worker(), bound: Partial<EntryBinding> = {}, by = auditor): Promise<Sealed> {
  const { key } = await setup(by)
  const binding = { auditId, entryId: randomUUID(), keyId: key.id, auditorUserId: by.userId }
  return { entryId: binding.entryId, keyId: key.id, sealed: await sealEntry(key.publicKey, { ...binding, ...bound }, entry) }
}
const send = (auditId: string, entries: Sealed[], by = auditor) => by.send('POST', `/api/intake/${auditId}/entries`, { entries })
const sync = async (auditId: string, entries: Sealed[], by = auditor) =>
  (await send(auditId, entries, by)).json<{ results: IntakeResult[] }>().results

describe('what a phone takes along', () => {
  test('is the key, the open visits, their languages and what workers agree to; nothing of any worker', async () => {
    const auditId = await newVisit()
    await sync(auditId, [await sealed(auditId, worker({ alias: 'Moon' }))])
    const reply = await auditor.get('/api/intake')
    expect(reply.json()).toMatchObject({
      auditor: { id: auditor.userId },
      key: { publicKey: expect.stringMatching(/^[\w-]{87}$/) as string },
      consentTextVersion: 1,
    })
    const visit = reply.json<IntakeSetup>().visits.find((one) => one.auditId === auditId)
    expect(visit).toMatchObject({ factoryName: 'Factory of a test', timeZone: 'Asia/Dhaka', workers: 1, kept: 0 })
    expect(visit?.languages).toContainEqual({
      code: 'bn',
      ownName: 'বাংলা',
      direction: 'ltr',
      hasConsentAudio: false,
      consentText: expect.stringContaining('রাজি') as string,
    })
    expect(reply.body).not.toContain('Moon')
  })

  test('is the spoken consent text too, where set-up made one', async () => {
    const folder = path.join(app.config.dataFolder, 'consent')
    expect((await auditor.get('/api/intake/consent/bn')).statusCode).toBe(404)
    await makeConsentAudio(folder, ['bn', 'zh', 'ar', 'xx'])
    expect((await readdir(folder)).sort()).toEqual(['ar-1.wav', 'bn-1.wav', 'zh-1.wav'])
    const reply = await auditor.get('/api/intake/consent/bn')
    expect(reply.headers['content-type']).toBe('audio/wav')
    expect(reply.rawPayload.subarray(0, 4).toString()).toBe('RIFF')
    expect(reply.rawPayload.length).toBeLessThan(200_000)
    const [visit] = (await setup()).visits
    expect(visit?.languages.find(({ code }) => code === 'bn')?.hasConsentAudio).toBe(true)
    await rm(folder, { recursive: true })
  })

  test('is the same key for all who ask at once', async () => {
    const keys = await Promise.all([auditor, await ofFactory(), auditor].map(async (by) => (await setup(by)).key.id))
    expect(new Set(keys).size).toBe(1)
  })

  test('is nothing for those who are no auditors', async () => {
    expect((await supervisor.get('/api/intake')).statusCode).toBe(403)
  })
})

describe('an entry', () => {
  test('goes on the list, its alias and code word sealed', async () => {
    const auditId = await newVisit()
    const entry = await sealed(auditId, worker({ alias: 'River', codeWord: 'lantern', phone: '০১১০-০০০-৪৩২১' }))
    expect(await sync(auditId, [entry])).toEqual([{ entryId: entry.entryId, status: 'accepted', isDuplicateNumber: false }])
    expect(await roster(auditId)).toMatchObject([{ alias: 'River', languageCode: 'bn', slot: { startLocal: '20:00' } }])
    const { id, codeWordSealed } = await app.db
      .selectFrom('worker')
      .innerJoin('interview', 'interview.workerId', 'worker.id')
      .select(['worker.codeWordSealed', 'worker.id'])
      .where('interview.auditId', '=', auditId)
      .executeTakeFirstOrThrow()
    expect(codeWordSealed?.length).toBeGreaterThan(20)
    expect(codeWordSealed?.toString('latin1')).not.toContain('lantern')
    expect(await openCodeWord(app.context, id)).toBe('lantern')
  })

  test('sent again, at once or after the answer was lost, is the same entry', async () => {
    const auditId = await newVisit()
    const entries = [await sealed(auditId), await sealed(auditId)]
    const replies = await Promise.all([sync(auditId, entries), sync(auditId, entries), sync(auditId, [...entries].reverse())])
    expect(replies.flat().map(({ status }) => status)).toEqual(Array(6).fill('accepted'))
    expect(await sync(auditId, entries)).toEqual(replies[0])
    expect(await roster(auditId)).toHaveLength(2)
  })

  test('taken off the list afterwards does not come back when its phone sends it again', async () => {
    const auditId = await newVisit()
    const entry = await sealed(auditId)
    await sync(auditId, [entry])
    const [{ id } = { id: '' }] = await roster(auditId)
    expect((await auditor.send('DELETE', `/api/audits/${auditId}/interviews/${id}`)).statusCode).toBe(200)
    expect(await sync(auditId, [entry])).toMatchObject([{ status: 'accepted' }])
    expect(await roster(auditId)).toEqual([])
  })

  test('says when its number is on the list already, by whichever way it came', async () => {
    const auditId = await newVisit()
    const same = worker()
    const { consentTextVersion: _, ...byHand } = same
    await auditor.send('POST', `/api/audits/${auditId}/interviews`, byHand)
    expect(await sync(auditId, [await sealed(auditId, same)])).toMatchObject([{ status: 'accepted', isDuplicateNumber: true }])
  })

  test('sealed to a key that was replaced since still opens', async () => {
    const auditId = await newVisit()
    const old = await sealed(auditId)
    await rotateIntakeKey(app.context, null)
    const now = await sealed(auditId)
    expect(now.keyId).not.toBe(old.keyId)
    expect((await sync(auditId, [old, now])).map(({ status }) => status)).toEqual(['accepted', 'accepted'])
  })
})

describe('nothing goes on the list', () => {
  test.each([
    ['another visit', { auditId: randomUUID() }],
    ['another entry', { entryId: randomUUID() }],
    ['another key', { keyId: randomUUID() }],
    ['another auditor', { auditorUserId: randomUUID() }],
  ])('that was sealed for %s', async (_, bound) => {
    const auditId = await newVisit()
    expect(await sync(auditId, [await sealed(auditId, worker(), bound)])).toMatchObject([{ status: 'unopened' }])
    expect(await roster(auditId)).toEqual([])
  })

  test('that was changed on its way, is cut short or names a key we never had; the others beside it do', async () => {
    const auditId = await newVisit()
    const good = await sealed(auditId)
    const changed = await sealed(auditId)
    const at = changed.sealed.length - 40
    changed.sealed = `${changed.sealed.slice(0, at)}${changed.sealed[at] === 'A' ? 'B' : 'A'}${changed.sealed.slice(at + 1)}`
    const cut = await sealed(auditId)
    const foreign = { ...(await sealed(auditId)), keyId: randomUUID() }
    const results = await sync(auditId, [changed, { ...cut, sealed: cut.sealed.slice(0, 400) }, foreign, good])
    expect(results.map(({ status }) => status)).toEqual(['unopened', 'unopened', 'unopened', 'accepted'])
    expect(await sync(auditId, [cut]), 'what was not opened keeps nobody out').toMatchObject([{ status: 'accepted' }])
  })

  test('that another auditor of the same factory sends from a phone that was handed on', async () => {
    const auditId = await newVisit()
    const entry = await sealed(auditId)
    const other = await ofFactory()
    expect(await sync(auditId, [entry], other)).toMatchObject([{ status: 'unopened' }])
    expect(await sync(auditId, [entry])).toMatchObject([{ status: 'accepted' }])
    expect(await sync(auditId, [entry], other)).toMatchObject([{ status: 'unopened' }])
    expect(await roster(auditId)).toHaveLength(1)
  })

  test('of a visit that is not the auditor’s', async () => {
    const auditId = await newVisit()
    const stranger = await app.signInAs('auditor', { countryIds: ['BD'] })
    const reply = await send(auditId, [await sealed(auditId, worker(), {}, stranger)], stranger)
    expect(reply.json()).toMatchObject({ code: 'audit-not-found' })
    expect(await roster(auditId)).toEqual([])
  })
})

describe('what cannot go on the list', () => {
  const kept = async (auditId: string, by = supervisor) => (await by.get(`/api/intake/${auditId}/kept`)).json<{ entries: KeptEntry[] }>()

  test('is kept sealed, with a sentence that does not repeat the number, and a supervisor is told', async () => {
    const auditId = await newVisit()
    const bad = await sealed(auditId, worker({ phone: '0110 000 43 21 99' }))
    const [result] = await sync(auditId, [bad])
    expect(result).toMatchObject({ status: 'kept', code: 'bad-phone' })
    expect(JSON.stringify(result)).not.toMatch(/4321|43 21/)
    expect(await sync(auditId, [bad])).toEqual([result])
    expect((await kept(auditId)).entries).toMatchObject([{ id: bad.entryId, code: 'bad-phone' }])
    expect(await alerts(auditId)).toMatchObject([
      { message: expect.stringMatching(/^1 worker .* could not be put on the list/) as string, closedAt: null },
    ])
    expect((await setup()).visits.find((visit) => visit.auditId === auditId)?.kept).toBe(1)
    expect((await supervisor.send('POST', `/api/intake/entries/${bad.entryId}/discard`)).statusCode).toBe(200)
    expect(await kept(auditId)).toEqual({ entries: [] })
    expect((await alerts(auditId))[0]?.closedAt).not.toBeNull()
    const row = await app.db.selectFrom('intakeEntry').select(['sealed', 'status']).where('id', '=', bad.entryId).executeTakeFirst()
    expect(row).toEqual({ sealed: null, status: 'discarded' })
  })

  test('because the visit was closed meanwhile, goes on it when a supervisor opens it again', async () => {
    const auditId = await newVisit()
    const late = await sealed(auditId, worker({ alias: 'Late' }))
    await sync(auditId, [await sealed(auditId)])
    await auditor.send('POST', `/api/audits/${auditId}/close`)
    expect(await sync(auditId, [late])).toMatchObject([{ status: 'kept', code: 'audit-closed' }])
    const retry = async () => (await supervisor.send('POST', `/api/intake/entries/${late.entryId}/retry`)).json<IntakeResult>()
    expect(await retry()).toMatchObject({ status: 'kept', code: 'audit-closed' })
    await supervisor.send('POST', `/api/audits/${auditId}/reopen`)
    expect(await retry()).toMatchObject({ status: 'accepted', isDuplicateNumber: false })
    expect(await roster(auditId)).toHaveLength(2)
    expect((await supervisor.send('POST', `/api/intake/entries/${late.entryId}/retry`)).statusCode).toBe(404)
  })

  test.each([
    ['a language nobody serves there', { languageCode: 'tr' }, 'language-not-served'],
    ['a time that ends before it starts', { slot: { startLocal: '20:00', endLocal: '08:00' } }, 'slot'],
    ['what another version of the page wrote', { consentMode: 'guessed' }, 'entry-unreadable'],
  ])('is kept: %s', async (_, parts, code) => {
    const auditId = await newVisit()
    expect(await sync(auditId, [await sealed(auditId, worker(parts))])).toMatchObject([{ status: 'kept', code }])
  })

  test('is for supervisors of the country alone', async () => {
    const auditId = await newVisit()
    const bad = await sealed(auditId, worker({ phone: '123456' }))
    await sync(auditId, [bad])
    const elsewhere = await app.signInAs('supervisor', { countryIds: ['VN'] })
    expect((await elsewhere.get(`/api/intake/${auditId}/kept`)).statusCode).toBe(404)
    expect((await elsewhere.send('POST', `/api/intake/entries/${bad.entryId}/discard`)).statusCode).toBe(404)
  })
})

test('each step is in the activity-log, without a number, and no envelope stays once its worker is on the list', async () => {
  const auditId = await newVisit()
  await sync(auditId, [await sealed(auditId), await sealed(auditId, worker({ phone: '99' }))])
  const rows = await app.db.selectFrom('activity').select(['action', 'detail']).where('subjectId', '=', auditId).execute()
  expect(rows.map(({ action }) => action).sort()).toEqual(['audit.added', 'intake-entry.kept', 'interview.added'])
  const accepted = await app.db.selectFrom('intakeEntry').select('sealed').where('status', '=', 'accepted').execute()
  expect(accepted.length).toBeGreaterThan(0)
  expect(accepted.every(({ sealed: envelope }) => envelope === null)).toBe(true)
})
