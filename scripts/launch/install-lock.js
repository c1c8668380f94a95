import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { InstallFailed } from './install-failed.js'
import { RUNTIME } from './paths.js'

const WAIT_SECONDS = 900

/**
 * Two starts of one clone do not install at the same time: the second waits, then finds everything there. The lock is on
 * an open file that nothing else uses as such, and goes when this process does.
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withInstallLock(work) {
  const flock = ['/usr/bin/flock', '/bin/flock'].find((path) => existsSync(path))
  if (!flock) return work()
  const file = openSync(join(RUNTIME, 'package.json'), 'r')
  try {
    const child = spawn(flock, ['--exclusive', '--timeout', String(WAIT_SECONDS), '3'], { stdio: ['ignore', 'ignore', 'ignore', file] })
    const [code] = await once(child, 'exit')
    if (code !== 0)
      throw new InstallFailed(`Another install of this clone has been running for ${WAIT_SECONDS / 60} minutes; end it and start again.`)
    return await work()
  } finally {
    closeSync(file)
  }
}
