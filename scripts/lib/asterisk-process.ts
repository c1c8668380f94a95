import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { AsteriskBinary } from '../setup/asterisk-binary.ts'
import { spawnBound, type BoundProcess } from './bound-process.ts'
import { withKnownName } from './own-name.ts'
import { lastLines } from './run-command.ts'
import { SetupProblem } from './setup-problem.ts'

const STOP_SECONDS = 5

export interface AsteriskOptions {
  binary: AsteriskBinary
  /** Holds `asterisk.conf`; what Asterisk prints goes into `console.log` beside it. */
  configFolder: string
  /** Tells whether it takes calls; or ARI's own address, which answers 200 or 401 once ARI is up. Asked every 50 ms. */
  ready: (() => Promise<boolean>) | string
  readySeconds?: number
}

export interface AsteriskProcess {
  pid: number
  exited: Promise<number | null>
  /** SIGTERM: callers get a BYE and recordings are closed; SIGKILL after 5 s. */
  stop(): Promise<void>
  /** SIGKILL, as a crash would. */
  kill(): Promise<void>
}

/**
 * Starts Asterisk in the foreground on a rendered configuration and resolves when `ready` says so.
 * The kernel kills it when this process dies.
 * @throws SetupProblem with Asterisk's last lines when it ends or is not ready in time (default 30 s)
 */
export async function startAsterisk(options: AsteriskOptions): Promise<AsteriskProcess> {
  const { binary, configFolder, readySeconds = 30 } = options
  const consolePath = join(configFolder, 'console.log')
  const console = await open(consolePath, 'w', 0o600)
  try {
    const [command = '', ...args] = [...(await withKnownName()), binary.command, ...binary.leadingArgs]
    const server = await spawnBound({
      command,
      args: [...args, '-f', '-n', '-C', join(configFolder, 'asterisk.conf')],
      deathSignal: 'KILL',
      cwd: '/',
      stdio: ['ignore', console.fd, console.fd],
    })
    await untilReady(server, options.ready, { consolePath, readySeconds })
    return {
      pid: server.pid,
      exited: server.exited,
      stop: () => server.stop('SIGTERM', STOP_SECONDS),
      kill: () => server.stop('SIGKILL', STOP_SECONDS),
    }
  } finally {
    await console.close()
  }
}

async function untilReady(
  server: BoundProcess,
  ready: AsteriskOptions['ready'],
  { consolePath, readySeconds }: { consolePath: string; readySeconds: number },
): Promise<void> {
  const isReady = typeof ready === 'string' ? () => ariAnswers(ready) : ready
  const deadline = Date.now() + readySeconds * 1000
  let gone = false
  void server.exited.then(() => (gone = true))
  while (!gone) {
    if (await isReady()) return
    if (Date.now() > deadline) {
      await server.stop('SIGKILL', STOP_SECONDS)
      throw new SetupProblem(`Asterisk was not ready after ${readySeconds} s; what it printed is in ${consolePath}.`)
    }
    await wait(50)
  }
  const reason = lastLines(await readFile(consolePath, 'utf8'), 3)
  throw new SetupProblem(`Asterisk ended while starting (${consolePath}): ${reason}`)
}

/** 404 means that the web server is up before ARI is, 503 that Asterisk is still booting. */
async function ariAnswers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) })
    await response.body?.cancel()
    return response.status === 200 || response.status === 401
  } catch {
    // Refused, reset or too slow: not up yet, whatever the reason; the deadline ends the wait.
    return false
  }
}
