/** Fails when server/platform/db/types.generated.ts is not what sql/ makes now, on a Postgres of its own. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateTypes } from '../generate-db-types.ts'
import { startEmbeddedPostgres } from '../lib/embedded-postgres.ts'

const target = join(import.meta.dirname, '..', '..', 'server', 'platform', 'db', 'types.generated.ts')

const folder = await mkdtemp(join(tmpdir(), 'ringback-types-'))
try {
  const server = await startEmbeddedPostgres({ folder, durable: false })
  try {
    if ((await readFile(target, 'utf8')) !== (await generateTypes(server.databaseUrl))) {
      console.error(`${target} is stale: run scripts/generate-db-types.ts with DATABASE_URL set`)
      process.exitCode = 1
    }
  } finally {
    await server.stop()
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
