import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { InstallFailed } from './install-failed.js'
import { npmCi } from './npm.js'
import { ROOT, RUNTIME } from './paths.js'
import { announce, showProgress } from './progress.js'

/**
 * Installs the project's packages under the given Node when the lock file is not the one that was installed last.
 * @param {string} node
 * @param {string} [root]
 */
export async function ensurePackages(node, root = ROOT) {
  const lockText = readFileSync(join(root, 'package-lock.json'), 'utf8')
  const wanted = stampOf(lockText, readFileSync(join(RUNTIME, 'package-lock.json'), 'utf8'))
  if (readStamp(root) === wanted) return
  await showProgress('npm packages', () => install(node, root, JSON.parse(lockText)))
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
 * npm may end with 0 and have left packages out: an optional one it could not fetch, or, up to version 10, any of them
 * when the network is slow ("Exit handler never called"). A second try finds in npm's cache what the first one fetched.
 * @param {string} node @param {string} root @param {Lock} lock
 */
async function install(node, root, lock) {
  await npmCi({ node, folder: root })
  if (absentPackages(lock, root).length === 0) return
  announce('npm ended before it had installed everything; trying once more')
  await npmCi({ node, folder: root })
  const absent = absentPackages(lock, root)
  if (absent.length === 0) return
  const some = `${absent.slice(0, 3).join(', ')}${absent.length > 3 ? ` and ${absent.length - 3} more` : ''}`
  throw new InstallFailed(`npm could not fetch ${some}: check the network, then start again.`)
}

/**
 * @typedef {{ optional?: boolean, os?: string | string[], cpu?: string | string[], libc?: string | string[] }} LockEntry
 * @typedef {{ packages: Record<string, LockEntry> }} Lock
 */

// npm writes it when all else is written.
const LAST_WRITTEN = 'node_modules/.package-lock.json'

/**
 * What this machine needs below `root` and is not there.
 * @param {Lock} lock @param {string} root
 */
export function absentPackages(lock, root) {
  const needed = Object.entries(lock.packages).filter(([path, entry]) => path !== '' && (!entry.optional || isForThisMachine(entry)))
  const absent = needed.map(([path]) => path).filter((path) => !existsSync(join(root, path, 'package.json')))
  return existsSync(join(root, LAST_WRITTEN)) ? absent : [...absent, LAST_WRITTEN]
}

/** An optional package that names no machine comes along with one that does: only the latter counts. @param {LockEntry} entry */
function isForThisMachine({ os, cpu, libc }) {
  const includes = (/** @type {string | string[] | undefined} */ allowed, /** @type {string} */ have) =>
    [allowed ?? []].flat().includes(have)
  return includes(os, process.platform) && includes(cpu, process.arch) && (libc === undefined || includes(libc, 'glibc'))
}
