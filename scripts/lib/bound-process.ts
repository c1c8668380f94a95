import { spawn, type StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'

export type DeathSignal = 'KILL' | 'QUIT' | 'TERM'

export interface BoundProcessOptions {
  command: string
  args: readonly string[]
  /** Sent by the kernel when this Node process dies, whatever killed it. */
  deathSignal: DeathSignal
  env?: NodeJS.ProcessEnv
  cwd?: string
  stdio?: StdioOptions
  /** Runs as this user (needs root). */
  user?: { uid: number; gid: number }
}

export interface BoundProcess {
  pid: number
  /** What it prints, when `stdio` asks for a pipe. */
  stdout: Readable | null
  /** Exit code, or null when a signal ended it. Never rejects. */
  exited: Promise<number | null>
  signal(name: NodeJS.Signals): void
  /** Sends `first`, then SIGKILL when the process is still there after `graceSeconds`. Resolves when it is gone. */
  stop(first: NodeJS.Signals, graceSeconds: number): Promise<void>
}

// The parent may die before the death signal is armed: then the signal never comes, so the shell compares its parent with ours.
const EXEC_IF_PARENT_LIVES = '[ "$PPID" -eq "$1" ] || exit 1; shift; exec "$@"'

/**
 * Starts a process that cannot outlive this one: the kernel signals it when we are gone, `kill -9` included.
 * It runs in a session of its own, so Ctrl-C reaches only the process that knows the order to stop things in.
 *
 * NOTE: the kernel watches the thread that spawned, so call it from the main thread (vitest: pool `forks`).
 * @throws the spawn error when setpriv (util-linux) is missing
 */
export async function spawnBound(options: BoundProcessOptions): Promise<BoundProcess> {
  const { command, args, deathSignal, user, env = process.env, cwd, stdio = 'ignore' } = options
  // setpriv arms the death signal after it has changed the user; the kernel would forget it the other way round.
  const asUser = user ? [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'] : []
  const guarded = ['sh', '-c', EXEC_IF_PARENT_LIVES, 'bound', String(process.pid), command, ...args]
  const child = spawn('setpriv', ['--pdeathsig', deathSignal, ...asUser, '--', ...guarded], { env, cwd, stdio, detached: true })
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  await once(child, 'spawn')
  if (child.pid === undefined) throw new Error(`${command} was started without a process id`)

  const signal = (name: NodeJS.Signals) => void child.kill(name)
  return {
    pid: child.pid,
    stdout: child.stdout,
    exited,
    signal,
    stop: (first, graceSeconds) => stopProcess({ exited, signal }, first, graceSeconds),
  }
}

async function stopProcess(target: Pick<BoundProcess, 'exited' | 'signal'>, first: NodeJS.Signals, graceSeconds: number): Promise<void> {
  target.signal(first)
  const hurry = setTimeout(() => target.signal('SIGKILL'), graceSeconds * 1000)
  await target.exited
  clearTimeout(hurry)
}
