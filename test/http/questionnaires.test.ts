import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AuditView, ClientView, FactoryView } from '../../server/domains/audits/contract.ts'
import type { CallbackView } from '../../server/domains/callbacks/contract.ts'
import { attemptConnected, attemptEnded } from '../../server/domains/callbacks/service.ts'
import { saveCountries } from '../../server/domains/countries/service.ts'
import type { QuestionnaireBody, QuestionnaireView } from '../../server/domains/questionnaires/contract.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { fixedClock } from '../../server/platform/time/clock.ts'
import { asProductClock } from '../../server/platform/time/demo-clock.ts'
import { BANGLADESH, givePhone, hungUpAfterTalking, LANGUAGES, numberOf } from '../helpers/hotline.ts'
import { dhaka } from '../helpers/hours.ts'
import { createTestApp, type TestApp, type TestClient } from '../helpers/http.ts'
import { quietPhoneSide } from '../helpers/phone-side.ts'
import { questionnaireAsking } from '../helpers/questionnaire.ts'

const VISIT_DAY = dhaka('2026-12-01', '15:00')
const CALL_DAY = dhaka('2026-12-06', '18:10')
const clock = fixedClock(VISIT_DAY)
const phone = quietPhoneSide()
let app: TestApp
let administrator: TestClient
let supervisor: TestClient
let agent: TestClient
let standard: QuestionnaireView
let own: QuestionnaireView
let made = 0

beforeAll(async () => {
  app = await createTestApp({ phone, clock: asProductClock(clock) })
  await inTransaction(app.db, (tx) => saveCountries(tx, LANGUAGES, [BANGLADESH]))
  administrator = await app.signInAs('administrator')
  supervisor = await app.signInAs('supervisor', { countryIds: ['BD'] })
  agent = await app.signInAs('agent', { countryIds: ['BD'] })
  await givePhone(app.db, agent.userId)
  standard = await publish('After the visit', questionnaireAsking('What is it about?'))
  own = await publish('About wages', questionnaireAsking('What are you paid?'))
})
afterAll(() => app.stop())

const post = (name: string, body: QuestionnaireBody, by = administrator) => by.send('POST', '/api/questionnaires', { name, body })
async function publish(name: string, body: QuestionnaireBody): Promise<QuestionnaireView> {
  const reply = await post(name, body)
  expect(reply.statusCode, reply.body).toBe(201)
  return reply.json<QuestionnaireView>()
}

