/**
 * What a case-handler left for one worker, as a file while it is played: of a random name, for our eyes and Asterisk's alone, in no
 * cache, and gone when the caller goes on.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../ari/face.ts'

export type StatusFiles = {
  /** Takes away what an earlier life left. */
  clear(): Promise<void>
  /** @returns the path without `.wav`, as Asterisk names it */
  put(wav: Buffer): Promise<string>
  /** Never rejects. */
  remove(path: string): Promise<void>
}

export function createStatusFiles({ folder, log }: { folder: string; log: Pick<Log, 'warn'> }): StatusFiles {
  return {
    clear: () => rm(folder, { recursive: true, force: true }),
    put: async (wav) => {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const path = join(folder, randomBytes(16).toString('hex'))
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
