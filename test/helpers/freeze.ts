import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'

/** SIGSTOP: sockets stay open and nothing answers. Resolves when each thread stands; the signal alone is only on its way. */
export async function freeze(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP')
  while (!(await stands(pid))) await wait(2)
}

export function thaw(pid: number): void {
  process.kill(pid, 'SIGCONT')
}

async function stands(pid: number): Promise<boolean> {
  const threads = await readdir(`/proc/${pid}/task`)
  // A thread may end meanwhile.
  const stats = await Promise.all(threads.map((id) => readFile(`/proc/${pid}/task/${id}/stat`, 'utf8').catch(() => ') T')))
  // The state follows the name, which may hold anything, brackets too.
  return stats.every((stat) => stat.slice(stat.lastIndexOf(')') + 2).startsWith('T'))
}
