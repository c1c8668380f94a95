import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand, type CommandResult } from '../lib/run-command.ts'
import { ACCEPT_EXPIRED, isExpiredRelease } from './expired-release.ts'

interface Progress {
  log: (line: string) => void
  signal?: AbortSignal | undefined
}

export interface Unpack {
  suite: string
  packages: readonly string[]
  /** Is emptied first. */
  folder: string
  /** Undefined: Debian's own. */
  mirror: string | undefined
}

/**
 * Unpacks and configures Debian packages with all they need into a folder, by mmdebstrap; the machine itself is not
 * touched. A Release file past its date is warned of and passed over, a bad signature never is.
 * @returns mmdebstrap's exit code and output
 */
export async function unpackDebian(what: Unpack, { log, signal }: Progress): Promise<CommandResult> {
  const { suite, packages, folder, mirror } = what
  const run = async (aptOptions: readonly string[]) => {
    await emptyFolder(folder)
    const apart = await namespaceOfItsOwn()
    const options = [
      '--variant=essential',
      '--mode=root',
      `--include=${packages.join(',')}`,
      ...SMALL,
      ...(await machineAptOptions()),
      ...aptOptions,
    ]
    const [command = '', ...args] = [...apart, 'mmdebstrap', ...options, suite, folder, ...(mirror ? [mirror] : [])]
    // Killed, it leaves its scratch files behind: here the next build finds and removes them.
    const scratch = `${folder}.scratch`
    await rm(scratch, { recursive: true, force: true })
    await mkdir(scratch)
    try {
      const env = { ...process.env, TMPDIR: scratch }
      return await runCommand(command, args, { env, timeoutSeconds: 900, endBy: apart.length > 0 ? 'KILL' : 'TERM', signal })
    } finally {
      await rm(scratch, { recursive: true, force: true })
    }
  }
  const first = await run([])
  if (first.code === 0 || !isExpiredRelease(first.output)) return first
  log(`warning: the archive's Release file is past its date; going on, with signatures checked (is the machine's clock right?)`)
  return run([`--aptopt=${ACCEPT_EXPIRED}`])
}

const APART = ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc']

/** All it starts and mounts is gone the moment it is killed. A container without privileges may not; there it cleans up itself. */
async function namespaceOfItsOwn(): Promise<readonly string[]> {
  const [command = '', ...args] = APART
  return (await runCommand(command, [...args, 'true'])).code === 0 ? APART : []
}

// Manuals and translations are half of the unpacked size, and nobody reads them in here.
const SMALL = ['doc', 'man', 'info', 'locale'].map((part) => `--dpkgopt=path-exclude=/usr/share/${part}/*`)

/** A proxy that the machine's apt needs, the bootstrap needs too. */
async function machineAptOptions(): Promise<string[]> {
  const { output } = await runCommand('apt-config', ['dump'])
  return output
    .split('\n')
    .filter((line) => /^Acquire::https?::(?:[^ ]*::)?(?:Proxy|CaInfo)[^ ]* ".+";$/i.test(line))
    .map((line) => `--aptopt=${line.replace(/;$/, '')}`)
}

async function emptyFolder(folder: string): Promise<void> {
  const names = await readdir(folder)
  if (names.length > 0) await runCommand('rm', ['-rf', '--one-file-system', '--', ...names.map((name) => join(folder, name))])
}
