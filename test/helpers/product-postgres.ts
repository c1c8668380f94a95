import { migrate } from '../../server/platform/db/migrate.ts'
import { startEmbeddedPostgres } from '../../scripts/lib/embedded-postgres.ts'
import { freeTcpPort } from '../../scripts/lib/ports.ts'
import { createTestDatabase } from './postgres.ts'

export type ProductPostgres = {
  databaseUrl: string
  /** Lets transactions abort and the cluster close; connections are refused until `start`. Only with `postgres: 'own'`. */
  stop(): Promise<void>
  /** As a crash would. Only with `postgres: 'own'`. */
  kill(): Promise<void>
  /** Again on the same port, with what was committed. Only with `postgres: 'own'`. */
  start(): Promise<void>
  /** Ends it with the product. */
  drop(): Promise<void>
}

export async function sharedDatabase(): Promise<ProductPostgres> {
  const { databaseUrl, db, drop } = await createTestDatabase()
  await db.destroy()
  const refuse = () => Promise.reject(new Error("this Postgres serves other tests too: start the product with postgres: 'own'"))
  return { databaseUrl, stop: refuse, kill: refuse, start: refuse, drop }
}

export async function ownDatabase(folder: string): Promise<ProductPostgres> {
  // What a test calls committed must be there after a kill, so this one writes as a real one does.
  const options = { folder, port: await freeTcpPort('127.0.0.1'), durable: true }
  let server = await startEmbeddedPostgres(options)
  await migrate(server.databaseUrl)
  return {
    databaseUrl: server.databaseUrl,
    stop: () => server.stop(),
    kill: () => server.kill(),
    start: async () => {
      server = await startEmbeddedPostgres(options)
    },
    drop: () => server.kill(),
  }
}
