import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { InstallFailed } from './install-failed.js'
import { npmCi } from './npm.js'
import { ROOT, RUNTIME } from './paths.js'
import { showProgress } from './progress.js'

/**
 * Installs the project's packages under the given Node when the lock file is not the one that was installed last.
 * @param {string} node
 * @param {string} [root]
 */
export async function ensurePackages(node, root = ROOT) {
  const lockText = readFileSync(join(root, 'package-lock.json'), 'utf8')
  const wanted = stampOf(lockText, readFileSync(join(RUNTIME, 'package-lock.json'), 'utf8'))
  if (readStamp(root) === wanted) return
  await showProgress('npm packages', () => npmCi({ node, folder: root }))
  const absent = absentOptional(JSON.parse(lockText), root)
  if (absent.length > 0) throw new InstallFailed(`npm could not fetch ${absent.join(', ')}: check the network, then start again.`)
  // Written last: an install that was cut short has none, and is done again.
  writeFileSync(stampPath(root), `${wanted}\n`)
}

/** What was installed: this lock file's contents, under that Node, for this machine. @param {string} lockText @param {string} nodeLockText */
export function stampOf(lockText, nodeLockText) {
  return createHash('sha256').update(lockText).update(nodeLockText).update(process.arch).digest('hex')
}

/** @param {string} root */
export const stampPath = (root) => join(root, 'node_modules', '.ringback-installed')

/** @param {string} root */
function readStamp(root) {
  return existsSync(stampPath(root)) ? readFileSync(stampPath(root), 'utf8').trim() : undefined
}

/**
 * Packages meant for this very machine that are not there: npm counts an optional one it could not fetch as a success.
 * @param {{ packages: Record<string, { optional?: boolean, os?: string | string[], cpu?: string | string[], libc?: string | string[] }> }} lock
 * @param {string} root
 */
export function absentOptional(lock, root) {
  const suits = (/** @type {string | string[] | undefined} */ allowed, /** @type {string} */ have) => [allowed ?? []].flat().includes(have)
  return Object.entries(lock.packages)
    .filter(([, entry]) => entry.optional && suits(entry.os, process.platform) && suits(entry.cpu, process.arch))
    .filter(([, entry]) => entry.libc === undefined || suits(entry.libc, 'glibc'))
    .map(([path]) => path)
    .filter((path) => !existsSync(join(root, path)))
}
