import { readFile, readlink, realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { exists } from '../exists.ts'
import { SetupProblem } from '../setup-problem.ts'

/**
 * Removes a lock file whose Postgres is gone. Postgres does it itself unless the number has been taken by another
 * process of the same user, such as a second product's Postgres after the machine was restarted.
 */
export async function clearStaleLock(cluster: string): Promise<void> {
  const lockFile = join(cluster, 'postmaster.pid')
  // A Postgres whose parent was killed needs a moment to end.
  for (let tries = 0; tries < 50; tries++) {
    const pid = await lockHolder(lockFile)
    if (pid === undefined) return
    if (!(await worksIn(pid, cluster))) return rm(lockFile, { force: true })
    await wait(100)
  }
  throw new SetupProblem(`A Postgres (process ${await lockHolder(lockFile)}) already runs on ${cluster}: stop the Ringback it belongs to.`)
}

async function lockHolder(lockFile: string): Promise<number | undefined> {
  if (!(await exists(lockFile))) return undefined
  const pid = Number.parseInt(await readFile(lockFile, 'utf8'), 10)
  return Number.isInteger(pid) ? pid : 0
}

async function worksIn(pid: number, folder: string): Promise<boolean> {
  try {
    return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(folder))
  } catch (error) {
    // No such process, or one that is not ours to look at: either way not this cluster's.
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return false
    throw error
  }
}
