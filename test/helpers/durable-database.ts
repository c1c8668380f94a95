import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '../../scripts/lib/embedded-postgres.ts'
import { createDb, type DbPool } from '../../server/platform/db/db.ts'
import { migrate } from '../../server/platform/db/migrate.ts'

/**
 * A Postgres of its own that keeps every commit, migrated and empty, while `use` runs; then it and its folder are gone.
 * @param options.pools how many processes are played, each with a pool of `max` connections
 */
export async function withDurableDatabase<T>(
  use: (pools: [DbPool, ...DbPool[]], databaseUrl: string) => Promise<T>,
  { pools = 1, max }: { pools?: number; max?: number } = {},
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'ringback-bench-'))
  const postgres = await startEmbeddedPostgres({ folder })
  try {
    await migrate(postgres.databaseUrl)
    const open = (): DbPool => createDb(postgres.databaseUrl, { ...(max !== undefined && { max }) })
    const all: [DbPool, ...DbPool[]] = [open(), ...Array.from({ length: pools - 1 }, open)]
    try {
      return await use(all, postgres.databaseUrl)
    } finally {
      await Promise.all(all.map((pool) => pool.destroy()))
    }
  } finally {
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
}
