import { existsSync, realpathSync } from 'node:fs'
import { constants } from 'node:os'
import { basename, delimiter, dirname, join } from 'node:path'
import { spawnBound } from './child.js'
import { InstallFailed } from './install-failed.js'

/**
 * Runs `npm ci` in a folder under the given Node, whatever Node npm itself was started by: npm leaves out packages
 * that do not suit the Node it runs on, without a word.
 * @param {{ node: string, folder: string, args?: readonly string[] }} input
 * @throws {InstallFailed} with npm's last lines, or 128 + n as exit code when a signal came
 */
export async function npmCi({ node, folder, args = [] }) {
  // Install scripts are off: nothing we run needs one. What NODE_ENV or npm's settings leave out is put back in.
  const flags = ['--ignore-scripts', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--no-progress', ...args]
  const child = spawnBound(node, [npmCli(), 'ci', ...flags], { cwd: folder, env: npmEnvironment(node), stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const collect = (/** @type {Buffer} */ chunk) => (output += chunk.toString('utf8'))
  child.stdout?.on('data', collect)
  child.stderr?.on('data', collect)

  /** @type {NodeJS.Signals | undefined} */
  let stoppedBy
  const stop = (/** @type {NodeJS.Signals} */ signal) => {
    stoppedBy = signal
    child.kill('SIGTERM')
  }
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])
  for (const signal of signals) process.on(signal, stop)
  try {
    const code = await new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    if (stoppedBy) throw new InstallFailed('Stopped while installing; the next start installs again.', 128 + constants.signals[stoppedBy])
    if (code !== 0) throw new InstallFailed(`npm could not install in ${folder}:\n${output.trim().split('\n').slice(-8).join('\n')}`)
  } finally {
    for (const signal of signals) process.off(signal, stop)
  }
}

/** npm's own program: named by the npm that started us, else the one beside the machine's node. */
function npmCli() {
  const started = process.env.npm_execpath
  if (started && basename(started) === 'npm-cli.js' && existsSync(started)) return started
  const beside = join(dirname(process.execPath), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js')
  const onPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'npm'))
  const found = [beside, ...onPath].find((path) => existsSync(path))
  const real = found && realpathSync(found)
  if (!real || !real.endsWith('.js')) throw new InstallFailed('npm was not found: install it with Node 20 or newer.')
  return real
}

/** What `npm run` tells a script about this project would mislead an npm that installs another folder. @param {string} node */
function npmEnvironment(node) {
  const kept = Object.entries(process.env).filter(([name]) => !/^npm_(lifecycle_|package_|command$|config_local_prefix$)/.test(name))
  return { ...Object.fromEntries(kept), PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` }
}
