import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { renderAsteriskConfig, type AsteriskConfigInput } from '../../asterisk-config/render.ts'
import { startAsterisk, type AsteriskProcess } from '../../scripts/lib/asterisk-process.ts'
import { freeTcpPort } from '../../scripts/lib/ports.ts'
import { locateAsterisk, type AsteriskBinary } from '../../scripts/setup/asterisk.ts'
import { freeze, thaw } from './freeze.ts'
import { freeRtpPorts, freeUdpPort } from './ports.ts'

type Wishes = Partial<
  Pick<AsteriskConfigInput, 'trunks' | 'lines' | 'soundsFolder' | 'spoolFolder' | 'tls' | 'instancePattern' | 'ariPassword' | 'journalKey'>
>
export type TestAsteriskOptions = Wishes & {
  /** A free one when not given. */
  sipPort?: number
  /** How many UDP ports for sound, two a leg; 200 when not given. */
  rtpPortCount?: number
  /** File name → text, written over what the templates gave: for faults the product would never configure. */
  configFiles?: Record<string, string>
}

export type TestAsterisk = {
  /** Everything of this Asterisk, configuration and recordings included; gone after `stop`. */
  folder: string
  sipPort: number
  rtpPorts: { first: number; last: number }
  /** Such as `http://127.0.0.1:8088/ari`. */
  ariUrl: string
  ariUser: string
  ariPassword: string
  /** Opens the dialplan's journal entries. */
  journalKey: string
  pid(): number
  /** Ends it by SIGTERM or SIGKILL and starts it again on the same folder and ports. @param options.meanwhile how long it is away */
  restart(options: { how: 'TERM' | 'KILL'; meanwhile?: () => Promise<unknown> }): Promise<void>
  /** SIGSTOP: sockets stay open and nothing answers. */
  freeze(): Promise<void>
  thaw(): void
  /** What it has printed since its last start. */
  log(): Promise<string>
  stop(): Promise<void>
}

/** A real Asterisk of the test's own with the product's configuration, on free ports of 127.0.0.1. Resolves when ARI answers. */
export async function startTestAsterisk({
  configFiles = {},
  sipPort,
  rtpPortCount = 200,
  ...wishes
}: TestAsteriskOptions = {}): Promise<TestAsterisk> {
  const binary = await locateAsterisk({ mode: 'auto', log: console.log })
  const folder = await mkdtemp(join(tmpdir(), 'ringback-test-asterisk-'))
  try {
    const input = { ...(await defaults(folder, binary, { sipPort, rtpPortCount })), ...wishes }
    await renderAsteriskConfig(input)
    for (const [name, text] of Object.entries(configFiles)) await writeFile(join(folder, name), text)
    return await run(binary, input)
  } catch (error) {
    const printed = await printedIn(folder)
    await rm(folder, { recursive: true, force: true })
    throw new Error(`the test's Asterisk did not start; it printed:\n${printed}`, { cause: error })
  }
}

type Ports = { sipPort: number | undefined; rtpPortCount: number }

async function defaults(folder: string, binary: AsteriskBinary, { sipPort, rtpPortCount }: Ports): Promise<AsteriskConfigInput> {
  const rtp = await freeRtpPorts('127.0.0.1', rtpPortCount)
  const sip = sipPort ?? (await freeUdpPort('127.0.0.1'))
  return {
    folder,
    directories: { modules: binary.modulesFolder, data: binary.dataFolder },
    ports: { sip, ari: await freeTcpPort('127.0.0.1'), rtpFirst: rtp.first, rtpLast: rtp.last },
    binds: { sip: '127.0.0.1' },
    ariUser: 'ringback',
    ariPassword: randomBytes(24).toString('base64url'),
    journalKey: randomBytes(8).toString('hex'),
    instancePattern: 'ringback-[0-9]+',
    trunks: [],
    lines: [],
    soundsFolder: join(folder, 'sounds'),
  }
}

async function run(binary: AsteriskBinary, input: AsteriskConfigInput): Promise<TestAsterisk> {
  const { folder, ariUser, ariPassword, journalKey, ports } = input
  const ariUrl = `http://127.0.0.1:${ports.ari}/ari`
  const launch = () => startAsterisk({ binary, configFolder: folder, ready: () => answersPing(ariUrl, input) })
  let asterisk: AsteriskProcess = await launch()
  return {
    folder,
    sipPort: ports.sip,
    rtpPorts: { first: ports.rtpFirst, last: ports.rtpLast },
    ariUrl,
    ariUser,
    ariPassword,
    journalKey,
    pid: () => asterisk.pid,
    restart: async ({ how, meanwhile }) => {
      await (how === 'TERM' ? asterisk.stop() : asterisk.kill())
      await meanwhile?.()
      asterisk = await launch()
    },
    freeze: () => freeze(asterisk.pid),
    thaw: () => thaw(asterisk.pid),
    log: () => printedIn(folder),
    stop: async () => {
      // SIGKILL reaches it frozen or not, and nobody needs a graceful end here.
      await asterisk.kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** With credentials, because without them ARI says 401 before Asterisk has booted, and 503 only to those it knows. */
async function answersPing(ariUrl: string, { ariUser, ariPassword }: AsteriskConfigInput): Promise<boolean> {
  const authorization = `Basic ${Buffer.from(`${ariUser}:${ariPassword}`).toString('base64')}`
  try {
    const response = await fetch(`${ariUrl}/asterisk/ping`, { headers: { authorization }, signal: AbortSignal.timeout(1000) })
    return response.ok
  } catch {
    // Refused or too slow: not up yet, whatever the reason.
    return false
  }
}

async function printedIn(folder: string): Promise<string> {
  const path = join(folder, 'console.log')
  // Not there before the first start.
  return existsSync(path) ? readFile(path, 'utf8') : ''
}
