/**
 * What a case-handler left for one worker, as a file while it is played: of a random name, for our eyes and Asterisk's alone, in no
 * cache, and gone when the caller goes on.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rm, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../ari/face.ts'

type Options = { folder: string; instance: string; log: Pick<Log, 'warn'> }
export type StatusFiles = {
  /** Takes away what an earlier life left. */
  clear(): Promise<void>
  /** @returns the path without `.wav`, as Asterisk names it */
  put(wav: Buffer): Promise<string>
  /** Never rejects. */
  remove(path: string): Promise<void>
}

/** @param options.folder shared by several services: each has a folder of its own in it, and clears no other's */
export function createStatusFiles({ folder, instance, log }: Options): StatusFiles {
  const own = join(folder, instance)
  return {
    clear: async () => {
      await rm(own, { recursive: true, force: true })
      // Up to version 0.3 all of them lay there.
      for (const name of await namesIn(folder)) if (name.endsWith('.wav')) await rm(join(folder, name), { force: true })
      await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
        // Another service has its own in it, or there was none.
        if (error.code !== 'ENOTEMPTY' && error.code !== 'ENOENT') throw error
      })
    },
    put: async (wav) => {
      await mkdir(own, { recursive: true, mode: 0o700 })
      const path = join(own, randomBytes(16).toString('hex'))
      await writeFile(`${path}.wav`, wav, { mode: 0o600, flag: 'wx' })
      return path
    },
    remove: async (path) => {
      try {
        await rm(`${path}.wav`, { force: true })
      } catch (error) {
        log.warn({ err: error }, 'a message to a worker could not be deleted after it was played')
      }
    },
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
