/**
 * `npm test`: installs what the tests need, runs the checks and every tier, and ends with one line over all of them.
 * Arguments go to vitest (`npm test -- --project rules`); then the checks are left to `npm run check`.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runChecks, type CheckResult } from './check/run-checks.ts'
import { buildConsole } from './lib/console-build.ts'
import { announce, report, step } from './lib/steps.ts'
import { ROOTFS_TOOLS, ensureCommands, TEST_TOOLS } from './setup/apt-packages.ts'
import { locateAsterisk, mustBuildAsterisk } from './setup/asterisk.ts'
import { runVitest } from './test/run-vitest.ts'
import { addUp, countChecks, lastLine } from './test/tally.ts'

const ROOT = join(import.meta.dirname, '..')
const args = process.argv.slice(2)
const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort())

const folder = await mkdtemp(join(tmpdir(), 'ringback-tests-'))
try {
  await prepare()
  const checks = countChecks([await consoleCheck(), ...(args.length > 0 ? [] : await runChecks([], stop.signal))])
  const tests = await runVitest({ root: ROOT, args, folder, signal: stop.signal })
  const total = addUp(checks, tests)
  if (tests.passed + tests.failed === 0) announce('no test ran')
  console.log(lastLine(total))
  process.exitCode = total.failed > 0 || tests.passed === 0 || stop.signal.aborted ? 1 : 0
} catch (error) {
  process.exitCode = report(error)
} finally {
  await rm(folder, { recursive: true, force: true })
}

async function prepare(): Promise<void> {
  const progress = { log: announce, signal: stop.signal }
  const tools = (await mustBuildAsterisk('auto')) ? [...ROOTFS_TOOLS, ...TEST_TOOLS] : TEST_TOOLS
  await step('Debian packages', () => ensureCommands(tools, progress), { quiet: true })
  await step('Asterisk', () => locateAsterisk({ mode: 'auto', ...progress }), { quiet: true })
}

/** The browser tier needs the console, the others do not: they run without it, and the failure is counted. */
async function consoleCheck(): Promise<CheckResult> {
  try {
    await step('console', () => buildConsole(ROOT, stop.signal), { quiet: true })
    return { name: 'console', passed: true }
  } catch (error) {
    report(error)
    return { name: 'console', passed: false }
  }
}
