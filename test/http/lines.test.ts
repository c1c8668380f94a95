import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { recordArrived } from '../../server/domains/calls/service.ts'
import type { LineList, LineSetUp, SaveLine } from '../../server/domains/countries/contract.ts'
import { keepCalendarsAhead } from '../../server/domains/countries/holidays.ts'
import { loadLineFacts, markTold, saveCountries } from '../../server/domains/countries/service.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { fixedClock } from '../../server/platform/time/clock.ts'
import { asProductClock } from '../../server/platform/time/demo-clock.ts'
import { BANGLADESH, CALLBACK_DID, CARD_DID, LANGUAGES } from '../helpers/hotline.ts'
import { dhaka } from '../helpers/hours.ts'
import { createTestApp, type TestApp, type TestClient } from '../helpers/http.ts'

const clock = fixedClock(dhaka('2026-12-15', '15:00'))
let app: TestApp
let supervisor: TestClient
let administrator: TestClient
beforeAll(async () => {
  app = await createTestApp({ clock: asProductClock(clock) })
  await inTransaction(app.db, (tx) => saveCountries(tx, LANGUAGES, [BANGLADESH]))
  supervisor = await app.signInAs('supervisor', { countryIds: ['BD'] })
  administrator = await app.signInAs('administrator')
})
afterAll(() => app.stop())
beforeEach(() => clock.set(dhaka('2026-12-15', '15:00')))

const line = async (by = supervisor) => (await by.get('/api/lines/BD')).json<LineSetUp>()
const everyDay = (periods: object[]) => [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, periods }))
const USUAL = everyDay([{ opensAtLocal: '09:00', closesAtLocal: '21:00' }])
const refusal = async (reply: Awaited<ReturnType<TestClient['get']>>) => [reply.statusCode, reply.json<{ code: string }>().code]

test('a line is shown with its numbers, languages, week and what callers meet now', async () => {
  const view = await line()
  expect(view).toMatchObject({
    countryId: 'BD',
    timeZone: 'Asia/Dhaka',
    numbers: [
      { kind: 'card', did: CARD_DID, trunkId: 'bd-1', fixedLanguageCode: null },
      { kind: 'callback', did: CALLBACK_DID, trunkId: 'bd-1', fixedLanguageCode: null },
    ],
    languages: LANGUAGES,
    week: USUAL,
    answeringMode: 'answer',
    queueLimitSeconds: 120,
    holidayRegion: null,
    holidays: [],
    state: {
      now: { kind: 'open', until: dhaka('2026-12-15', '21:00').toISOString() },
      sentence: 'open now, until 21:00 (Asia/Dhaka)',
      meets: 'agents',
    },
  })
})

test('each supervisor has the lines of their countries, an administrator all', async () => {
  const ids = async (by: TestClient) => (await by.get('/api/lines')).json<LineList>().lines.map(({ countryId }) => countryId)
  const elsewhere = await app.signInAs('supervisor', { countryIds: ['VN'] })
  expect([await ids(supervisor), await ids(administrator), await ids(elsewhere)]).toEqual([['BD'], ['BD'], []])
  expect(await refusal(await elsewhere.get('/api/lines/BD'))).toEqual([404, 'line-not-found'])
  expect(await refusal(await elsewhere.send('PUT', '/api/lines/BD/hours', { week: USUAL }))).toEqual([404, 'line-not-found'])
})

describe('hours', () => {
  test('are set by weekday, and the next call goes by them', async () => {
    const week = USUAL.map((day) =>
      day.weekday === 2
        ? {
            weekday: 2,
            periods: [
              { opensAtLocal: '09:00', closesAtLocal: '12:00' },
              { opensAtLocal: '16:00', closesAtLocal: '18:00' },
            ],
          }
        : day,
    )
    const reply = await supervisor.send('PUT', '/api/lines/BD/hours', { week })
    expect(reply.statusCode, reply.body).toBe(200)
    expect(reply.json<LineSetUp>()).toMatchObject({
      week,
      state: { sentence: 'closed at this hour; open again 16:00 (Asia/Dhaka)', meets: 'closed-message' },
    })
    expect((await loadLineFacts(app)).get(CARD_DID)?.hours.weekdayPeriods?.get(2)).toHaveLength(2)
    expect((await supervisor.send('PUT', '/api/lines/BD/hours', { week: USUAL })).json<LineSetUp>().week).toEqual(USUAL)
    const written = await app.db.selectFrom('activity').select(['actorUserId']).where('action', '=', 'line.hours-set').execute()
    expect(written).toEqual([{ actorUserId: supervisor.userId }, { actorUserId: supervisor.userId }])
  })

  test.each([
    [everyDay([]), 'With no open hour'],
    [everyDay([{ opensAtLocal: '21:00', closesAtLocal: '09:00' }]), 'Monday closes (09:00) before it opens (21:00).'],
  ])('that make no sense are refused with a sentence (%#)', async (week, message) => {
    const reply = await supervisor.send('PUT', '/api/lines/BD/hours', { week })
    expect(reply.statusCode).toBe(422)
    expect(reply.json<{ message: string }>().message).toContain(message)
    expect((await line()).week).toEqual(USUAL)
  })
})

