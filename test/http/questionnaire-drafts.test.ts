import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AuditView, ClientView, FactoryView } from '../../server/domains/audits/contract.ts'
import { saveCountries } from '../../server/domains/countries/service.ts'
import type {
  QuestionnaireBody,
  QuestionnaireDraft,
  QuestionnaireHistory,
  QuestionnaireView,
} from '../../server/domains/questionnaires/contract.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { fixedClock } from '../../server/platform/time/clock.ts'
import { asProductClock } from '../../server/platform/time/demo-clock.ts'
import { BANGLADESH, LANGUAGES, numberOf } from '../helpers/hotline.ts'
import { dhaka } from '../helpers/hours.ts'
import { createTestApp, type TestApp, type TestClient } from '../helpers/http.ts'
import { questionnaireAsking } from '../helpers/questionnaire.ts'

let app: TestApp
let administrator: TestClient
let supervisor: TestClient
let made = 0

beforeAll(async () => {
  app = await createTestApp({ clock: asProductClock(fixedClock(dhaka('2026-12-01', '15:00'))) })
  await inTransaction(app.db, (tx) => saveCountries(tx, LANGUAGES, [BANGLADESH]))
  administrator = await app.signInAs('administrator')
  supervisor = await app.signInAs('supervisor', { countryIds: ['BD'] })
})
afterAll(() => app.stop())

const publish = async (body: QuestionnaireBody, name = `Questions ${++made}`) =>
  (await administrator.send('POST', '/api/questionnaires', { name, body })).json<QuestionnaireView>()
const save = (id: string, revision: number, body: QuestionnaireBody, by = administrator) =>
  by.send('PUT', `/api/questionnaires/${id}/draft`, { revision, body })
const publishDraft = (id: string, revision: number) => administrator.send('POST', `/api/questionnaires/${id}/draft/publish`, { revision })
const history = async (id: string) => (await supervisor.get(`/api/questionnaires/${id}`)).json<QuestionnaireHistory>()
const newest = async (id: string) => (await history(id)).versions[0]?.version

test('a draft changes nothing until it is published; then it is the next version, and the former stays as it was', async () => {
  const { id, name } = await publish(questionnaireAsking('What is it about?'))
  const body = questionnaireAsking('What happened?')
  body.opening['bn'] = 'হ্যালো।'
  body.closing['bn'] = '  '
  const saved = await save(id, 0, body)
  expect(saved.statusCode, saved.body).toBe(200)
  delete body.closing['bn']
  expect(saved.json()).toMatchObject({ revision: 1, basedOnVersion: 1, body, languages: ['en'], problems: [] })
  expect(await history(id)).toMatchObject({ name, versions: [{ version: 1 }], draft: { revision: 1 } })

  expect((await publishDraft(id, 1)).json()).toMatchObject({ id, name, version: 2 })
  expect(await history(id)).toMatchObject({ versions: [{ version: 2 }, { version: 1 }], draft: null })
  const read = async (version: number) => (await supervisor.get(`/api/questionnaires/${id}/versions/${version}`)).json<{ body: unknown }>()
  expect((await read(1)).body).toEqual(questionnaireAsking('What is it about?'))
  expect((await read(2)).body).toEqual(body)
  expect((await supervisor.get(`/api/questionnaires/${id}/versions/3`)).statusCode).toBe(404)
  const log = app.db.selectFrom('activity').select(['action', 'detail']).where('subjectId', '=', id).orderBy('id')
  expect(await log.execute()).toEqual([
    { action: 'questionnaire.published', detail: { version: 1 } },
    { action: 'questionnaire.draft-saved', detail: { revision: 1 } },
    { action: 'questionnaire.published', detail: { version: 2 } },
  ])
})

test('an unfinished draft is kept, with what is missing and where, and is not published', async () => {
  const { id } = await publish(questionnaireAsking('What is it about?'))
  const unfinished = questionnaireAsking('')
  unfinished.questions[0]!.options[0]!.next = 'nowhere'
  const saved = (await save(id, 0, unfinished)).json<QuestionnaireDraft>()
  const places = [
    { part: 'option', questionId: 'safe', optionId: 'yes', code: 'leads-nowhere' },
    { part: 'question', questionId: 'what', optionId: null, code: 'no-english' },
  ]
  expect(saved.problems).toMatchObject(places)
  const refused = await publishDraft(id, 1)
  expect([refused.statusCode, refused.json()]).toMatchObject([422, { code: 'questionnaire-not-fit', detail: { places } }])
  expect(await history(id)).toMatchObject({ versions: [{ version: 1 }], draft: { revision: 1 } })
})

