import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'
import { spawnBound } from '../../scripts/lib/bound-process.ts'
import { type ClaimerLine, type ClaimerTask, writeTask } from './claimer-task.ts'

export type Claimers = {
  /** Callbacks it has ordered calls for, each as often as it did. */
  orders: string[]
  /** Resolves when its standing claimer has claimed. */
  standing: Promise<void>
  kill9(): Promise<void>
}

/** Agents who take callbacks in a Node process of their own, until it is killed; at the test's end at the latest. */
export async function startClaimers(task: ClaimerTask): Promise<Claimers> {
  const child = await spawnBound({
    command: process.execPath,
    args: [join(import.meta.dirname, 'claimer-process.ts')],
    deathSignal: 'KILL',
    env: { PATH: process.env['PATH'], ...writeTask(task) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const orders: string[] = []
  const standing = Promise.withResolvers<void>()
  const lines = createInterface({ input: child.stdout! })
  lines.on('line', (text) => {
    const line = JSON.parse(text) as ClaimerLine
    if (line.kind === 'order') orders.push(line.callbackId)
    else standing.resolve()
  })
  // What it said before it died is read to the end.
  const isRead = new Promise<void>((resolve) => lines.once('close', () => resolve()))
  const kill9 = async () => {
    child.signal('SIGKILL')
    await Promise.all([child.exited, isRead])
  }
  onTestFinished(kill9)
  return { orders, standing: standing.promise, kill9 }
}
