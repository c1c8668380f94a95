import { once } from 'node:events'
import { open, readFile, rename, stat } from 'node:fs/promises'
import http from 'node:http'
import https from 'node:https'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { spawnBound } from '../lib/bound-process.ts'
import { lastLines } from '../lib/run-command.ts'
import { SetupProblem } from '../lib/setup-problem.ts'
import type { Part } from '../lib/supervise.ts'

const READY_SECONDS = 30
// The service waits 120 s for conversations, then still has things to put away; a second signal hurries.
const DRAIN_SECONDS = 140
const LOG_BYTES = 50_000_000

export interface ServiceOptions {
  root: string
  /** Complete: the service reads nothing else. */
  env: NodeJS.ProcessEnv
  /** Such as `http://127.0.0.1:8080`. */
  url: string
  /** Where its JSON lines go; the file before it is kept as `.1`. */
  logPath: string
}

export interface Service extends Part {
  pid: number
  /** Ends the drain: what is still on the phone is left to Asterisk. */
  hurry(): void
}

/**
 * Starts the service and resolves when it can take calls (`GET /ready` answers 200).
 * @throws SetupProblem with its last lines when it ends, or is not ready in time
 */
export async function startService({ root, env, url, logPath }: ServiceOptions): Promise<Service> {
  const log = await openLog(logPath)
  const before = (await log.stat()).size
  try {
    const child = await spawnBound({
      command: process.execPath,
      args: [join(root, 'server', 'main.ts')],
      // With us, Asterisk is gone too: there is no call left to drain.
      deathSignal: 'KILL',
      // Compiled once: a restart takes its callers up again sooner.
      env: { NODE_COMPILE_CACHE: join(dirname(logPath), 'compile-cache'), ...env },
      cwd: root,
      stdio: ['ignore', log.fd, log.fd],
    })
    let gone = false
    void child.exited.then(() => (gone = true))
    const deadline = performance.now() + READY_SECONDS * 1000
    while (!gone && !(await isReady(url))) {
      if (performance.now() > deadline) {
        const missing = await notReady(url)
        await child.stop('SIGKILL', 1)
        throw new SetupProblem(`The service was not ready after ${READY_SECONDS} s (${missing}); its log is ${logPath}.`)
      }
      await wait(50)
    }
    if (gone) throw new SetupProblem(`The service ended while starting (${logPath}): ${await lastWords(logPath, before)}`)
    return {
      pid: child.pid,
      exited: child.exited,
      stop: () => child.stop('SIGTERM', DRAIN_SECONDS),
      hurry: () => child.signal('SIGKILL'),
    }
  } finally {
    await log.close()
  }
}

async function openLog(path: string) {
  try {
    if ((await stat(path)).size > LOG_BYTES) await rename(path, `${path}.1`)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  return open(path, 'a', 0o600)
}

/** What the service printed since then: the line that names an error, when there is one, else the last ones. */
async function lastWords(logPath: string, fromByte: number): Promise<string> {
  const printed = (await readFile(logPath)).subarray(fromByte).toString('utf8')
  return /^.*\w*Error\b.*: .+$/m.exec(printed)?.[0] ?? lastLines(printed, 6)
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await askReady(url)).status === 200
  } catch {
    // Not listening yet, or busy starting: the deadline ends the wait.
    return false
  }
}

/** What /ready says is missing, for the message. */
async function notReady(url: string): Promise<string> {
  try {
    return (await askReady(url)).body.slice(0, 500)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/**
 * Asks our own process on this machine, and sends it nothing: whose certificate it shows is no matter, and the authority that
 * made it is not among those this process knows.
 */
async function askReady(url: string): Promise<{ status: number | undefined; body: string }> {
  const options = { timeout: 2000, rejectUnauthorized: false }
  const request = url.startsWith('https:') ? https.get(`${url}/ready`, options) : http.get(`${url}/ready`, options)
  request.on('timeout', () => request.destroy(new Error('no answer within 2 s')))
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  return { status: response.statusCode, body: await text(response) }
}
