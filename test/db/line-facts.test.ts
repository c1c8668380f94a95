import { afterAll, beforeAll, expect, test } from 'vitest'
import { isOpen } from '../../server/domains/countries/hours-rules.ts'
import { loadLineFacts, saveCountries } from '../../server/domains/countries/service.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { BANGLADESH, CARD_DID, LANGUAGES } from '../helpers/hotline.ts'
import { dhaka } from '../helpers/hours.ts'
import { createTestDatabase, type TestDatabase } from '../helpers/postgres.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  await inTransaction(database.db, (tx) => saveCountries(tx, LANGUAGES, [BANGLADESH]))
})
afterAll(() => database.drop())

test('a number of ours comes with how its country answers, and when', async () => {
  await database.db
    .updateTable('country')
    .set({ answeringMode: 'free-announcement', emergencyNumber: '999', queueLimitSeconds: 45 })
    .execute()
  await database.db
    .insertInto('countryHoliday')
    .values([
      { countryId: 'BD', holidayDate: '2026-12-16', name: 'Victory Day', isOpen: false },
      { countryId: 'BD', holidayDate: '2026-12-25', name: 'Christmas Day', isOpen: true },
    ])
    .execute()

  const facts = (await loadLineFacts(database)).get(CARD_DID)

  expect(facts).toMatchObject({ countryId: 'BD', answeringMode: 'free-announcement', emergencyNumber: '999', queueLimitSeconds: 45 })
  const isOpenAt = (date: string, time: string) => isOpen(facts!.hours, dhaka(date, time))
  expect([isOpenAt('2026-12-15', '12:00'), isOpenAt('2026-12-15', '21:00')]).toEqual([true, false])
  // A holiday is closed; a day the hotline works on though its calendar calls it one is open.
  expect([isOpenAt('2026-12-16', '12:00'), isOpenAt('2026-12-25', '12:00')]).toEqual([false, true])
})