test('two who write at once do not overwrite each other, and nobody publishes what they have not read', async () => {
  const { id } = await publish(questionnaireAsking('What is it about?'))
  const replies = await Promise.all(['one', 'two'].map((what) => save(id, 0, questionnaireAsking(what))))
  expect(replies.map(({ statusCode }) => statusCode).toSorted()).toEqual([200, 409])
  expect((await save(id, 1, questionnaireAsking('three'))).json()).toMatchObject({ revision: 2 })
  expect((await publishDraft(id, 1)).json()).toMatchObject({ code: 'draft-changed' })
  expect(await newest(id)).toBe(1)
})

test('a draft begun before another version was published is not published over it, and can be discarded', async () => {
  const { id, name } = await publish(questionnaireAsking('What is it about?'))
  await save(id, 0, questionnaireAsking('old'))
  await publish(questionnaireAsking('new'), name)
  expect((await publishDraft(id, 1)).json()).toMatchObject({ code: 'questionnaire-moved-on' })
  expect((await administrator.send('DELETE', `/api/questionnaires/${id}/draft`)).statusCode).toBe(200)
  expect((await administrator.send('DELETE', `/api/questionnaires/${id}/draft`)).statusCode).toBe(404)
  expect((await supervisor.get(`/api/questionnaires/${id}/draft`)).statusCode).toBe(404)
  expect((await save(id, 0, questionnaireAsking('newer'))).json()).toMatchObject({ basedOnVersion: 2 })
})

test('supervisors read drafts and do not write them; agents see none', async () => {
  const { id } = await publish(questionnaireAsking('What is it about?'))
  await save(id, 0, questionnaireAsking('What happened?'))
  expect((await supervisor.get(`/api/questionnaires/${id}/draft`)).statusCode).toBe(200)
  const agent = await app.signInAs('agent', { countryIds: ['BD'] })
  const tries = [
    await save(id, 1, questionnaireAsking('Mine'), supervisor),
    await supervisor.send('POST', `/api/questionnaires/${id}/draft/publish`, { revision: 1 }),
    await supervisor.send('DELETE', `/api/questionnaires/${id}/draft`),
    await agent.get(`/api/questionnaires/${id}`),
    await agent.get(`/api/questionnaires/${id}/draft`),
    await agent.get('/api/questionnaires/spoken'),
  ]
  expect(tries.map(({ statusCode }) => statusCode)).toEqual([403, 403, 403, 403, 403, 403])
  expect((await history(id)).draft).toMatchObject({ revision: 1 })
})

test('what workers speak is told for each questionnaire, and closing a visit says in which of it words are missing', async () => {
  const { id: questionnaireId } = await publish(questionnaireAsking('What are you paid?'))
  const client = await supervisor.send('POST', '/api/clients', { name: 'Northern Apparel', questionnaireId })
  const { id: clientId } = client.json<ClientView>()
  const site = { clientId, name: 'Meghna Knit', countryId: 'BD', languageCodes: ['bn'] }
  const { id: factoryId } = (await supervisor.send('POST', '/api/factories', site)).json<FactoryView>()
  const { spoken } = (await administrator.get('/api/questionnaires/spoken')).json<{ spoken: unknown[] }>()
  expect(spoken).toEqual([{ questionnaireId, languageCode: 'bn', factories: 1 }])

  const { id } = (await supervisor.send('POST', '/api/audits', { factoryId, auditDate: '2026-12-01' })).json<AuditView>()
  const consent = { isSharedPhone: false, consentMode: 'spoken', mayShowCardNumber: false }
  const worker = { ...consent, phone: numberOf(2100), languageCode: 'bn', slot: { startLocal: '18:00', endLocal: '20:00' } }
  expect((await supervisor.send('POST', `/api/audits/${id}/interviews`, worker)).statusCode).toBe(201)
  const untranslated = [{ languageCode: 'bn', wanted: 1 }]
  expect((await supervisor.get(`/api/audits/${id}/feasibility`)).json()).toMatchObject({ untranslated })
  expect((await supervisor.send('POST', `/api/audits/${id}/close`)).json()).toMatchObject({ planned: 1, untranslated })
})
