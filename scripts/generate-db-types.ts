/**
 * Writes server/platform/db/types.generated.ts from the migrated schema; `--check` only compares, and fails when it is stale.
 * Uses DATABASE_URL's server when set (a database of its own, dropped afterwards), else a temporary embedded Postgres.
 */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import pg from 'pg'
import { migrate } from '../server/platform/db/migrate.ts'
import { startEmbeddedPostgres } from './lib/embedded-postgres.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const TARGET = path.join(ROOT, 'server/platform/db/types.generated.ts')
const OPTIONS = [
  '--dialect=postgres',
  '--camel-case',
  '--date-parser=string',
  '--numeric-parser=number',
  '--type-mapping={"int8":"number"}',
]
const run = promisify(execFile)

/** The types of the schema that sql/migrations and sql/views make now. */
export async function generateTypes(serverUrl: string): Promise<string> {
  const name = `ringback_types_${randomBytes(6).toString('hex')}`
  await onServer(serverUrl, `create database ${name}`)
  const folder = await mkdtemp(path.join(tmpdir(), 'ringback-types-'))
  try {
    const url = new URL(serverUrl)
    url.pathname = `/${name}`
    await migrate(url.href)
    const outFile = path.join(folder, 'types.ts')
    const cli = path.join(ROOT, 'node_modules/kysely-codegen/dist/cli/bin.js')
    // The address goes by environment: process arguments are readable by every user of the machine.
    await run(process.execPath, [cli, ...OPTIONS, `--url=env(RINGBACK_TYPES_URL)`, `--out-file=${outFile}`], {
      cwd: folder,
      env: { ...process.env, RINGBACK_TYPES_URL: url.href },
    })
    return await readFile(outFile, 'utf8')
  } finally {
    await rm(folder, { recursive: true })
    await onServer(serverUrl, `drop database ${name} with (force)`)
  }
}

async function withServer<T>(work: (serverUrl: string) => Promise<T>): Promise<T> {
  const given = process.env['DATABASE_URL']
  if (given) return work(given)
  const folder = await mkdtemp(path.join(tmpdir(), 'ringback-types-postgres-'))
  try {
    const server = await startEmbeddedPostgres({ folder, durable: false })
    return await work(server.databaseUrl).finally(() => server.stop())
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function onServer(serverUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const fresh = await withServer(generateTypes)
  if (!process.argv.includes('--check')) {
    await writeFile(TARGET, fresh)
  } else if ((await readFile(TARGET, 'utf8')) !== fresh) {
    console.error('server/platform/db/types.generated.ts is stale: run node scripts/generate-db-types.ts')
    process.exitCode = 1
  }
}
