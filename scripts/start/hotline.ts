import type { Config } from '../../server/config.ts'
import { tell } from '../lib/steps.ts'
import { supervise, type Supervised } from '../lib/supervise.ts'
import type { Secrets } from './secrets.ts'
import { startService, type Service } from './service.ts'
import { ARI_USER, places, type StartSettings } from './settings.ts'
import type { Started } from './started.ts'

interface StartHotline {
  root: string
  settings: StartSettings
  started: Started
  databaseUrl: string
  secrets: Secrets
}

/** Starts the service; it is started again whenever it falls, and finds its live calls waiting in Asterisk. */
export async function startHotline({ root, settings, started, databaseUrl, secrets }: StartHotline): Promise<Supervised<Service>> {
  const { http } = settings.service
  const options = { root, env: serviceEnv({ settings, databaseUrl, secrets }), url: localUrl(http), logPath: places(settings).serviceLog }
  const service = await supervise({ name: 'The service', log: tell, start: () => startService(options) })
  started.keep('service', () => service.stop())
  return service
}

function serviceEnv({ settings, databaseUrl, secrets }: Pick<StartHotline, 'settings' | 'databaseUrl' | 'secrets'>): NodeJS.ProcessEnv {
  const ari =
    settings.asterisk === 'external'
      ? {}
      : { ARI_URL: `http://127.0.0.1:${settings.ariPort}`, ARI_USER, ARI_PASSWORD_FILE: secrets.ariPasswordFile }
  return {
    ...process.env,
    NODE_ENV: 'production',
    RINGBACK_DATA: settings.dataFolder,
    DATABASE_URL: databaseUrl,
    RINGBACK_MASTER_KEY_FILE: secrets.masterKeyFile,
    RINGBACK_BLIND_INDEX_KEY_FILE: secrets.blindIndexKeyFile,
    RINGBACK_JOURNAL_KEY_FILE: secrets.journalKeyFile,
    ...ari,
  }
}

/** Where the service is reached from this machine when it listens on every address. */
function localUrl({ bind, port, tls }: Config['http']): string {
  const host = bind === '0.0.0.0' ? '127.0.0.1' : bind === '::' ? '::1' : bind
  return `${tls.kind === 'none' ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`
}
