import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { startAsterisk, type AsteriskProcess } from '../../scripts/lib/asterisk-process.ts'
import { freeTcpPort } from '../../scripts/lib/ports.ts'
import { locateAsterisk, type AsteriskBinary } from '../../scripts/setup/asterisk.ts'
import { freeRtpPorts, freeUdpPort } from './ports.ts'

/** What a configuration has to agree with. */
export type AsteriskPlace = {
  /** Everything of this Asterisk, `asterisk.conf` included; gone after `stop`. */
  folder: string
  binary: AsteriskBinary
  sipPort: number
  ariPort: number
  rtp: { first: number; last: number }
  ariUser: string
  ariPassword: string
}

export type TestAsterisk = AsteriskPlace & {
  /** Such as `http://127.0.0.1:8088/ari`. */
  ariUrl: string
  pid(): number
  /** Ends it by SIGTERM or SIGKILL and starts it on the same folder and ports. */
  restart(options: { how: 'TERM' | 'KILL' }): Promise<void>
  /** SIGSTOP: sockets stay open and nothing answers. */
  freeze(): void
  thaw(): void
  /** What it has printed since its last start. */
  log(): Promise<string>
  stop(): Promise<void>
}

export type TestAsteriskOptions = {
  /** Path below the folder → text. `asterisk.conf` must point every directory into the folder. */
  configFiles(place: AsteriskPlace): Record<string, string> | Promise<Record<string, string>>
}

/** A real Asterisk of the test's own, on free ports of 127.0.0.1. Resolves when ARI answers. */
export async function startTestAsterisk({ configFiles }: TestAsteriskOptions): Promise<TestAsterisk> {
  const place = await findPlace()
  try {
    for (const [path, text] of Object.entries(await configFiles(place))) {
      await mkdir(dirname(join(place.folder, path)), { recursive: true })
      await writeFile(join(place.folder, path), text)
    }
    return await run(place)
  } catch (error) {
    const printed = await printedBy(place)
    await rm(place.folder, { recursive: true, force: true })
    throw new Error(`the test's Asterisk did not start; it printed:\n${printed}`, { cause: error })
  }
}

async function findPlace(): Promise<AsteriskPlace> {
  const binary = await locateAsterisk({ mode: 'auto', log: console.log })
  return {
    binary,
    folder: await mkdtemp(join(tmpdir(), 'ringback-test-asterisk-')),
    sipPort: await freeUdpPort('127.0.0.1'),
    ariPort: await freeTcpPort('127.0.0.1'),
    rtp: await freeRtpPorts('127.0.0.1', 200),
    ariUser: 'ringback',
    ariPassword: randomBytes(24).toString('base64url'),
  }
}

async function run(place: AsteriskPlace): Promise<TestAsterisk> {
  const ariUrl = `http://127.0.0.1:${place.ariPort}/ari`
  const launch = () => startAsterisk({ binary: place.binary, configFolder: place.folder, ready: `${ariUrl}/asterisk/info` })
  let asterisk: AsteriskProcess = await launch()
  const thaw = () => void process.kill(asterisk.pid, 'SIGCONT')
  return {
    ...place,
    ariUrl,
    pid: () => asterisk.pid,
    restart: async ({ how }) => {
      await (how === 'TERM' ? asterisk.stop() : asterisk.kill())
      asterisk = await launch()
    },
    freeze: () => void process.kill(asterisk.pid, 'SIGSTOP'),
    thaw,
    log: () => printedBy(place),
    stop: async () => {
      // A frozen process would keep SIGTERM waiting; SIGKILL reaches it frozen or not, and nobody needs a graceful end here.
      await asterisk.kill()
      await rm(place.folder, { recursive: true, force: true })
    },
  }
}

async function printedBy({ folder }: AsteriskPlace): Promise<string> {
  // Not there before the first start.
  const path = join(folder, 'console.log')
  return existsSync(path) ? readFile(path, 'utf8') : ''
}
