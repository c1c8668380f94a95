import { afterAll, beforeAll, expect, test } from 'vitest'
import { joinMarks } from '../../server/domains/countries/mark-queries.ts'
import { getCountryFacts, loadCountryFacts, saveCountries } from '../../server/domains/countries/service.ts'
import type { Db } from '../../server/platform/db/db.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { BANGLADESH, LANGUAGES } from '../helpers/hotline.ts'
import { createTestDatabase, type TestDatabase } from '../helpers/postgres.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  await inTransaction(database.db, (tx) => saveCountries(tx, LANGUAGES, [BANGLADESH]))
})
afterAll(() => database.drop())

const ringSeconds = async (db: Db) => (await getCountryFacts({ db }, 'BD')).ringTimeoutSeconds
const setRingSeconds = (db: Db, ringTimeoutSeconds: number) => db.updateTable('country').set({ ringTimeoutSeconds }).execute()

test('what is kept of the countries is what the tables hold, to each transaction what it sees', async () => {
  const { db } = database
  await setRingSeconds(db, 20)
  expect(await ringSeconds(db)).toBe(20)
  expect(await loadCountryFacts({ db }), 'the same again while nothing changed').toBe(await loadCountryFacts({ db }))
  const undone = inTransaction(db, async (tx) => {
    await setRingSeconds(tx, 30)
    expect(await ringSeconds(tx), 'its own change').toBe(30)
    expect(await ringSeconds(db), 'which nobody else sees yet').toBe(20)
    throw new Error('changed my mind')
  })
  await expect(undone).rejects.toThrow('changed my mind')
  expect(await ringSeconds(db)).toBe(20)
})

test('two change it at the same time, and neither waits for the other or is missed', async () => {
  const { db } = database
  await inTransaction(db, async (one) => {
    await one.insertInto('countryHoliday').values({ countryId: 'BD', holidayDate: '2027-12-16', name: 'Victory Day' }).execute()
    await inTransaction(db, async (other) => {
      await other.insertInto('countryHoliday').values({ countryId: 'BD', holidayDate: '2027-03-26', name: 'Independence Day' }).execute()
    })
    expect([...(await getCountryFacts({ db }, 'BD')).hours.holidays.keys()]).toEqual(['2027-03-26'])
  })
  expect([...(await getCountryFacts({ db }, 'BD')).hours.holidays.keys()].sort()).toEqual(['2027-03-26', '2027-12-16'])
})

test('every table it is read from is watched', async () => {
  const { db } = database
  const changes = [
    () => db.updateTable('country').set({ offerSeconds: 25 }).execute(),
    () => db.updateTable('trunk').set({ maxChannels: 7 }).execute(),
    () => db.updateTable('countryLine').set({ did: '+880255000999' }).where('kind', '=', 'callback').execute(),
    () => db.insertInto('countryPeriod').values({ countryId: 'BD', weekday: 1, opensAtLocal: '09:00', closesAtLocal: '12:00' }).execute(),
    () => db.insertInto('regionHoliday').values({ countryId: 'BD', holidayDate: '2027-05-01', name: 'May Day' }).execute(),
    () => db.deleteFrom('countryHoliday').execute(),
  ]
  for (const change of changes) {
    const before = await loadCountryFacts({ db })
    await change()
    expect(await loadCountryFacts({ db }), change.toString()).not.toEqual(before)
  }
})

test('many marks are joined, and nothing is read again for it', async () => {
  const { db } = database
  for (let change = 0; change < 120; change++) await setRingSeconds(db, 10 + (change % 50))
  const before = await loadCountryFacts({ db })
  await joinMarks(db)
  const { rows } = await db
    .selectFrom('countryMark')
    .select(({ fn }) => fn.countAll<number>().as('rows'))
    .executeTakeFirstOrThrow()
  expect(rows).toBe(1)
  expect(await loadCountryFacts({ db })).toBe(before)
})
