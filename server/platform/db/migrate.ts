import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'

/** A migration that ran is no longer what it was, or is gone: histories have parted, and nothing is applied. */
export class MigrationChanged extends Error {
  override readonly name = 'MigrationChanged'
}

type SqlFile = { name: string; text: string; checksum: string }
type Options = { log?: (message: string) => void; sqlFolder?: string }

const SQL_FOLDER = fileURLToPath(new URL('../../../sql/', import.meta.url))
// Any fixed number; processes that migrate at the same time queue on it.
const LOCK_ID = 7_201_123

/**
 * Brings a database to the newest schema: `sql/migrations/*.sql` in the order of their names, each in a transaction of its
 * own, then every file of `sql/views/` again. Safe to run from several processes at once and on a database that is up to date.
 * @returns the names of the migrations it applied
 * @throws MigrationChanged
 */
export async function migrate(databaseUrl: string, { log = () => {}, sqlFolder = SQL_FOLDER }: Options = {}): Promise<string[]> {
  const [migrations, views] = await Promise.all([readSqlFiles(`${sqlFolder}/migrations`), readSqlFiles(`${sqlFolder}/views`)])
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'ringback-migrate' })
  // The query that fails reports it too; without a listener a broken connection would end the process.
  client.on('error', (error) => log(`database connection lost: ${error.message}`))
  await client.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK_ID])
    const applied = await applyNew(client, migrations, log)
    await applyViews(client, views)
    return applied
  } finally {
    await client.end()
  }
}

async function applyNew(client: pg.Client, migrations: SqlFile[], log: (message: string) => void): Promise<string[]> {
  await client.query(`create table if not exists schema_migration (
    name text primary key,
    checksum text not null,
    applied_at timestamptz not null default now()
  )`)
  const { rows } = await client.query<{ name: string; checksum: string }>('select name, checksum from schema_migration')
  const known = new Map(rows.map((row) => [row.name, row.checksum]))
  assertSameHistory(migrations, known)
  const fresh = migrations.filter(({ name }) => !known.has(name))
  for (const { name, text, checksum } of fresh) {
    await inOneTransaction(client, name, async () => {
      await client.query(text)
      await client.query('insert into schema_migration (name, checksum) values ($1, $2)', [name, checksum])
    })
    log(`applied ${name}`)
  }
  return fresh.map(({ name }) => name)
}

function assertSameHistory(migrations: SqlFile[], known: Map<string, string>): void {
  const files = new Map(migrations.map(({ name, checksum }) => [name, checksum]))
  for (const [name, checksum] of known) {
    if (!files.has(name))
      throw new MigrationChanged(`${name} was applied to this database, but is not in sql/migrations: is this an older release?`)
    if (files.get(name) !== checksum) throw new MigrationChanged(`${name} was changed after it was applied: write a new migration instead`)
  }
}

async function applyViews(client: pg.Client, views: SqlFile[]): Promise<void> {
  if (!views.length) return
  await inOneTransaction(client, 'sql/views', async () => {
    for (const { text } of views) await client.query(text)
  })
}

async function inOneTransaction(client: pg.Client, what: string, work: () => Promise<void>): Promise<void> {
  await client.query('begin')
  try {
    await work()
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw new Error(`${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

async function readSqlFiles(folder: string): Promise<SqlFile[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    // Views are optional.
    if (error.code === 'ENOENT') return []
    throw error
  })
  const wanted = names.filter((name) => name.endsWith('.sql')).sort()
  return Promise.all(wanted.map(async (name) => toSqlFile(name, await readFile(`${folder}/${name}`, 'utf8'))))
}

function toSqlFile(name: string, text: string): SqlFile {
  return { name, text, checksum: createHash('sha256').update(text).digest('hex') }
}
