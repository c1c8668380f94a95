import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../scripts/lib/embedded-postgres.ts'

let closed: string
let folder: string
const running: EmbeddedPostgres[] = []

beforeAll(async () => {
  // As closed as /root: nobody but its owner may pass through.
  closed = await mkdtemp(join(tmpdir(), 'ringback-closed-'))
  await chmod(closed, 0o700)
  folder = join(closed, 'var', 'postgres')
})
afterEach(() => Promise.all(running.splice(0).map((server) => server.kill())))
afterAll(() => rm(closed, { recursive: true, force: true }))

async function start(): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ folder, durable: false })
  running.push(server)
  return server
}

async function query(server: EmbeddedPostgres, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: server.databaseUrl })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

it('runs below a folder that only its owner may enter, and asks for its password', async () => {
  const server = await start()
  expect(
    await query(server, 'select current_user, current_database(), current_setting($$server_version_num$$)::int / 10000 as major'),
  ).toEqual([{ current_user: 'ringback', current_database: 'ringback', major: 18 }])
  expect((await stat(join(folder, 'password'))).mode & 0o777).toBe(0o600)
  const wrong = new pg.Client({ connectionString: server.databaseUrl.replace(/:[^:@]+@/, ':wrong@') })
  await expect(wrong.connect()).rejects.toThrow('password authentication failed')
})

it('keeps what was committed over a stop and over a crash', async () => {
  let server = await start()
  await query(server, 'create table kept (word text)')
  await query(server, "insert into kept values ('one')")
  await server.stop()
  server = await start()
  await query(server, "insert into kept values ('two')")
  await server.kill()
  server = await start()
  expect(await query(server, 'select word from kept order by word')).toEqual([{ word: 'one' }, { word: 'two' }])
})

it('a lock file left by a process that is gone, or is no Postgres, stops nothing', async () => {
  await (await start()).stop()
  await writeFile(join(folder, 'cluster', 'postmaster.pid'), `${process.pid}\n/elsewhere\n0\n5432\n\n\n\nready\n`)
  await query(await start(), 'select 1')
})

it('a second one on the same folder is refused in one sentence', async () => {
  const server = await start()
  await expect(start()).rejects.toThrow(`A Postgres (process ${server.pid}) already runs on ${join(folder, 'cluster')}`)
  await query(server, 'select 1')
})

it('a cluster whose making was cut short is made again', async () => {
  await rm(folder, { recursive: true })
  await mkdir(join(folder, 'cluster.new', 'base'), { recursive: true })
  await query(await start(), 'select 1')
  expect((await readdir(folder)).sort()).toEqual(['cluster', 'password', 'postgres.log', 'socket'])
})

it('the log quotes no row', async () => {
  const server = await start()
  await query(server, 'create table secret (word text primary key check (word <> $$canary-word$$))')
  await expect(query(server, "insert into secret values ('canary-word')")).rejects.toThrow('violates check constraint')
  await server.stop()
  const log = await readFile(join(folder, 'postgres.log'), 'utf8')
  expect(log).toContain('violates check constraint')
  expect(log).not.toContain('canary-word')
})

it.runIf(process.getuid?.() === 0)('a cache that the Postgres user cannot enter is named in one sentence', async () => {
  vi.stubEnv('RINGBACK_CACHE', join(closed, 'cache'))
  onTestFinished(() => void vi.unstubAllEnvs())
  await expect(start()).rejects.toThrow(`who may not enter ${closed}: set RINGBACK_CACHE`)
})

it('is reached over its socket, and over loopback where the folder’s path is too long for one', async () => {
  const server = await start()
  expect(new URL(server.databaseUrl).hostname).toBe(encodeURIComponent(join(folder, 'socket')))
  expect(await query(server, 'select inet_server_addr() as address')).toEqual([{ address: null }])
  await server.stop()
  folder = join(closed, 'a'.repeat(100), 'postgres')
  const deep = await start()
  expect(await query(deep, 'select host(inet_server_addr()) as address')).toEqual([{ address: '127.0.0.1' }])
})
