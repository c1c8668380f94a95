import { chmod, mkdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { exists } from './exists.ts'
import { takeFileLock } from './file-lock.ts'
import { runCommand } from './run-command.ts'
import { SetupProblem } from './setup-problem.ts'

/**
 * Where things that are the same for every clone on this machine are kept: RINGBACK_CACHE, else /var/cache/ringback
 * (root), else the user's own cache. Holds nothing secret and may be deleted at any time while nothing runs.
 */
export function machineCacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.RINGBACK_CACHE) return env.RINGBACK_CACHE
  if (process.getuid?.() === 0) return MACHINE_WIDE
  return join(env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'ringback')
}

/** The cache's folder `name` if it has been built; what root has built once for the machine serves every user. */
export async function existingCachedFolder(name: string): Promise<string | undefined> {
  const caches = process.env.RINGBACK_CACHE ? [machineCacheFolder()] : [machineCacheFolder(), MACHINE_WIDE]
  for (const folder of caches.map((cache) => join(cache, name))) if (await exists(folder)) return folder
  return undefined
}

/**
 * Returns the cache's folder `name`, built once: in a sibling that gets the final name only when it is whole, under a
 * lock, so that a second builder waits and then finds it done. A build that was killed is cleared by the next one.
 * @param build fills the folder it is given, which exists and is empty
 */
export async function cachedFolder(name: string, build: (folder: string) => Promise<void>): Promise<string> {
  const present = await existingCachedFolder(name)
  if (present) return present
  const cache = machineCacheFolder()
  const folder = join(cache, name)
  await mkdir(cache, { recursive: true })
  // Postgres runs as another user and must be able to enter; nothing in here is secret.
  if (((await stat(cache)).mode & 0o055) !== 0o055) await chmod(cache, 0o755)
  const lock = await takeFileLock(join(cache, `${name}.lock`), BUILD_SECONDS)
  if (!lock)
    throw new SetupProblem(`Another process has been building ${folder} for ${BUILD_SECONDS / 60} minutes; end it and start again.`)
  const unfinished = `${folder}.building`
  try {
    if (await exists(folder)) return folder
    await removeFolder(unfinished)
    await mkdir(unfinished)
    await build(unfinished)
    await rename(unfinished, folder)
    return folder
  } finally {
    await removeFolder(unfinished)
    await lock.release()
  }
}

const MACHINE_WIDE = '/var/cache/ringback'
const BUILD_SECONDS = 15 * 60

/** A bootstrap that was killed may have left the machine's /dev or /proc mounted inside: deleting through a mount would be a disaster. */
async function removeFolder(folder: string): Promise<void> {
  for (const mount of await mountsBelow(folder)) await runCommand('umount', ['--lazy', mount])
  if ((await mountsBelow(folder)).length > 0) throw new SetupProblem(`Something is mounted below ${folder}; unmount it and start again.`)
  await rm(folder, { recursive: true, force: true })
}

async function mountsBelow(folder: string): Promise<string[]> {
  const table = await readFile('/proc/self/mountinfo', 'utf8')
  const mountPoints = table.split('\n').map((line) => line.split(' ')[4] ?? '')
  return mountPoints.filter((path) => path.startsWith(`${folder}/`)).reverse()
}
