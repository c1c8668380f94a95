import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { cachedFolder, existingCachedFolder } from '../lib/machine-cache.ts'
import { lastLines, runCommand } from '../lib/run-command.ts'
import { SetupProblem } from '../lib/setup-problem.ts'
import { ensureCommands, ROOTFS_TOOLS } from './apt-packages.ts'
import { debianMirror } from './apt-sources.ts'
import type { AsteriskBinary } from './asterisk-binary.ts'
import { unpackDebian } from './mmdebstrap.ts'
import { isAtLeast, OLDEST_ASTERISK, parseAsteriskVersion } from './versions.ts'

// Debian's first suite that carries an Asterisk of this age.
const SUITE = 'forky'
const PACKAGES = ['asterisk', 'asterisk-core-sounds-en-wav', 'ca-certificates']
// A raised minimum is a new name, so that an old build is not taken for a new one.
const NAME = `asterisk-rootfs-${OLDEST_ASTERISK}-${SUITE}-${process.arch}`
const NEEDED_BYTES = 1_000_000_000
const TRIPLETS: Record<string, { triplet: string; loader: string }> = {
  x64: { triplet: 'x86_64-linux-gnu', loader: 'lib64/ld-linux-x86-64.so.2' },
  arm64: { triplet: 'aarch64-linux-gnu', loader: 'lib/ld-linux-aarch64.so.1' },
}

interface Progress {
  log: (line: string) => void
  signal?: AbortSignal | undefined
}

/**
 * Asterisk out of Debian's own signed packages, unpacked once into the machine cache and run from there: no chroot, no
 * mount, nothing installed on the machine itself. Needs root, and about 350 MB.
 */
export async function asteriskRootfs(progress: Progress): Promise<AsteriskBinary> {
  const present = await rootfsBinary()
  if (present) return present
  if (process.getuid?.() !== 0) {
    throw new SetupProblem(
      `No Asterisk ${OLDEST_ASTERISK} or newer was found and only root can build one: install the package asterisk, or start once as root.`,
    )
  }
  await ensureCommands(ROOTFS_TOOLS, progress)
  const folder = await cachedFolder(NAME, (unfinished) => build(unfinished, progress))
  return describe(folder)
}

/** The rootfs's Asterisk if it has been built. */
export async function rootfsBinary(): Promise<AsteriskBinary | undefined> {
  const folder = await existingCachedFolder(NAME)
  return folder === undefined ? undefined : describe(folder)
}

async function build(folder: string, progress: Progress): Promise<void> {
  const disk = await statfs(folder)
  if (disk.bavail * disk.bsize < NEEDED_BYTES)
    throw new SetupProblem(`The disk that holds ${folder} needs 1 GB of room: free some, or set RINGBACK_CACHE to another disk.`)
  progress.log(`building Asterisk from Debian ${SUITE}'s packages (about a minute, once a machine)`)
  await bootstrap(folder, progress)
  await describe(folder)
}

/** The machine's own mirror first; one that lacks the suite must not be the end, so Debian's own comes second. */
async function bootstrap(folder: string, progress: Progress): Promise<void> {
  const mirror = await debianMirror()
  const result = await unpackDebian({ suite: SUITE, packages: PACKAGES, folder, mirror }, progress)
  if (result.code === 0) return
  if (progress.signal?.aborted) throw new SetupProblem('Stopped while building Asterisk; nothing half-built was kept.')
  if (mirror && /404|does not have a Release file/i.test(result.output)) {
    progress.log(`${mirror} does not carry ${SUITE}: trying Debian's own mirror`)
    const second = await unpackDebian({ suite: SUITE, packages: PACKAGES, folder, mirror: undefined }, progress)
    if (second.code === 0) return
    throw new SetupProblem(explain(second.output))
  }
  throw new SetupProblem(explain(result.output))
}

/** Debian's program with Debian's own loader and libraries: neither the machine's nor any path inside is touched. */
async function describe(root: string): Promise<AsteriskBinary> {
  const machine = TRIPLETS[process.arch]
  if (!machine)
    throw new SetupProblem(
      `There is no Asterisk rootfs for ${process.arch}: install Asterisk ${OLDEST_ASTERISK} or newer and set ASTERISK=system.`,
    )
  const libraries = join(root, 'usr/lib', machine.triplet)
  const command = join(root, machine.loader)
  const leadingArgs = ['--library-path', `${libraries}:${join(libraries, 'asterisk')}`, join(root, 'usr/sbin/asterisk')]
  const { output } = await runCommand(command, [...leadingArgs, '-V'], { timeoutSeconds: 10 })
  const version = parseAsteriskVersion(output)
  if (!version || !isAtLeast(version, OLDEST_ASTERISK)) {
    throw new SetupProblem(
      `Debian ${SUITE} gave Asterisk ${version ?? 'of unknown version'} and ${OLDEST_ASTERISK} is the oldest to run: use a newer mirror, or install Asterisk and set ASTERISK=system.`,
    )
  }
  return { command, leadingArgs, modulesFolder: join(libraries, 'asterisk/modules'), dataFolder: join(root, 'usr/share/asterisk'), version }
}

function explain(output: string): string {
  if (/no space left/i.test(output)) return 'The disk filled up while building Asterisk: free 1 GB, or set RINGBACK_CACHE to another disk.'
  if (/(temporary failure resolving|could not (?:connect|resolve)|connection (?:failed|timed out|refused))/i.test(output)) {
    return "Debian's archive could not be reached to build Asterisk: check the network or apt's proxy, or install Asterisk and set ASTERISK=system."
  }
  return `Asterisk could not be built from Debian's packages: ${lastLines(output, 3)}`
}
