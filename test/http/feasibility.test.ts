import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AgentShifts } from '../../server/domains/agents/contract.ts'
import type { AlertPage } from '../../server/domains/alerts/contract.ts'
import type { Feasibility } from '../../server/domains/audits/contract.ts'
import { watchCoverage } from '../../server/domains/callbacks/service.ts'
import { saveCountries } from '../../server/domains/countries/service.ts'
import { installQuestionnaire } from '../../server/domains/questionnaires/service.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { fixedClock } from '../../server/platform/time/clock.ts'
import { asProductClock } from '../../server/platform/time/demo-clock.ts'
import { BANGLADESH, givePhone, LANGUAGES, numberOf } from '../helpers/hotline.ts'
import { dhaka } from '../helpers/hours.ts'
import { createTestApp, type TestApp, type TestClient } from '../helpers/http.ts'
import { questionnaireAsking } from '../helpers/questionnaire.ts'

let app: TestApp
let supervisor: TestClient
let agent: TestClient
let auditId: string

beforeAll(async () => {
  app = await createTestApp({ clock: asProductClock(fixedClock(dhaka('2026-12-01', '15:00'))) })
  await inTransaction(app.db, (tx) => saveCountries(tx, LANGUAGES, [BANGLADESH]))
  supervisor = await app.signInAs('supervisor', { countryIds: ['BD'] })
  agent = await app.signInAs('agent', { countryIds: ['BD'] })
  await givePhone(app.db, agent.userId)
  const client = (await supervisor.send('POST', '/api/clients', { name: 'Brand' })).json<{ id: string }>()
  const factory = { clientId: client.id, name: 'Factory', countryId: 'BD', languageCodes: ['bn', 'en'] }
  const factoryId = (await supervisor.send('POST', '/api/factories', factory)).json<{ id: string }>().id
  auditId = (await supervisor.send('POST', '/api/audits', { factoryId, auditDate: '2026-12-01' })).json<{ id: string }>().id
  for (const [last, languageCode] of [
    [1, 'bn'],
    [2, 'bn'],
    [3, 'en'],
  ] as const) {
    const slot = { startLocal: '18:00', endLocal: '20:00' }
    const body = { phone: numberOf(last), languageCode, slot, isSharedPhone: false, consentMode: 'spoken', mayShowCardNumber: false }
    expect((await supervisor.send('POST', `/api/audits/${auditId}/interviews`, body)).statusCode).toBe(201)
  }
})
afterAll(() => app.stop())

const feasibility = async () => (await supervisor.get(`/api/audits/${auditId}/feasibility`)).json<Feasibility>()
const saveShifts = (plan: object | null, by = supervisor) => by.send('PUT', `/api/agents/${agent.userId}/shifts/BD`, { plan })
const openAlerts = async () => (await supervisor.get('/api/alerts?isOpen=true')).json<AlertPage>().items
const sundays = { week: [{ weekday: 7, startLocal: '17:00', endLocal: '21:00' }], exceptions: [] }

test('before a visit is closed it is said which callbacks could not be kept, and why; nothing is planned', async () => {
  const { groups, ...counts } = await feasibility()
  expect(counts).toEqual({ wanted: 3, fits: 2, minutesPerCallback: 15, untranslated: [] })
  expect(groups).toMatchObject([
    {
      languageCode: 'en',
      wanted: 1,
      fits: 0,
      reason: 'no-agent',
      advice: 'Nobody is certified in English: certify an agent before 2026-12-06.',
    },
    { languageCode: 'bn', date: '2026-12-06', startLocal: '18:00', wanted: 2, fits: 2, agents: 1, reason: null, advice: null },
  ])
  expect(await app.db.selectFrom('callback').select('id').execute()).toEqual([])
})

test('a language that the questionnaire lacks is said before a visit is closed, with how many speak it', async () => {
  await installQuestionnaire(app.context, 'After the visit', questionnaireAsking('What is it about?'))
  expect((await feasibility()).untranslated).toEqual([{ languageCode: 'bn', wanted: 2 }])
})

test('shifts are kept for an agent and country, and change what fits', async () => {
  expect((await saveShifts({ ...sundays, week: [{ weekday: 1, startLocal: '09:00', endLocal: '17:00' }] })).statusCode).toBe(200)
  expect((await feasibility()).groups.map(({ reason }) => reason).toSorted()).toEqual(['no-agent', 'no-shift'])
  const exceptions = [
    { date: '2026-12-13', hours: [] },
    {
      date: '2026-12-20',
      hours: [
        { startLocal: '09:00', endLocal: '12:00' },
        { startLocal: '18:00', endLocal: '20:00' },
      ],
    },
  ]
  const saved = (await saveShifts({ ...sundays, exceptions })).json<AgentShifts>()
  expect(saved.plan).toEqual({ ...sundays, exceptions })
  const { agents } = (await supervisor.get('/api/shifts')).json<{ agents: AgentShifts[] }>()
  expect(agents).toEqual([saved])
  expect(await feasibility()).toMatchObject({ wanted: 3, fits: 2 })
  expect((await saveShifts(null)).json<AgentShifts>().plan).toBeNull()
})

test('shifts that make no sense, of strangers, or of another country are refused', async () => {
  expect((await saveShifts({ ...sundays, week: [{ weekday: 7, startLocal: '21:00', endLocal: '09:00' }] })).json()).toMatchObject({
    code: 'shifts',
  })
  const elsewhere = await app.signInAs('supervisor', { countryIds: ['VN'] })
  expect((await saveShifts(sundays, elsewhere)).statusCode).toBe(403)
  expect((await elsewhere.get('/api/shifts')).json()).toEqual({ agents: [] })
  const reply = await supervisor.send('PUT', `/api/agents/${supervisor.userId}/shifts/BD`, { plan: sundays })
  expect(reply.json()).toMatchObject({ code: 'agent-not-found' })
})

test('closed, the language nobody speaks is on the board at once, and leaves it when somebody is certified', async () => {
  expect((await supervisor.send('POST', `/api/audits/${auditId}/close`)).statusCode).toBe(200)
  expect(await openAlerts()).toMatchObject([
    {
      kind: 'no-agent-for-language',
      subject: 'BD-en',
      countryId: 'BD',
      message: '1 in Bangladesh wait for a call from an agent who speaks en, and nobody is certified in it: certify somebody.',
    },
  ])
  const [before] = await openAlerts()
  await watchCoverage(app.context)
  expect(await openAlerts()).toEqual([before])

  await saveShifts({ ...sundays, week: [{ weekday: 1, startLocal: '09:00', endLocal: '12:00' }] })
  await watchCoverage(app.context)
  expect((await openAlerts()).map(({ subject }) => subject).toSorted()).toEqual(['BD-bn', 'BD-en'])

  await saveShifts(null)
  await app.db
    .updateTable('agent')
    .set({ languageCodes: ['bn', 'en'] })
    .where('userId', '=', agent.userId)
    .execute()
  expect((await supervisor.send('PUT', `/api/agents/${agent.userId}/certificates/en`)).statusCode).toBe(200)
  await watchCoverage(app.context)
  expect(await openAlerts()).toEqual([])
  // What is planned already is not wanted a second time.
  expect(await feasibility()).toEqual({ wanted: 0, fits: 0, minutesPerCallback: 15, untranslated: [], groups: [] })
})
