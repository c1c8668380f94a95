import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../server/config.ts'
import { createDb, type DbPool } from '../../server/platform/db/db.ts'
import { freeTcpPort } from '../../scripts/lib/ports.ts'
import { makePrompts } from '../../scripts/make-prompts.ts'
import { seedDemo, type Demo } from '../../scripts/seed-demo.ts'
import { pbxFacts } from '../../scripts/start/pbx.ts'
import { openSecrets, type Secrets } from '../../scripts/start/secrets.ts'
import { startTestAsterisk, type TestAsterisk } from './asterisk.ts'
import { moveCarriers } from './carrier-addresses.ts'
import { freeUdpPort } from './ports.ts'
import { ownDatabase, sharedDatabase, type ProductPostgres } from './product-postgres.ts'
import { startProductService, type ProductService } from './product-service.ts'
import { FieldCipher } from '../../server/platform/crypto/field-cipher.ts'
import { loadKeyRing } from '../../server/platform/crypto/key-files.ts'

export type TestProductOptions = {
  /** `shared`: a database on the run's Postgres. `own`: a Postgres of the test's own, which it may stop and start. */
  postgres?: 'shared' | 'own'
  /** More settings of the service, such as `RINGBACK_CLOCK`; of `RINGBACK_SPOOL` Asterisk knows too. */
  env?: Record<string, string>
  /** Stands between the service and ARI: is given ARI's address, gives the one the service is to use. */
  ariBy?: (ariUrl: string) => Promise<string>
  /** UDP ports for sound, two a leg: more than usual for a test of many calls. */
  rtpPortCount?: number
  /** Changes the seeded demo before Asterisk and the service start. */
  arrange?: (db: DbPool) => Promise<void>
}

export type TestProduct = {
  /** The console, such as `http://localhost:40123`. */
  url: string
  /** RINGBACK_DATA of the service; `demo.json` and `sounds/` lie in it. */
  folder: string
  /** Who can sign in, the countries' numbers, and each carrier's own address: a phone there is a worker's. */
  demo: Demo
  /** The product's database, for looking. */
  db: DbPool
  asterisk: TestAsterisk
  service: ProductService
  postgres: ProductPostgres
  /**
   * One more service beside it: the same database, Asterisk, data folder and keys, a number and a port of its own. Stopped with the
   * product. @param instance another one than the product's own, which is 1
   */
  startAnother(instance: string): Promise<AnotherService>
  stop(): Promise<void>
}

/** What `signIn` needs to reach it, and the process. */
export type AnotherService = Pick<TestProduct, 'url' | 'demo'> & { service: ProductService }

/**
 * The whole product with the demo programme: Postgres, Asterisk and the service as processes of their own, on free ports.
 * Resolves when the service is ready to take calls. Carriers and agents' phones are the test's to bring.
 */
export async function startTestProduct({
  postgres: kind = 'shared',
  env = {},
  ariBy,
  rtpPortCount,
  arrange,
}: TestProductOptions = {}): Promise<TestProduct> {
  const folder = await mkdtemp(join(tmpdir(), 'ringback-test-product-'))
  // Newest last; stopped from the end.
  const stops: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })]
  const stop = async () => {
    for (let last = stops.pop(); last; last = stops.pop()) await last()
  }
  try {
    const postgres = await (kind === 'own' ? ownDatabase(join(folder, 'postgres')) : sharedDatabase())
    stops.push(postgres.drop)
    const db = createDb(postgres.databaseUrl, { max: 3 })
    stops.push(() => db.destroy())

    const secrets = await openSecrets(join(folder, 'secrets'), false)
    const sipPort = await freeUdpPort('127.0.0.1')
    const settings = { ...(await serviceSettings(folder, postgres.databaseUrl, secrets)), RINGBACK_SIP_PORT: String(sipPort), ...env }
    const seeded = await seedDemo({ databaseUrl: postgres.databaseUrl, secrets, settings: readConfig(settings) })
    const demo = await moveCarriers(db, seeded)
    await arrange?.(db)

    const spoolFolder = env['RINGBACK_SPOOL']
    const asterisk = await startProductAsterisk(folder, postgres.databaseUrl, { secrets, sipPort, spoolFolder, rtpPortCount })
    stops.push(asterisk.stop)
    const { first, last } = asterisk.rtpPorts
    const all = {
      ...settings,
      ARI_URL: new URL((await ariBy?.(asterisk.ariUrl)) ?? asterisk.ariUrl).origin,
      RINGBACK_RTP_PORTS: `${first}-${last}`,
    }
    const service = await startProductService(folder, all)
    stops.push(service.kill9)
    await writeFile(join(folder, 'demo.json'), JSON.stringify(demo))
    const startAnother = async (instance: string): Promise<AnotherService> => {
      const own = { RINGBACK_INSTANCE: instance, RINGBACK_HTTP_PORT: String(await freeTcpPort('127.0.0.1')) }
      const another = await startProductService(folder, { ...all, ...own }, `service-${instance}.log`)
      stops.push(another.kill9)
      return { url: `http://localhost:${own.RINGBACK_HTTP_PORT}`, demo, service: another }
    }
    return { url: demo.consoleUrl, folder, demo, db, asterisk, service, postgres, startAnother, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** The keys of the product's service, to look up what is known by its hash alone. */
export async function productCipher({ folder }: Pick<TestProduct, 'folder'>): Promise<FieldCipher> {
  const secrets = await openSecrets(join(folder, 'secrets'), false)
  return new FieldCipher(await loadKeyRing({ ...secrets, previousMasterKeyFile: undefined }))
}

async function serviceSettings(folder: string, databaseUrl: string, secrets: Secrets): Promise<Record<string, string>> {
  return {
    RINGBACK_DATA: folder,
    RINGBACK_HTTP_PORT: String(await freeTcpPort('127.0.0.1')),
    DATABASE_URL: databaseUrl,
    ARI_USER: 'ringback',
    ARI_PASSWORD_FILE: secrets.ariPasswordFile,
    RINGBACK_MASTER_KEY_FILE: secrets.masterKeyFile,
    RINGBACK_BLIND_INDEX_KEY_FILE: secrets.blindIndexKeyFile,
    RINGBACK_JOURNAL_KEY_FILE: secrets.journalKeyFile,
  }
}

type AsteriskWishes = { secrets: Secrets; sipPort: number; spoolFolder: string | undefined; rtpPortCount: number | undefined }

async function startProductAsterisk(
  folder: string,
  databaseUrl: string,
  { secrets, sipPort, spoolFolder, rtpPortCount }: AsteriskWishes,
): Promise<TestAsterisk> {
  const { trunks, lines, languages } = await pbxFacts(databaseUrl, secrets, { isTold: true })
  const soundsFolder = join(folder, 'sounds')
  await mkdir(soundsFolder)
  await makePrompts({ soundsFolder, languages, log: () => {} })
  const { ariPassword, journalKey } = secrets
  const own = { ...(spoolFolder && { spoolFolder }), ...(rtpPortCount !== undefined && { rtpPortCount }) }
  return startTestAsterisk({ trunks, lines, soundsFolder, sipPort, ariPassword, journalKey, ...own })
}
