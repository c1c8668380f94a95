import { join } from 'node:path'
import { runCommand } from '../lib/run-command.ts'
import { SetupProblem } from '../lib/setup-problem.ts'
import { announce, step } from '../lib/steps.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const AT_ONCE = 2

interface Check {
  name: string
  /** A program of node_modules, or a script of ours, and its arguments; run by this Node in the root folder. */
  command: readonly [string, ...string[]]
}

const bin = (name: string) => join('node_modules', '.bin', name)

const checks: readonly Check[] = [
  // The longest first, so that the two lanes end together.
  { name: 'eslint', command: [bin('eslint'), '.', '--max-warnings=0'] },
  { name: 'svelte-check', command: [bin('svelte-check'), '--tsconfig', './web/tsconfig.json', '--fail-on-warnings', '--output', 'human'] },
  { name: 'tsc', command: [bin('tsc'), '--noEmit', '-p', 'tsconfig.json'] },
  { name: 'dependency-cruiser', command: [bin('depcruise'), 'server', 'web/src', 'scripts', 'test', 'asterisk-config'] },
  { name: 'prettier', command: [bin('prettier'), '--check', '--log-level=warn', '.'] },
  { name: 'database-types', command: ['scripts/check/database-types.ts'] },
]

export interface CheckResult {
  name: string
  passed: boolean
}

/**
 * Runs the named checks, or all; prints the output of those that fail.
 * @throws SetupProblem when a name is unknown
 */
export async function runChecks(names: readonly string[] = [], signal?: AbortSignal): Promise<CheckResult[]> {
  const unknown = names.find((name) => !checks.some((check) => check.name === name))
  if (unknown) throw new SetupProblem(`There is no check ${unknown}; there are ${checks.map((check) => check.name).join(', ')}.`)
  const queue = checks.filter((check) => names.length === 0 || names.includes(check.name))
  const results: CheckResult[] = []
  const lane = async () => {
    for (let check = queue.shift(); check && !signal?.aborted; check = queue.shift()) results.push(await runCheck(check, signal))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
  return results
}

async function runCheck({ name, command }: Check, signal: AbortSignal | undefined): Promise<CheckResult> {
  const { code, output } = await step(name, () => runCommand(process.execPath, command, { cwd: ROOT, timeoutSeconds: 600, signal }))
  if (code !== 0) {
    console.log(output.trimEnd())
    announce(`${name} failed`)
  }
  return { name, passed: code === 0 }
}