describe('holidays', () => {
  const setRegion = (region: string | null) => supervisor.send('PUT', '/api/lines/BD/region', { region })
  const holiday = async (date: string) => (await line()).holidays.find((day) => day.date === date)

  test('come from the calendar of a region, by name, and a day on it is closed', async () => {
    expect((await setRegion('BD')).statusCode).toBe(200)
    expect(await holiday('2026-12-16')).toEqual({
      date: '2026-12-16',
      name: 'Victory Day',
      ownName: 'বিজয় দিবস',
      from: 'region',
      isOpen: false,
    })
    clock.set(dhaka('2026-12-16', '10:00'))
    expect((await line()).state).toMatchObject({
      sentence: 'closed: Victory Day; open again 2026-12-17 09:00 (Asia/Dhaka)',
      now: { because: 'holiday', holiday: 'Victory Day' },
    })
  })

  test('are struck out and taken back; the next call goes by it', async () => {
    clock.set(dhaka('2026-12-16', '10:00'))
    const strike = await supervisor.send('PUT', '/api/lines/BD/holidays/2026-12-16', { name: 'Victory Day', isOpen: true })
    expect(strike.json<LineSetUp>().state.now.kind).toBe('open')
    expect(await holiday('2026-12-16')).toMatchObject({ from: 'region', isOpen: true })
    expect((await loadLineFacts(app)).get(CARD_DID)?.hours.holidays.has('2026-12-16')).toBe(false)
    expect((await supervisor.send('DELETE', '/api/lines/BD/holidays/2026-12-16')).json<LineSetUp>().state.now.kind).toBe('closed')
    expect(await refusal(await supervisor.send('DELETE', '/api/lines/BD/holidays/2026-12-16'))).toEqual([404, 'holiday-not-found'])
  })

  test('of our own stand beside the calendar', async () => {
    await supervisor.send('PUT', '/api/lines/BD/holidays/2026-12-20', { name: 'Election', isOpen: false })
    expect(await holiday('2026-12-20')).toEqual({ date: '2026-12-20', name: 'Election', ownName: null, from: 'own', isOpen: false })
    clock.set(dhaka('2026-12-20', '10:00'))
    expect((await line()).state.sentence).toContain('closed: Election;')
  })

  test.each([
    ['2026-12-14', false, 'day-over'],
    ['2030-12-14', false, 'day-too-far'],
    ['2026-12-22', true, 'not-a-holiday'],
  ])('on %s are refused: %s', async (date, isOpen, code) => {
    expect(await refusal(await supervisor.send('PUT', `/api/lines/BD/holidays/${date}`, { name: 'x', isOpen }))).toEqual([422, code])
  })

  test('of another country, or of a part that is none, are refused; without a region only our own days count', async () => {
    expect(await refusal(await setRegion('IN-TN'))).toEqual([422, 'no-such-region'])
    expect(await refusal(await setRegion('BD-99'))).toEqual([422, 'no-such-region'])
    expect((await setRegion(null)).json<LineSetUp>().holidays.map(({ name }) => name)).toEqual(['Election'])
    const { regions } = (await supervisor.get('/api/lines/BD/regions')).json<{ regions: object[] }>()
    expect(regions[0]).toEqual({ code: 'BD', name: "People's Republic of Bangladesh" })
  })

  test('are worked out for another year before they run out', async () => {
    await setRegion('BD')
    expect(await keepCalendarsAhead({ db: app.db, clock })).toEqual([])
    clock.set(dhaka('2027-03-01', '10:00'))
    expect(await keepCalendarsAhead({ db: app.db, clock })).toEqual(['BD'])
    const last = await app.db.selectFrom('regionHoliday').select('holidayDate').orderBy('holidayDate', 'desc').executeTakeFirst()
    expect(last?.holidayDate).toMatch(/^2029-12-/)
  })
})

