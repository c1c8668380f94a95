/**
 * Writes test/fixtures/releases/<version>.dump.gz: a demo database as this release leaves it, so that later releases can prove
 * that they still read it. Run once a release, when its migrations are final: `node scripts/dump-release.ts [version]`.
 */
import { createHash } from 'node:crypto'
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import pg from 'pg'
import { readConfig } from '../server/config.ts'
import { FieldCipher } from '../server/platform/crypto/field-cipher.ts'
import { loadKeyRing } from '../server/platform/crypto/key-files.ts'
import { createDb } from '../server/platform/db/db.ts'
import { migrate } from '../server/platform/db/migrate.ts'
import { systemClock } from '../server/platform/time/clock.ts'
import { ANSWER_TEXT, CASE_SUMMARY, liveIn, MESSAGE } from './dump-release/lived-in.ts'
import { countRows, dumpDatabase } from './dump-release/sql-dump.ts'
import { startEmbeddedPostgres } from './lib/embedded-postgres.ts'
import { seedDemo } from './seed-demo.ts'
import { openSecrets, type Secrets } from './start/secrets.ts'

const ROOT = join(import.meta.dirname, '..')
const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string }
const path = join(ROOT, 'test/fixtures/releases', process.argv[2] ?? version)

const folder = await mkdtemp(join(tmpdir(), 'ringback-dump-'))
try {
  const postgres = await startEmbeddedPostgres({ folder: join(folder, 'postgres'), durable: false })
  try {
    const secrets = await openSecrets(join(folder, 'secrets'), false)
    await fill(postgres.databaseUrl, secrets)
    await write(postgres.databaseUrl, secrets)
  } finally {
    await postgres.stop()
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}

async function fill(databaseUrl: string, secrets: Secrets): Promise<void> {
  await migrate(databaseUrl)
  await seedDemo({ databaseUrl, secrets, settings: readConfig({ DATABASE_URL: databaseUrl, RINGBACK_DATA: folder }) })
  const { masterKeyFile, blindIndexKeyFile } = secrets
  const db = createDb(databaseUrl, { max: 2 })
  try {
    await liveIn({ db, cipher: new FieldCipher(await loadKeyRing({ masterKeyFile, blindIndexKeyFile })), clock: systemClock })
  } finally {
    await db.destroy()
  }
}

async function write(databaseUrl: string, secrets: Secrets): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const messageSha256 = createHash('sha256').update(MESSAGE).digest('hex')
    const holds = { rows: await countRows(client), answerText: ANSWER_TEXT, caseSummary: CASE_SUMMARY, messageSha256 }
    await writeFile(`${path}.dump.gz`, gzipSync(await dumpDatabase(client, join(ROOT, 'sql/migrations')), { level: 9 }))
    await writeFile(`${path}.json`, `${JSON.stringify(holds, undefined, 2)}\n`)
    await copyFile(secrets.masterKeyFile, `${path}.master-key`)
    await copyFile(secrets.blindIndexKeyFile, `${path}.blind-index-key`)
  } finally {
    await client.end()
  }
  console.log(`${path}.dump.gz written`)
}
