import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '../lib/embedded-postgres.ts'
import { freeTcpPort } from '../lib/ports.ts'
import { tell } from '../lib/steps.ts'
import { supervise } from '../lib/supervise.ts'
import { openSecrets, type Secrets } from './secrets.ts'
import { places, type StartSettings } from './settings.ts'
import type { Started } from './started.ts'

/** The database to use, and the keys that open what is in it. */
export async function startDatabase(settings: StartSettings, started: Started): Promise<{ databaseUrl: string; secrets: Secrets }> {
  const at = places(settings)
  // Whether another server's database needs these keys, the service finds out for itself.
  if (settings.databaseUrl) return { databaseUrl: settings.databaseUrl, secrets: await openSecrets(at.secrets, false) }
  const secrets = await openSecrets(at.secrets, existsSync(join(at.postgres, 'cluster')))
  // The same port for as long as this start lives: a Postgres that fell is found again where it was.
  const port = await freeTcpPort('127.0.0.1')
  const postgres = await supervise({
    name: 'Postgres',
    log: tell,
    start: () => startEmbeddedPostgres({ folder: at.postgres, port }),
  })
  started.keep('Postgres', () => postgres.stop())
  return { databaseUrl: postgres.current().databaseUrl, secrets }
}
