import { access, constants } from 'node:fs/promises'
import { join } from 'node:path'
import { lastLines, runCommand } from '../lib/run-command.ts'
import { SetupProblem } from '../lib/setup-problem.ts'
import { ACCEPT_EXPIRED, isExpiredRelease } from './expired-release.ts'

/** A command this project runs and the Debian package that brings it. */
export interface Tool {
  command: string
  package: string
}

export const ROOTFS_TOOLS: readonly Tool[] = [{ command: 'mmdebstrap', package: 'mmdebstrap' }]
/** Draft prompts, and the simulated carriers that `npm start` leaves answering. */
export const START_TOOLS: readonly Tool[] = [
  { command: 'sox', package: 'sox' },
  { command: 'espeak-ng', package: 'espeak-ng' },
  { command: 'sipp', package: 'sip-tester' },
]
/** The local authority of RINGBACK_TLS. */
export const TLS_TOOLS: readonly Tool[] = [{ command: 'openssl', package: 'openssl' }]
/** The firewall's rules are tried in network namespaces. */
const NETWORK_TOOLS: readonly Tool[] = [
  { command: 'nft', package: 'nftables' },
  { command: 'ip', package: 'iproute2' },
]
export const TEST_TOOLS: readonly Tool[] = [...START_TOOLS, ...TLS_TOOLS, ...NETWORK_TOOLS, { command: 'chromium', package: 'chromium' }]

interface Progress {
  log: (line: string) => void
  signal?: AbortSignal | undefined
}

/**
 * Installs the packages whose commands are missing, and does nothing when none is.
 * @throws SetupProblem that names the packages when this is not root, or has no apt, or apt fails
 */
export async function ensureCommands(tools: readonly Tool[], progress: Progress): Promise<void> {
  const packages = (await missing(tools)).map((tool) => tool.package)
  if (packages.length === 0) return
  const names = packages.join(' ')
  if (process.getuid?.() !== 0 || !(await hasCommand('apt-get'))) {
    throw new SetupProblem(`These Debian packages are missing and only root can install them (apt-get install ${names}).`)
  }
  progress.log(`installing Debian packages: ${names}`)
  const accept = await updateOnce(progress)
  const quiet = ['-y', '-q', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120']
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' }
  const result = await runCommand('apt-get', ['install', ...quiet, ...accept, ...packages], {
    env,
    timeoutSeconds: 900,
    signal: progress.signal,
  })
  if (progress.signal?.aborted) throw new SetupProblem('Stopped while installing Debian packages; apt finishes them at the next start.')
  if ((await missing(tools)).length > 0) {
    throw new SetupProblem(`apt-get could not install ${names}: ${lastLines(result.output, 2)}`)
  }
}

async function missing(tools: readonly Tool[]): Promise<Tool[]> {
  const present = await Promise.all(tools.map((tool) => hasCommand(tool.command)))
  return tools.filter((_, index) => !present[index])
}

async function hasCommand(command: string): Promise<boolean> {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/bin', '/sbin', '/bin']
  for (const folder of folders) {
    try {
      await access(join(folder, command), constants.X_OK)
      return true
    } catch (error) {
      if (!['ENOENT', 'EACCES', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    }
  }
  return false
}

let updated: Promise<string[]> | undefined

/** Returns the options later apt calls need. A list that cannot be fetched is no reason to stop: the install tells. */
async function updateOnce({ log, signal }: Progress): Promise<string[]> {
  updated ??= (async () => {
    const first = await runCommand('apt-get', ['update', '-q'], { env: { ...process.env, LC_ALL: 'C' }, timeoutSeconds: 300, signal })
    if (!isExpiredRelease(first.output)) return []
    log("warning: the archive's Release file is past its date; going on, with signatures checked (is the machine's clock right?)")
    const accept = ['-o', ACCEPT_EXPIRED.replace(' ', '=').replaceAll('"', '')]
    await runCommand('apt-get', ['update', '-q', ...accept], { timeoutSeconds: 300, signal })
    return accept
  })()
  return updated
}
