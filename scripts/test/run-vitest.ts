import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { spawnBound } from '../lib/bound-process.ts'
import { countTests, type Tally, type VitestReport } from './tally.ts'

const STOP_SECONDS = 30

export interface VitestRun {
  root: string
  args: readonly string[]
  /** Scratch folder for the report. */
  folder: string
  signal: AbortSignal
}

/** Runs vitest once, its output straight to the terminal, and counts what it reports. */
export async function runVitest({ root, args, folder, signal }: VitestRun): Promise<Tally> {
  if (signal.aborted) return countTests(undefined, null)
  const reportPath = join(folder, 'vitest.json')
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const child = await spawnBound({
    command: process.execPath,
    args: [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${reportPath}`, ...args],
    deathSignal: 'TERM',
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const end = () => void child.stop('SIGTERM', STOP_SECONDS)
  signal.addEventListener('abort', end, { once: true })
  try {
    const code = await child.exited
    return countTests(await readReport(reportPath), code)
  } finally {
    signal.removeEventListener('abort', end)
  }
}

async function readReport(path: string): Promise<VitestReport | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as VitestReport
  } catch (error) {
    // Vitest that could not even start wrote none; its exit code is counted.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
