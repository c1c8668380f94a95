import { constants } from 'node:os'
import { delimiter, dirname } from 'node:path'
import { spawnBound } from './child.js'
import { ROOT } from './paths.js'

// Ctrl-C in a terminal reaches npm and us, and npm passes on what it got: one press may arrive twice within moments.
const SAME_PRESS_MS = 1000
const PARENT_CHECK_MS = 1000

/**
 * Runs a script of the project on the given Node in our place: our signals, our output, our exit code.
 * A second signal, a moment later, is passed on as well: it means hurry.
 * @param {string} node
 * @param {readonly string[]} args
 * @returns {Promise<number>}
 */
export async function runToEnd(node, args) {
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` }
  const child = spawnBound(node, args, { cwd: ROOT, env, stdio: 'inherit' })
  let lastPassedOn = -Infinity
  const passOn = (/** @type {NodeJS.Signals} */ signal) => {
    if (performance.now() - lastPassedOn < SAME_PRESS_MS) return
    lastPassedOn = performance.now()
    child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal)
  }
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, passOn)
  const watch = watchParent(() => passOn('SIGTERM'))
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', (code, signal) => resolve(signal ? 128 + constants.signals[signal] : (code ?? 1)))
    })
  } finally {
    clearInterval(watch)
  }
}

/** An npm that is killed cannot tell us; without it nobody could stop us any more. @param {() => void} onGone */
function watchParent(onGone) {
  if (!process.env.npm_lifecycle_event) return undefined
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    onGone()
  }, PARENT_CHECK_MS)
  return watch
}
