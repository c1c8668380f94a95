import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawnBound } from '../lib/bound-process.ts'
import { lastLines } from '../lib/run-command.ts'
import { SetupProblem } from '../lib/setup-problem.ts'

/** What one SIPp has to do. */
export type SippRun = {
  /** XML. */
  scenario: string
  /** Loopback address to send from. */
  from: string
  target: { host: string; port: number }
  /** Number dialled: SIPp's [service]. */
  dialled: string
  /** One line a call: caller's number, and the text for texts. SIPp's [field0], [field1]. */
  callers: string[][]
  callsPerSecond: number
  /** Longest a call can take; the run is ended that long after the last call began. */
  longestCallSeconds: number
  signal?: AbortSignal
}

/** How it went, from SIPp's own log: calls begun, answered with 200, and messages that the hotline has to keep. */
export type SippResult = { offered: number; answered: number; left: number }

/**
 * Runs SIPp to its end. It cannot outlive this process, and a run that is aborted is killed.
 * @throws SetupProblem when SIPp is missing or refuses to run
 */
export async function runSipp(run: SippRun): Promise<SippResult> {
  const folder = await mkdtemp(join(tmpdir(), 'ringback-sipp-'))
  try {
    await writeFile(join(folder, 'scenario.xml'), run.scenario)
    await writeFile(join(folder, 'callers.csv'), ['SEQUENTIAL', ...run.callers.map((fields) => fields.join(';')), ''].join('\n'))
    const code = await untilEnd(run, folder)
    // 0: all calls as planned; 1: some were not, which the counts tell; 99: none was made.
    if (code !== null && ![0, 1, 99].includes(code)) throw new SetupProblem(`sipp could not run (${code}): ${await reason(folder)}`)
    return await count(folder, run.callers.length)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function untilEnd(run: SippRun, folder: string): Promise<number | null> {
  const sipp = await spawnBound({ command: 'sipp', args: argumentsFor(run), deathSignal: 'KILL', cwd: folder })
  const kill = (): void => sipp.signal('SIGKILL')
  run.signal?.addEventListener('abort', kill, { once: true })
  if (run.signal?.aborted) kill()
  return sipp.exited.finally(() => run.signal?.removeEventListener('abort', kill))
}

function argumentsFor({ from, target, dialled, callers, callsPerSecond, longestCallSeconds }: SippRun): string[] {
  const calls = String(callers.length)
  // A rate of whole calls in a period of milliseconds: the one way to say half a call a second.
  const rate = callsPerSecond >= 10 ? [String(Math.round(callsPerSecond)), '1000'] : ['1', String(Math.round(1000 / callsPerSecond))]
  const seconds = Math.ceil(callers.length / callsPerSecond + longestCallSeconds)
  return [
    `${target.host}:${target.port}`,
    ...['-sf', 'scenario.xml', '-inf', 'callers.csv', '-s', dialled],
    ...['-i', from, '-mi', from, '-ci', '127.0.0.1', '-bind_local'],
    ...['-m', calls, '-l', calls, '-r', rate[0] ?? '1', '-rp', rate[1] ?? '1000'],
    ...[
      '-timeout',
      `${seconds}s`,
      '-nostdin',
      '-trace_logs',
      '-log_file',
      'log',
      '-trace_err',
      '-error_file',
      'errors',
      '-trace_stat',
      '-stf',
      'stat',
    ],
  ]
}

async function count(folder: string, planned: number): Promise<SippResult> {
  const lines = (await textOf(join(folder, 'log'))).split('\n')
  const said = (word: string): number => lines.filter((line) => line.trim() === word).length
  return { offered: (await created(folder)) ?? planned, answered: said('answered'), left: said('left') }
}

/** Calls begun, from the last line of SIPp's statistics; undefined when it was killed before it wrote any. */
async function created(folder: string): Promise<number | undefined> {
  const rows = (await textOf(join(folder, 'stat'))).trim().split('\n')
  const column = rows[0]?.split(';').indexOf('TotalCallCreated') ?? -1
  const value = Number(rows.at(-1)?.split(';')[column])
  return rows.length > 1 && Number.isInteger(value) ? value : undefined
}

async function reason(folder: string): Promise<string> {
  const printed = lastLines(await textOf(join(folder, 'errors')), 2)
  return printed || 'is it installed (apt-get install sip-tester), and may this user open raw sockets?'
}

async function textOf(path: string): Promise<string> {
  return existsSync(path) ? readFile(path, 'utf8') : ''
}
