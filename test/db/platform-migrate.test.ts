import { cp, mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { generateTypes } from '../../scripts/generate-db-types.ts'
import { migrate, MigrationChanged } from '../../server/platform/db/migrate.ts'
import { readFile } from 'node:fs/promises'

let sqlFolder: string
let databaseUrl: string
let made = 0

beforeEach(async () => {
  sqlFolder = await mkdtemp(path.join(tmpdir(), 'ringback-sql-'))
  await mkdir(path.join(sqlFolder, 'migrations'))
  await mkdir(path.join(sqlFolder, 'views'))
  const name = `migrate_${process.pid}_${++made}`
  await query(inject('postgresUrl'), `create database ${name}`)
  const url = new URL(inject('postgresUrl'))
  url.pathname = `/${name}`
  databaseUrl = url.href
})
afterEach(async () => {
  await rm(sqlFolder, { recursive: true })
  await query(inject('postgresUrl'), `drop database ${new URL(databaseUrl).pathname.slice(1)} with (force)`)
})

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text)).rows as unknown[]
  } finally {
    await client.end()
  }
}
const write = (file: string, text: string) => writeFile(path.join(sqlFolder, file), text)
const run = () => migrate(databaseUrl, { sqlFolder })

test('files are applied once, in the order of their names, and views every time', async () => {
  await write('migrations/20260102-b.sql', 'alter table a add column b integer')
  await write('migrations/20260101-a.sql', 'create table a (id integer)')
  await write('views/report.sql', 'create or replace view report as select 1 as version')
  expect(await run()).toEqual(['20260101-a.sql', '20260102-b.sql'])
  await write('views/report.sql', 'create or replace view report as select 2 as version')
  expect(await run()).toEqual([])
  expect(await query(databaseUrl, 'select version from report')).toEqual([{ version: 2 }])
})

test('a file that fails leaves nothing of itself, and the ones before it stay', async () => {
  await write('migrations/1.sql', 'create table a (id integer)')
  await write('migrations/2.sql', 'create table b (id integer); select nonsense')
  await expect(run()).rejects.toThrow('2.sql')
  expect(await query(databaseUrl, `select to_regclass('a') is not null as a, to_regclass('b') is not null as b`)).toEqual([
    { a: true, b: false },
  ])
  await write('migrations/2.sql', 'create table b (id integer)')
  expect(await run()).toEqual(['2.sql'])
})

test('a file that changed or went after it was applied stops everything', async () => {
  await write('migrations/1.sql', 'create table a (id integer)')
  await run()
  await write('migrations/2.sql', 'create table b (id integer)')
  await write('migrations/1.sql', 'create table a (id bigint)')
  await expect(run()).rejects.toThrow(MigrationChanged)
  await rm(path.join(sqlFolder, 'migrations/1.sql'))
  await expect(run()).rejects.toThrow(MigrationChanged)
  expect(await query(databaseUrl, `select to_regclass('b') as b`)).toEqual([{ b: null }])
})

test('eight processes that migrate at once apply each file once', async () => {
  await write('migrations/1.sql', 'create table a (id integer); select pg_sleep(0.2)')
  await write('migrations/2.sql', 'create table b (id integer)')
  const applied = await Promise.all(Array.from({ length: 8 }, run))
  expect(applied.flat().sort()).toEqual(['1.sql', '2.sql'])
})

test('the product’s own migrations apply to an empty database, and again to a full one', async () => {
  await cp(new URL('../../sql', import.meta.url), sqlFolder, { recursive: true })
  expect((await run()).length).toBeGreaterThan(5)
  expect(await run()).toEqual([])
})

test('the generated table types are those of the migrations', async () => {
  const committed = await readFile(new URL('../../server/platform/db/types.generated.ts', import.meta.url), 'utf8')
  expect(await generateTypes(inject('postgresUrl'))).toBe(committed)
})