describe('a questionnaire', () => {
  test('is begun as a copy of another’s newest version, under a name of its own, by an administrator', async () => {
    const copy = (name: string, by = administrator, id = own.id) => by.send('POST', `/api/questionnaires/${id}/copies`, { name })
    const reply = await copy(' About safety ')
    expect(reply.statusCode, reply.body).toBe(201)
    const made = reply.json<QuestionnaireView>()
    expect(made).toMatchObject({ name: 'About safety', version: 1, isStandard: false, languages: own.languages })
    const { body } = (await supervisor.get(`/api/questionnaires/${made.id}/versions/1`)).json<{ body: QuestionnaireBody }>()
    expect(body).toEqual(questionnaireAsking('What are you paid?'))
    const again = await copy('About safety')
    expect({ status: again.statusCode, code: again.json<{ code: string }>().code }).toEqual({
      status: 409,
      code: 'questionnaire-name-taken',
    })
    expect((await copy('   ')).statusCode).toBe(400)
    expect((await copy('Another', supervisor)).statusCode).toBe(403)
    expect((await copy('Another', administrator, crypto.randomUUID())).statusCode).toBe(404)
    await app.db.deleteFrom('questionnaireVersion').where('questionnaireId', '=', made.id).execute()
    await app.db.deleteFrom('questionnaire').where('id', '=', made.id).execute()
  })

  test('is published at once, the first as the standard one; a known name is the next version', async () => {
    expect(standard).toMatchObject({ version: 1, isStandard: true, publishedAt: VISIT_DAY.toISOString(), languages: ['en'] })
    expect(own).toMatchObject({ name: 'About wages', version: 1, isStandard: false })
    const hours = await publish('About hours', questionnaireAsking('When do you work?'))
    const inBengali = questionnaireAsking('When do you work?')
    inBengali.opening['bn'] = 'হ্যালো।'
    expect(await publish(' About hours ', inBengali)).toEqual({ ...hours, version: 2 })
    const { questionnaires } = (await supervisor.get('/api/questionnaires')).json<{ questionnaires: QuestionnaireView[] }>()
    expect(questionnaires).toEqual([standard, { ...hours, version: 2 }, own])
    const log = app.db.selectFrom('activity').select(['actorUserId', 'detail']).where('action', '=', 'questionnaire.published')
    const rows = await log.where('subjectId', '=', hours.id).orderBy('id').execute()
    expect(rows).toEqual([1, 2].map((version) => ({ actorUserId: administrator.userId, detail: { version } })))
  })

  test('published by several at once gets each version once, and one standard', async () => {
    const bodies = ['one', 'two', 'three', 'four'].map(questionnaireAsking)
    const replies = await Promise.all(bodies.map((body) => publish('At once', body)))
    expect(replies.map(({ version }) => version).toSorted()).toEqual([1, 2, 3, 4])
    expect(replies.some(({ isStandard }) => isStandard)).toBe(false)
  })

  test('with something wrong is refused, all of it named, and nothing is kept', async () => {
    const bad = questionnaireAsking('')
    bad.questions[0]!.options[0]!.next = 'nowhere'
    const reply = await post('Broken', bad)
    const problems = [
      'Choice "yes" of "safe" leads to "nowhere", which does not exist.',
      'Question "what" has no English text for the agent.',
    ]
    expect(reply.statusCode).toBe(422)
    expect(reply.json()).toMatchObject({
      code: 'questionnaire-not-fit',
      message: `This questionnaire cannot be published. ${problems.join(' ')}`,
      detail: { problems },
    })
    expect(await app.db.selectFrom('questionnaire').select('id').where('name', '=', 'Broken').execute()).toEqual([])
    expect((await post('  ', questionnaireAsking('What?'))).statusCode).toBe(400)
    expect((await administrator.send('POST', '/api/questionnaires', { name: 'Empty', body: { questions: [] } })).statusCode).toBe(400)
  })

  test('is published by administrators alone', async () => {
    expect((await post('Mine', questionnaireAsking('What?'), supervisor)).statusCode).toBe(403)
  })
})

describe('a client', () => {
  test('is added with a questionnaire of its own, and goes back to the standard one', async () => {
    const { id, ...client } = await addClient(own.id)
    expect(client).toMatchObject({ questionnaireId: own.id })
    const change = (questionnaireId: string | null) => supervisor.send('PATCH', `/api/clients/${id}`, { questionnaireId })
    expect((await change(null)).json()).toEqual({ id, ...client, questionnaireId: null })
    const log = app.db.selectFrom('activity').select(['action', 'detail']).where('subjectId', '=', id).orderBy('id')
    expect(await log.execute()).toMatchObject([
      { action: 'client.added', detail: { questionnaireId: own.id } },
      { action: 'client.changed', detail: { questionnaireId: null } },
    ])
  })

  test('cannot have one that does not exist', async () => {
    const questionnaireId = '00000000-0000-4000-8000-000000000000'
    const refusal = { code: 'no-such-questionnaire', message: expect.stringContaining('does not exist') as string }
    const added = await supervisor.send('POST', '/api/clients', { name: 'Nobody', questionnaireId })
    expect([added.statusCode, added.json()]).toMatchObject([422, refusal])
    const { id } = await addClient(null)
    const changed = await supervisor.send('PATCH', `/api/clients/${id}`, { questionnaireId })
    expect([changed.statusCode, changed.json()]).toMatchObject([422, refusal])
  })
})

