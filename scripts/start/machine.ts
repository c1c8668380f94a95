import { mkdir, statfs } from 'node:fs/promises'
import { SetupProblem } from '../lib/setup-problem.ts'
import { announce } from '../lib/steps.ts'
import { ensureCommands, ROOTFS_TOOLS, START_TOOLS, TLS_TOOLS } from '../setup/apt-packages.ts'
import type { AsteriskBinary } from '../setup/asterisk-binary.ts'
import { locateAsterisk, mustBuildAsterisk } from '../setup/asterisk.ts'
import type { StartSettings } from './settings.ts'

const NEEDED_BYTES = 500_000_000

/** @throws SetupProblem when the disk of the data folder is about to be full */
export async function requireRoom(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const disk = await statfs(folder)
  if (disk.bavail * disk.bsize < NEEDED_BYTES) {
    throw new SetupProblem(`The disk that holds ${folder} needs 500 MB of room: free some, or set RINGBACK_DATA to another disk.`)
  }
}

/** All missing Debian packages in one go, then Asterisk; undefined when Asterisk runs elsewhere. */
export async function prepareMachine({ asterisk, service }: StartSettings, signal: AbortSignal): Promise<AsteriskBinary | undefined> {
  const progress = { log: announce, signal }
  const mustBuild = asterisk !== 'external' && (await mustBuildAsterisk(asterisk))
  const needsAuthority = service.http.tls.kind === 'local-authority'
  const tools = [...START_TOOLS, ...(mustBuild ? ROOTFS_TOOLS : []), ...(needsAuthority ? TLS_TOOLS : [])]
  await ensureCommands(tools, progress)
  return asterisk === 'external' ? undefined : locateAsterisk({ mode: asterisk, ...progress })
}
