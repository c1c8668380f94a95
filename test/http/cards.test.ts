import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AuditView, FactoryView } from '../../server/domains/audits/contract.ts'
import type { CardSet } from '../../server/domains/cards/contract.ts'
import { saveCountries } from '../../server/domains/countries/service.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { fixedClock } from '../../server/platform/time/clock.ts'
import { asProductClock } from '../../server/platform/time/demo-clock.ts'
import { BANGLADESH, LANGUAGES } from '../helpers/hotline.ts'
import { dhaka } from '../helpers/hours.ts'
import { createTestApp, type TestApp, type TestClient } from '../helpers/http.ts'

let app: TestApp
let supervisor: TestClient
let auditor: TestClient
let auditId: string

beforeAll(async () => {
  app = await createTestApp({ clock: asProductClock(fixedClock(dhaka('2026-12-01', '15:00'))) })
  await inTransaction(app.db, (tx) => saveCountries(tx, LANGUAGES, [BANGLADESH]))
  supervisor = await app.signInAs('supervisor', { countryIds: ['BD'] })
  const client = (await supervisor.send('POST', '/api/clients', { name: 'Brand of a test' })).json<{ id: string }>()
  const body = { clientId: client.id, name: 'Factory of a test', countryId: 'BD', languageCodes: ['bn'] }
  const factory = (await supervisor.send('POST', '/api/factories', body)).json<FactoryView>()
  auditor = await app.signInAs('auditor', { countryIds: ['BD'], factoryIds: [factory.id] })
  auditId = (await auditor.send('POST', '/api/audits', { factoryId: factory.id, auditDate: '2026-12-01' })).json<AuditView>().id
})
afterAll(() => app.stop())

const cards = async (by = auditor) => (await by.get(`/api/audits/${auditId}/cards`)).json<CardSet>()
const issue = (body: object, by = auditor) => by.send('POST', `/api/audits/${auditId}/card-batches`, body)
const withdraw = (batchId: string, by = auditor) => by.send('DELETE', `/api/audits/${auditId}/card-batches/${batchId}`)
const logged = (action: string) => app.db.selectFrom('activity').select('detail').where('action', '=', action).execute()

describe('the cards of a visit', () => {
  test('show the local number as people of the country dial it, in the factory’s languages first', async () => {
    const set = await cards()
    expect(set).toMatchObject({ factoryName: 'Factory of a test', countryId: 'BD', did: BANGLADESH.cardDid, unservedLanguageCodes: [] })
    expect(set.nationalNumber.replaceAll(/\D/g, '')).toBe(BANGLADESH.cardDid.replace('+880', '0'))
    expect(set.cards[0]).toMatchObject({
      languageCode: 'bn',
      ownName: 'বাংলা',
      isOfFactory: true,
      words: { invitation: expect.stringContaining('নম্বরে') as string },
    })
    expect(set.cards.every(({ isOfFactory }, place) => isOfFactory === (place === 0))).toBe(true)
  })

  test('say nothing of who hands them out, nor of the number that calls back', async () => {
    const body = JSON.stringify((await cards()).cards)
    for (const telling of ['Brand of a test', 'Factory of a test', 'audit', auditId, BANGLADESH.callbackDid])
      expect(body).not.toContain(telling)
  })

  test('say that it costs nothing where the country calls back instead of answering', async () => {
    await app.db.updateTable('country').set({ answeringMode: 'ring-and-hang-up' }).where('id', '=', 'BD').execute()
    const words = (await cards()).cards[0]?.words
    await app.db.updateTable('country').set({ answeringMode: 'answer' }).where('id', '=', 'BD').execute()
    expect(words?.lines[0]).toContain('কেটে দিন')
  })

  test('are in one language where the number answers in one alone', async () => {
    await app.db.updateTable('countryLine').set({ fixedLanguageCode: 'en' }).where('did', '=', BANGLADESH.cardDid).execute()
    const set = await cards()
    await app.db.updateTable('countryLine').set({ fixedLanguageCode: null }).where('did', '=', BANGLADESH.cardDid).execute()
    expect(set.cards.map(({ languageCode }) => languageCode)).toEqual(['en'])
    expect(set.unservedLanguageCodes).toEqual(['bn'])
  })
})

describe('cards handed out', () => {
  test('are kept with number, language, day and who, and leave a row in the activity log', async () => {
    const reply = await issue({ languageCode: 'bn', cards: 120 })
    expect(reply.statusCode).toBe(201)
    const [batch] = reply.json<CardSet>().batches
    expect(batch).toMatchObject({
      languageCode: 'bn',
      cards: 120,
      did: BANGLADESH.cardDid,
      issuedAt: dhaka('2026-12-01', '15:00').toISOString(),
    })
    expect(await logged('cards.issued')).toContainEqual({ detail: { batchId: batch!.id, languageCode: 'bn', cards: 120 } })
  })

  test('are taken back once', async () => {
    const [batch] = (await issue({ languageCode: 'bn', cards: 7 })).json<CardSet>().batches
    expect((await withdraw(batch!.id)).json<CardSet>().batches.map(({ id }) => id)).not.toContain(batch!.id)
    expect((await withdraw(batch!.id)).json()).toMatchObject({ code: 'batch-not-found' })
    expect(await logged('cards.withdrawn')).toEqual([{ detail: { batchId: batch!.id } }])
  })

  test.each([0, -3, 1.5, 10_001])('are refused when nobody can mean their number: %s', async (count) => {
    expect((await issue({ languageCode: 'bn', cards: count })).statusCode).toBe(400)
  })

  test('are refused in a language that the number does not answer in', async () => {
    expect((await issue({ languageCode: 'tr', cards: 10 })).json()).toMatchObject({ code: 'language-not-served' })
  })

  test('are nothing to an auditor of another factory, nor to a supervisor of another country', async () => {
    for (const stranger of [
      await app.signInAs('auditor', { countryIds: ['BD'] }),
      await app.signInAs('supervisor', { countryIds: ['VN'] }),
    ]) {
      expect((await stranger.get(`/api/audits/${auditId}/cards`)).json()).toMatchObject({ code: 'audit-not-found' })
      expect((await issue({ languageCode: 'bn', cards: 1 }, stranger)).json()).toMatchObject({ code: 'audit-not-found' })
    }
  })
})
