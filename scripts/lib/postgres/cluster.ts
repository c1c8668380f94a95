import { randomBytes } from 'node:crypto'
import { chmod, chown, mkdir, open, readFile, rename, rm, stat, writeFile, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { exists } from '../exists.ts'
import { lastLines, runCommand } from '../run-command.ts'
import { SetupProblem } from '../setup-problem.ts'
import { clearStaleLock } from './stale-lock.ts'
import type { SystemUser } from './system-user.ts'

export const DATABASE = 'ringback'

// Everyone who may connect, on the socket or on loopback, shows the password.
const HOST_RULES = ['local all all scram-sha-256', 'host all all 127.0.0.1/32 scram-sha-256', ''].join('\n')

// Sorted and folded by Postgres itself: the same on every machine, whatever locales it has.
const LOCALE = ['--no-locale', '--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']

export interface Cluster {
  /** `<folder>/cluster`, opened; see `DATA_DIRECTORY`. */
  handle: FileHandle
  password: string
}

/**
 * How Postgres is told where its data are: as the third file it inherits. Its user may not walk through /root to
 * reach a clone there, but may enter a folder that root has opened for it. Nothing is mounted, no mode is loosened,
 * it works in a container without privileges, and the state stays under RINGBACK_DATA.
 */
export const DATA_DIRECTORY = '/proc/self/fd/3'

/** Makes or opens the database cluster in `<folder>/cluster`. A cluster whose making was cut short is made again. */
export async function openCluster(
  deps: { binaries: string; user: SystemUser | undefined },
  folder: string,
  durable: boolean,
): Promise<Cluster> {
  await mkdir(folder, { recursive: true })
  // Others may pass through to the socket; the password file and the cluster are closed to them.
  await chmod(folder, 0o711)
  const path = join(folder, 'cluster')
  if (!(await exists(path))) await makeCluster(deps, folder, durable)
  await ownedBy(path, deps.user)
  const socketFolder = join(folder, 'socket')
  await mkdir(socketFolder, { recursive: true, mode: 0o700 })
  await ownedBy(socketFolder, deps.user)
  await writeFile(join(path, 'pg_hba.conf'), HOST_RULES)
  await clearStaleLock(path)

  const handle = await open(path, 'r')
  try {
    return { handle, password: await keepPassword(deps, folder, handle) }
  } catch (error) {
    await handle.close()
    throw error
  }
}

async function makeCluster(
  { binaries, user }: { binaries: string; user: SystemUser | undefined },
  folder: string,
  durable: boolean,
): Promise<void> {
  const unfinished = join(folder, 'cluster.new')
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { mode: 0o700 })
  await ownedBy(unfinished, user)
  const handle = await open(unfinished, 'r')
  try {
    // `trust` for this moment only: nothing listens before the host rules are written.
    const flags = ['--username=ringback', '--auth=trust', '--no-instructions', ...LOCALE, ...(durable ? [] : ['--no-sync'])]
    const made = await asPostgres({ binaries, user, handle }, 'initdb', ['-D', DATA_DIRECTORY, ...flags])
    if (made.code !== 0) throw new SetupProblem(explainInitFailure(made.output, folder))
    await singleUser({ binaries, user, handle }, `create database ${DATABASE};\n`)
  } finally {
    await handle.close()
  }
  await rename(unfinished, join(folder, 'cluster'))
}

/** The password is set first and written down last, so that a file always holds a password that works. */
async function keepPassword(deps: { binaries: string; user: SystemUser | undefined }, folder: string, handle: FileHandle): Promise<string> {
  const path = join(folder, 'password')
  if (await exists(path)) return (await readFile(path, 'utf8')).trim()
  const password = randomBytes(24).toString('base64url')
  await singleUser({ ...deps, handle }, `alter role ringback password '${password}';\n`)
  await writeFile(`${path}.new`, `${password}\n`, { mode: 0o600 })
  await rename(`${path}.new`, path)
  return password
}

type Running = { binaries: string; user: SystemUser | undefined; handle: FileHandle }

async function singleUser(running: Running, sql: string): Promise<void> {
  const { code, output } = await asPostgres(running, 'postgres', ['--single', '-D', DATA_DIRECTORY, 'postgres'], sql)
  // Single-user mode ends with 0 after a failed statement too.
  if (code !== 0 || /\b(ERROR|FATAL|PANIC):/.test(output)) throw new Error(`postgres --single failed: ${lastLines(output)}`)
}

function asPostgres({ binaries, user, handle }: Running, program: string, args: readonly string[], input?: string) {
  const extra = { ...(user && { user }), ...(input !== undefined && { input }) }
  return runCommand(join(binaries, 'bin', program), args, { cwd: '/', descriptors: [handle.fd], env: POSTGRES_ENV, ...extra })
}

/** Nothing of the caller's environment: PGDATA, PGPORT or a locale would change what is made. */
export const POSTGRES_ENV = { PATH: '/usr/bin:/bin', LC_ALL: 'C' }

async function ownedBy(path: string, user: SystemUser | undefined): Promise<void> {
  if (!user || (await stat(path)).uid === user.uid) return
  await chown(path, user.uid, user.gid)
  await runCommand('chown', ['-R', `${user.uid}:${user.gid}`, path])
}

function explainInitFailure(output: string, folder: string): string {
  if (/permission denied/i.test(output)) {
    return `The system user ringback cannot reach Postgres in the machine cache: set RINGBACK_CACHE to a folder that every user can enter.`
  }
  if (/no space left/i.test(output)) return `The disk that holds ${folder} is full: free 200 MB and start again.`
  return `The database in ${folder} could not be made: ${lastLines(output, 3)}`
}
