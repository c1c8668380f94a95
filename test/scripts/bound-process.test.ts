import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { expect, it, vi } from 'vitest'
import { spawnBound } from '../../scripts/lib/bound-process.ts'

const library = new URL('../../scripts/lib/bound-process.ts', import.meta.url).href

/** Gone, or only waiting for its parent to look. */
function hasEnded(pid: number): boolean {
  const path = `/proc/${pid}/stat`
  return !existsSync(path) || readFileSync(path, 'utf8').includes(') Z ')
}

it('a bound process dies with its parent, even by kill -9', async () => {
  const code = `
    import { spawnBound } from '${library}'
    const child = await spawnBound({ command: 'sleep', args: ['600'], deathSignal: 'KILL' })
    console.log(child.pid)
    setInterval(() => {}, 1000)`
  const parent = spawn(process.execPath, ['--input-type=module-typescript', '--eval', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string]
  const pid = Number(line)
  expect(hasEnded(pid)).toBe(false)

  parent.kill('SIGKILL')
  await once(parent, 'exit')
  await vi.waitFor(() => expect(hasEnded(pid)).toBe(true), 10_000)
})

it('tells the exit code, and null for a signal', async () => {
  const ends = await spawnBound({ command: 'sh', args: ['-c', 'exit 7'], deathSignal: 'KILL' })
  expect(await ends.exited).toBe(7)
  const sleeps = await spawnBound({ command: 'sleep', args: ['600'], deathSignal: 'KILL' })
  await sleeps.stop('SIGTERM', 10)
  expect(await sleeps.exited).toBeNull()
})

it('a process that ignores SIGTERM is killed when its grace is over', async () => {
  const stubborn = await spawnBound({
    command: 'sh',
    args: ['-c', 'trap "" TERM; echo ready; while :; do sleep 1; done'],
    deathSignal: 'KILL',
  })
  await stubborn.stop('SIGTERM', 0.3)
  expect(await stubborn.exited).toBeNull()
})
