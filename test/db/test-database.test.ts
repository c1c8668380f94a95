import { expect, onTestFinished, test } from 'vitest'
import { createTestDatabase } from '../helpers/postgres.ts'

async function ownDatabase() {
  const database = await createTestDatabase()
  onTestFinished(() => database.drop())
  return database
}

test('what one test writes, another does not see', async () => {
  const [one, other] = await Promise.all([ownDatabase(), ownDatabase()])
  await one.db.insertInto('client').values({ name: 'Client 1' }).execute()
  expect(await one.db.selectFrom('client').select('name').execute()).toEqual([{ name: 'Client 1' }])
  expect(await other.db.selectFrom('client').select('name').execute()).toEqual([])
})
