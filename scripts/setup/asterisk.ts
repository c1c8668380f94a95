import { access, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from '../lib/run-command.ts'
import { SetupProblem } from '../lib/setup-problem.ts'
import type { AsteriskBinary } from './asterisk-binary.ts'
import { asteriskRootfs, rootfsBinary } from './asterisk-rootfs.ts'
import { isAtLeast, OLDEST_ASTERISK, parseAsteriskVersion } from './versions.ts'

export type { AsteriskBinary } from './asterisk-binary.ts'

export type AsteriskMode = 'auto' | 'system' | 'rootfs'

export interface LocateAsterisk {
  mode: AsteriskMode
  /** One line for each thing that takes time. */
  log: (line: string) => void
  signal?: AbortSignal | undefined
}

/**
 * Finds an Asterisk that is new enough, and with `auto` or `rootfs` makes one: from the machine's own package, or from
 * Debian's packages unpacked in the machine cache (about 40 s, once a machine).
 * @throws SetupProblem that says what to install
 */
export async function locateAsterisk({ mode, log, signal }: LocateAsterisk): Promise<AsteriskBinary> {
  if (mode === 'rootfs') return asteriskRootfs({ log, signal })
  const system = await findSystemAsterisk()
  if (system && 'version' in system) return system
  const reason = system?.unfit ?? 'No asterisk command was found'
  if (mode === 'system') throw new SetupProblem(`${reason}: install Asterisk ${OLDEST_ASTERISK} or newer, or set ASTERISK=rootfs.`)
  return asteriskRootfs({ log, signal })
}

/** Whether `locateAsterisk` would have to build, so that the tools for it can be installed first. */
export async function mustBuildAsterisk(mode: AsteriskMode): Promise<boolean> {
  if (mode === 'system') return false
  if (mode === 'auto') {
    const system = await findSystemAsterisk()
    if (system && 'version' in system) return false
  }
  return (await rootfsBinary()) === undefined
}

const PROGRAMS = ['/usr/sbin/asterisk', '/usr/local/sbin/asterisk']
const DATA_FOLDERS = ['/usr/share/asterisk', '/var/lib/asterisk']

async function findSystemAsterisk(): Promise<AsteriskBinary | { unfit: string } | undefined> {
  const command = await firstThere(PROGRAMS)
  if (!command) return undefined
  const { output } = await runCommand(command, ['-V'], { timeoutSeconds: 10 })
  const version = parseAsteriskVersion(output)
  if (!version || !isAtLeast(version, OLDEST_ASTERISK)) return { unfit: `${command} is version ${version ?? 'unknown'}` }
  const modulesFolder = await firstThere((await moduleFolders()).filter((folder) => folder.startsWith(prefixOf(command))))
  const dataFolder = await firstThere(DATA_FOLDERS.map((folder) => join(folder, 'rest-api')))
  // The hand-over of calls to the service rests on this module, which a build may leave out.
  if (!modulesFolder || !(await firstThere([join(modulesFolder, 'app_stasis_broadcast.so')]))) {
    return { unfit: `${command} has no app_stasis_broadcast module` }
  }
  if (!dataFolder) return { unfit: `${command} has no rest-api folder below ${DATA_FOLDERS.join(' or ')}` }
  return { command, leadingArgs: [], modulesFolder, dataFolder: join(dataFolder, '..'), version }
}

const prefixOf = (command: string) => (command.startsWith('/usr/local/') ? '/usr/local/' : '/usr/lib')

async function moduleFolders(): Promise<string[]> {
  const triplets = (await readdir('/usr/lib')).filter((name) => name.endsWith('-linux-gnu'))
  return [...triplets.map((name) => `/usr/lib/${name}/asterisk/modules`), '/usr/lib/asterisk/modules', '/usr/local/lib/asterisk/modules']
}

async function firstThere(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    try {
      await access(path)
      return path
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  return undefined
}
