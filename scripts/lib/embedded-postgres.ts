import { open, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { spawnBound, type BoundProcess } from './bound-process.ts'
import { postgresBinaries } from './postgres/binaries.ts'
import { DATABASE, DATA_DIRECTORY, openCluster, POSTGRES_ENV } from './postgres/cluster.ts'
import { postgresUser } from './postgres/system-user.ts'
import { freeTcpPort } from './ports.ts'
import { lastLines } from './run-command.ts'
import { SetupProblem } from './setup-problem.ts'

const READY_SECONDS = 60
const STOP_SECONDS = 20
const MEMORY_SECONDS = 10

export interface EmbeddedPostgresOptions {
  /** Holds `cluster/`, `socket/`, `password` (mode 0600) and `postgres.log`; made when it does not exist. */
  folder: string
  /** TCP port on 127.0.0.1; a free one when not given. */
  port?: number
  /** False leaves out fsync: for tests, whose data may die with the machine (but not with Postgres). */
  durable?: boolean
}

export interface EmbeddedPostgres {
  /** Superuser `ringback` in database `ringback`: over its socket, which costs both sides a fifth less than TCP; loopback takes it too. */
  databaseUrl: string
  port: number
  pid: number
  exited: Promise<number | null>
  /** Lets transactions abort and the cluster close cleanly. */
  stop(): Promise<void>
  /** SIGKILL, as a crash would; what was committed is still there after the next start. */
  kill(): Promise<void>
}

/**
 * Starts the real Postgres 18 that npm brought and resolves when it takes connections.
 *
 * Its programs are run directly rather than through the package's class: that stops every server from exit handlers
 * of its own, before calls are drained, and cannot work from a clone under /root.
 * @throws SetupProblem when another Postgres runs on the folder, or the machine has no room or no access for it
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { folder, durable = true } = options
  const [binaries, user] = await Promise.all([postgresBinaries(), postgresUser()])
  const cluster = await openCluster({ binaries, user }, folder, durable)
  const logPath = join(folder, 'postgres.log')
  const log = await open(logPath, 'a', 0o600)
  try {
    const port = options.port ?? (await freeTcpPort('127.0.0.1'))
    const launch = () =>
      spawnBound({
        command: join(binaries, 'bin', 'postgres'),
        args: ['-D', DATA_DIRECTORY, ...settings(port, durable)],
        // At once and without a checkpoint: nothing may outlive us, and the write-ahead log repairs the rest.
        deathSignal: 'QUIT',
        env: POSTGRES_ENV,
        cwd: '/',
        stdio: ['ignore', log.fd, log.fd, cluster.handle.fd],
        ...(user && { user }),
      })
    const server = await whenMemoryIsFree(folder, launch)
    return {
      databaseUrl: `postgres://ringback:${cluster.password}@${hostOf(folder, port)}:${port}/${DATABASE}`,
      port,
      pid: server.pid,
      exited: server.exited,
      stop: () => server.stop('SIGINT', STOP_SECONDS),
      kill: () => server.stop('SIGKILL', STOP_SECONDS),
    }
  } finally {
    await Promise.all([log.close(), cluster.handle.close()])
  }
}

/** What the kernel takes as a socket's path, its end included, is 108 bytes. */
const LONGEST_SOCKET_PATH = 107

function hostOf(folder: string, port: number): string {
  const sockets = resolve(folder, 'socket')
  const path = join(sockets, `.s.PGSQL.${port}`)
  return Buffer.byteLength(path) <= LONGEST_SOCKET_PATH ? encodeURIComponent(sockets) : '127.0.0.1'
}

/** After a crash the last children of the Postgres before may hold its shared memory for a moment: tried again until they are gone. */
async function whenMemoryIsFree(folder: string, launch: () => Promise<BoundProcess>): Promise<BoundProcess> {
  const deadline = Date.now() + MEMORY_SECONDS * 1000
  for (;;) {
    const server = await launch()
    try {
      await untilReady(server, folder)
      return server
    } catch (error) {
      const isHeld = error instanceof SetupProblem && error.message.includes('shared memory block')
      if (!isHeld || Date.now() > deadline) throw error
      await wait(100)
    }
  }
}

function settings(port: number, durable: boolean): string[] {
  const values = {
    port,
    listen_addresses: '127.0.0.1',
    // Relative to the cluster: a socket's own path may be no longer than 107 bytes.
    unix_socket_directories: '../socket',
    max_connections: 200,
    // A failing statement and its detail can quote a row; the log must not.
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    ...(durable ? {} : { fsync: 'off', full_page_writes: 'off' }),
  }
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

/** Postgres writes its state into its lock file: line 1 the process id, line 8 `ready` once it takes connections. */
async function untilReady(server: BoundProcess, folder: string): Promise<void> {
  let gone = false
  void server.exited.then(() => (gone = true))
  const deadline = Date.now() + READY_SECONDS * 1000
  while (!gone) {
    const lines = (await readIfThere(join(folder, 'cluster', 'postmaster.pid'))).split('\n')
    if (lines[0] === String(server.pid) && lines[7]?.trim() === 'ready') return
    if (Date.now() > deadline) {
      await server.stop('SIGQUIT', 2)
      throw new SetupProblem(`Postgres was not ready after ${READY_SECONDS} s; its log is ${join(folder, 'postgres.log')}.`)
    }
    await wait(10)
  }
  const reason = lastLines(await readIfThere(join(folder, 'postgres.log')), 3)
  throw new SetupProblem(`Postgres ended while starting (log: ${join(folder, 'postgres.log')}): ${reason}`)
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}
