import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'

export interface FileLock {
  release(): Promise<void>
}

/**
 * Takes an exclusive lock on a file, or returns undefined when another process still holds it after `waitSeconds`.
 * The kernel frees it when this process dies, so a lock can never be left behind.
 *
 * Node has no flock; the `flock` command (util-linux) locks the open file it inherits from us, and the lock stays
 * with that open file after the command has ended.
 */
export async function takeFileLock(path: string, waitSeconds: number): Promise<FileLock | undefined> {
  await mkdir(dirname(path), { recursive: true })
  const file = await open(path, 'a', 0o600)
  const child = spawn('flock', ['--exclusive', '--timeout', String(waitSeconds), '3'], { stdio: ['ignore', 'ignore', 'ignore', file.fd] })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code === 0) return { release: () => file.close() }
  await file.close()
  return undefined
}
