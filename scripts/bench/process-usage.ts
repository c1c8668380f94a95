/** What Linux counts of a process, from /proc. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Linux counts a process' time in hundredths of a second for everybody, whatever its own clock (proc_pid_stat(5), USER_HZ). */
const TICKS_PER_SECOND = 100

/** CPU seconds so far: its own, its children's, and those of children that have ended and were waited for. */
export async function cpuSecondsOfTree(pid: number): Promise<number> {
  const all = await statsOfAll()
  const tree = [...all.values()].filter((stat) => isBelow(stat, pid, all))
  return tree.reduce((sum, { pid: each, ticks, waitedTicks }) => sum + ticks + (each === pid ? waitedTicks : 0), 0) / TICKS_PER_SECOND
}

/** Memory it holds in RAM, bytes. */
export async function residentBytes(pid: number): Promise<number> {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]
  if (kilobytes === undefined) throw new Error(`process ${pid} has no memory any more`)
  return Number(kilobytes) * 1024
}

/** The postmaster on a folder of the embedded Postgres. */
export async function postmasterPid(postgresFolder: string): Promise<number> {
  return Number((await readFile(join(postgresFolder, 'cluster', 'postmaster.pid'), 'utf8')).split('\n')[0])
}

type Stat = { pid: number; parent: number; ticks: number; waitedTicks: number }

async function statsOfAll(): Promise<Map<number, Stat>> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const stats = await Promise.all(pids.map(readStat))
  return new Map(stats.flatMap((stat) => (stat ? [[stat.pid, stat] as const] : [])))
}

async function readStat(pid: number): Promise<Stat | undefined> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8')
    // The name, in brackets, may hold blanks; the fields after it are numbered from 3 in proc_pid_stat(5).
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const field = (number: number) => Number(fields[number - 3])
    return { pid, parent: field(4), ticks: field(14) + field(15), waitedTicks: field(16) + field(17) }
  } catch {
    // It has ended since the folder was listed.
    return undefined
  }
}

function isBelow({ pid, parent }: Stat, root: number, all: ReadonlyMap<number, Stat>): boolean {
  if (pid === root) return true
  const above = all.get(parent)
  return above !== undefined && isBelow(above, root, all)
}