describe('workers of a visit', () => {
  test('are asked with the newest version of their client’s questionnaire, which stays when they are called again', async () => {
    const [ofOwn, ofStandard] = [await visitedWorker(await addClient(own.id)), await visitedWorker(await addClient(null))]
    const second = await publish('About wages', questionnaireAsking('What are you paid a month?'))
    clock.set(CALL_DAY)
    expect(await asked(ofStandard)).toEqual({ name: 'After the visit', version: 1, what: 'What is it about?' })
    await cutOff(ofStandard)
    expect(await asked(ofOwn)).toEqual({ name: 'About wages', version: second.version, what: 'What are you paid a month?' })
    await agent.send('PUT', `/api/callbacks/${ofOwn}/answers/safe`, { choice: 'yes' })
    await cutOff(ofOwn)

    await publish('About wages', questionnaireAsking('What else?'))
    clock.set(new Date(CALL_DAY.getTime() + 20 * 60_000))
    expect(await asked(ofOwn)).toEqual({ name: 'About wages', version: second.version, what: 'What are you paid a month?' })
    const again = (await agent.get(`/api/callbacks/${ofOwn}`)).json<CallbackView>()
    expect(again).toMatchObject({ resumeQuestionId: 'what', answers: [{ questionId: 'safe', choice: 'yes' }] })
    await cutOff(ofOwn)
  })

  test('keep the questionnaire that their client had when the visit was closed', async () => {
    const client = await addClient(own.id)
    const before = await visitedWorker(client)
    await supervisor.send('PATCH', `/api/clients/${client.id}`, { questionnaireId: null })
    const after = await visitedWorker(client)
    clock.set(CALL_DAY)
    expect(await asked(before)).toMatchObject({ name: 'About wages' })
    await cutOff(before)
    expect(await asked(after)).toMatchObject({ name: 'After the visit' })
    await cutOff(after)
  })
})

async function addClient(questionnaireId: string | null): Promise<ClientView> {
  const reply = await supervisor.send('POST', '/api/clients', { name: `Client ${++made}`, questionnaireId })
  expect(reply.statusCode, reply.body).toBe(201)
  return reply.json<ClientView>()
}

/** The callback that closing a visit with one worker planned. */
async function visitedWorker(client: ClientView): Promise<string> {
  clock.set(VISIT_DAY)
  const site = { clientId: client.id, name: `Factory ${++made}`, countryId: 'BD', languageCodes: ['bn'] }
  const { id: factoryId } = (await supervisor.send('POST', '/api/factories', site)).json<FactoryView>()
  const { id } = (await supervisor.send('POST', '/api/audits', { factoryId, auditDate: '2026-12-01' })).json<AuditView>()
  const consent = { isSharedPhone: false, consentMode: 'spoken', mayShowCardNumber: false }
  const slot = { startLocal: '18:00', endLocal: '20:00' }
  const worker = { ...consent, phone: numberOf(2000 + ++made), languageCode: 'bn', slot }
  expect((await supervisor.send('POST', `/api/audits/${id}/interviews`, worker)).statusCode).toBe(201)
  expect((await supervisor.send('POST', `/api/audits/${id}/close`)).json()).toMatchObject({ planned: 1 })
  return (await app.db.selectFrom('callback').select('id').where('auditId', '=', id).executeTakeFirstOrThrow()).id
}

/** Calls the worker, who answers. @returns what the agent is shown to ask */
async function asked(id: string) {
  const taken = await agent.send('POST', `/api/callbacks/${id}/take`)
  expect(taken.statusCode, taken.body).toBe(200)
  await attemptConnected(app.context, phone.orders.at(-1)!.attemptId, clock.now())
  const { questionnaire } = (await agent.get(`/api/callbacks/${id}`)).json<CallbackView>()
  return questionnaire && { name: questionnaire.name, version: questionnaire.version, what: questionnaire.body.questions[1]?.text['en'] }
}

/** The conversation breaks off: another try follows. */
async function cutOff(id: string): Promise<void> {
  await attemptEnded(app.context, phone.orders.at(-1)!.attemptId, { at: clock.now(), ended: hungUpAfterTalking })
  const named = await agent.send('POST', `/api/callbacks/${id}/outcome`, { outcome: 'partial' })
  expect(named.statusCode, named.body).toBe(200)
}
