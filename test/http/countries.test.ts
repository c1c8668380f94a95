import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { saveCountries } from '../../server/domains/countries/service.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { createTestApp, type TestApp } from '../helpers/http.ts'
import { BANGLADESH, CALLBACK_DID, CARD_DID, LANGUAGES } from '../helpers/hotline.ts'

let app: TestApp
beforeAll(async () => {
  app = await createTestApp()
  await inTransaction(app.db, (tx) => saveCountries(tx, LANGUAGES, [BANGLADESH]))
})
afterAll(() => app.stop())

describe('countries', () => {
  test('are shown with their languages, hours, numbers and trunks', async () => {
    const client = await app.signInAs('agent')
    const reply = await client.get('/api/countries')
    expect(reply.json()).toEqual({
      countries: [
        {
          id: 'BD',
          name: 'Bangladesh',
          callingCode: '880',
          timeZone: 'Asia/Dhaka',
          languages: LANGUAGES,
          opensAtLocal: '09:00',
          closesAtLocal: '21:00',
          openWeekdays: [1, 2, 3, 4, 5, 6, 7],
          cardDid: CARD_DID,
          callbackDid: CALLBACK_DID,
          trunks: [{ id: 'bd-1', maxChannels: 30, pausedReason: null, pausedReasonSaid: [], resumesAt: null }],
        },
      ],
    })
  })

  test('show the number we call from to nobody who could look for it in a worker’s phone', async () => {
    for (const role of ['client', 'auditor', 'case-handler', 'custodian'] as const) {
      const { body } = await (await app.signInAs(role, { countryIds: ['BD'] })).get('/api/countries')
      expect([body.includes(CARD_DID), body.includes(CALLBACK_DID)], role).toEqual([true, false])
    }
  })

  test('are shown to nobody who is not signed in', async () => {
    expect((await app.app.inject({ method: 'GET', url: '/api/countries' })).statusCode).toBe(401)
  })

  test('have a paused trunk resumed by a supervisor or administrator, by no other, and it is written down', async () => {
    await app.db
      .updateTable('trunk')
      .set({ pausedAt: new Date(0), pausedReason: 'Too many calls.' })
      .execute()
    const agent = await app.signInAs('agent', { countryIds: ['BD'] })
    expect((await agent.send('POST', '/api/trunks/bd-1/resume')).statusCode).toBe(403)
    const elsewhere = await app.signInAs('supervisor', { countryIds: ['VN'] })
    expect((await elsewhere.send('POST', '/api/trunks/bd-1/resume')).statusCode).toBe(404)
    const supervisor = await app.signInAs('supervisor', { countryIds: ['BD'] })
    expect((await supervisor.send('POST', '/api/trunks/bd-1/resume')).json()).toEqual({ ok: true })
    expect(await app.db.selectFrom('trunk').select('pausedReason').execute()).toEqual([{ pausedReason: null }])
    const activity = await app.db
      .selectFrom('activity')
      .select(['actorUserId', 'subjectId'])
      .where('action', '=', 'trunk.resumed')
      .execute()
    expect(activity).toEqual([{ actorUserId: supervisor.userId, subjectId: 'bd-1' }])
  })
})
