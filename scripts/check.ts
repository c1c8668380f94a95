/** `npm run check [name …]`: layout, lint, types, import rules and generated types, two at a time. */
import { runChecks } from './check/run-checks.ts'
import { report } from './lib/steps.ts'

try {
  const results = await runChecks(process.argv.slice(2))
  process.exitCode = results.every((result) => result.passed) ? 0 : 1
} catch (error) {
  process.exitCode = report(error)
}