describe('the rest of a line', () => {
  const present: SaveLine = {
    timeZone: 'Asia/Dhaka',
    languageCodes: ['bn', 'en'],
    answeringMode: 'answer',
    emergencyNumber: null,
    queueLimitSeconds: 120,
    missedCallWindowMinutes: 60,
    isTextReplyOn: false,
    card: { did: CARD_DID, fixedLanguageCode: null },
    callback: { did: CALLBACK_DID, fixedLanguageCode: null },
  }
  const save = (parts: Partial<SaveLine>, by = administrator) => by.send('PUT', '/api/lines/BD', { ...present, ...parts })

  test('is the administrator’s; calls go by it at once, and what Asterisk must be told says so', async () => {
    expect((await save({}, supervisor)).statusCode).toBe(403)
    await markTold(app.db, clock.now())
    expect(await line()).toMatchObject({ isAsteriskTold: true, toldAsteriskAt: clock.now().toISOString() })

    const waits = await save({ queueLimitSeconds: 45, emergencyNumber: '999', answeringMode: 'free-announcement', isTextReplyOn: true })
    expect(waits.json<LineSetUp>()).toMatchObject({
      queueLimitSeconds: 45,
      isTextReplyOn: true,
      isAsteriskTold: true,
      state: { meets: 'free-announcement' },
    })
    expect((await loadLineFacts(app)).get(CARD_DID)).toMatchObject({
      queueLimitSeconds: 45,
      emergencyNumber: '999',
      answeringMode: 'free-announcement',
    })

    const other = `${CARD_DID.slice(0, -1)}9`
    const moved = await save({ languageCodes: ['en', 'bn'], card: { did: other, fixedLanguageCode: 'en' } })
    expect(moved.json<LineSetUp>()).toMatchObject({ isAsteriskTold: false, numbers: [{ did: other, fixedLanguageCode: 'en' }, {}] })
    expect((await loadLineFacts(app)).get(other)).toMatchObject({ languageCodes: ['en', 'bn'], fixedLanguageCode: 'en' })
    await markTold(app.db, clock.now())
    expect((await line()).isAsteriskTold).toBe(true)
    await save({})
  })

  test('a replaced number keeps the calls of its line', async () => {
    const arrival = { callId: randomUUID(), channelId: 'a-channel', instance: '1', startedAt: clock.now() }
    await recordArrived(app.context, { ...arrival, direction: 'inbound', flow: 'inbound', did: CARD_DID, callerE164: null })
    const other = `${CARD_DID.slice(0, -1)}8`
    expect((await save({ card: { did: other, fixedLanguageCode: null } })).statusCode).toBe(200)
    expect(await app.db.selectFrom('call').select('lineDid').execute()).toEqual([{ lineDid: other }])
    await save({})
  })

  test.each<[string, Partial<SaveLine>, number, string]>([
    ['a zone that is none', { timeZone: 'Asia/Nowhere' }, 422, 'no-such-zone'],
    ['a language whose prompts were not published', { languageCodes: ['bn', 'tr'] }, 422, 'language-not-published'],
    ['a language twice', { languageCodes: ['bn', 'bn'] }, 422, 'language-twice'],
    ['one number for both', { callback: { did: CARD_DID, fixedLanguageCode: null } }, 422, 'same-number'],
    ['a number of another country', { card: { did: '+8424710001', fixedLanguageCode: null } }, 422, 'number-of-elsewhere'],
    [
      'a fixed language that is not offered',
      { languageCodes: ['bn'], card: { did: CARD_DID, fixedLanguageCode: 'en' } },
      422,
      'fixed-language',
    ],
    ['an emergency number with letters', { emergencyNumber: '99x' }, 400, 'invalid-request'],
    ['a wait of an hour', { queueLimitSeconds: 3600 }, 400, 'invalid-request'],
  ])('refuses %s', async (_, parts, status, code) => {
    expect(await refusal(await save(parts))).toEqual([status, code])
  })
})
