import type { Kysely } from 'kysely'
import { inject } from 'vitest'
import { createDb, type Database } from '../../server/platform/db/db.ts'
import { cloneTemplate, dropDatabase } from './template-database.ts'

export type TestDatabase = {
  databaseUrl: string
  db: Kysely<Database>
  /** Ends `db` and removes the database, whoever else is still connected to it. */
  drop(): Promise<void>
}

let made = 0

/** A migrated, empty database of the test's own on the run's Postgres. For tiers with the Postgres set-up: db, http, asterisk, web. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const serverUrl = inject('postgresUrl')
  const name = `test_${process.pid}_${++made}`
  const databaseUrl = await cloneTemplate(serverUrl, name)
  const db = createDb(databaseUrl, { max: 5 })
  return {
    databaseUrl,
    db,
    drop: async () => {
      await db.destroy()
      await dropDatabase(serverUrl, name)
    },
  }
}
