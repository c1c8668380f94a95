import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startEmbeddedPostgres } from '../scripts/lib/embedded-postgres.ts'
import { makeTemplate } from './helpers/template-database.ts'

type Running = { databaseUrl: string; stop: () => Promise<void> }
type Shared = { users: number; running: Promise<Running> }

declare module 'vitest' {
  interface ProvidedContext {
    /** Superuser on the run's Postgres; `createTestDatabase` clones its template. */
    postgresUrl: string
  }
}

/** Each project loads this file afresh, so what they share hangs on the process. */
const shared = globalThis as { ringbackTestPostgres?: Shared | undefined }

/** One Postgres for the whole run, with every migration applied once to a template; the last tier to end stops it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = (shared.ringbackTestPostgres ??= { users: 0, running: start() })
  postgres.users += 1
  const { databaseUrl, stop } = await postgres.running
  project.provide('postgresUrl', databaseUrl)
  return async () => {
    postgres.users -= 1
    if (postgres.users > 0) return
    shared.ringbackTestPostgres = undefined
    await stop()
  }
}

async function start(): Promise<Running> {
  const folder = await mkdtemp(join(tmpdir(), 'ringback-test-postgres-'))
  const server = await startEmbeddedPostgres({ folder, durable: false })
  const stop = async () => {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await makeTemplate(server.databaseUrl)
  } catch (error) {
    await stop()
    throw error
  }
  return { databaseUrl: server.databaseUrl, stop }
}
