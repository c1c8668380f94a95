// The one entry of `npm start`, `npm test` and their like. Plain JavaScript without a dependency, because it runs on
// whatever Node the machine has (20 or newer), before anything is installed; then the named script runs on Node 24.
import { announce } from './launch/progress.js'
import { ensureNode } from './launch/node-runtime.js'
import { ensurePackages } from './launch/packages.js'
import { withInstallLock } from './launch/install-lock.js'
import { runToEnd } from './launch/run.js'
import { InstallFailed } from './launch/install-failed.js'

const SCRIPTS = ['start', 'test', 'simulate', 'bench', 'check']

const [name, ...args] = process.argv.slice(2)
if (!name || !SCRIPTS.includes(name)) {
  console.error(`usage: npm run ${SCRIPTS.join('|')} -- [options]`)
  process.exit(2)
}
try {
  const node = await withInstallLock(async () => {
    const runtime = await ensureNode()
    await ensurePackages(runtime)
    return runtime
  })
  process.exitCode = await runToEnd(node, [`scripts/${name}.ts`, ...args])
} catch (error) {
  if (!(error instanceof InstallFailed)) throw error
  announce(error.message)
  process.exitCode = error.exitCode
}
