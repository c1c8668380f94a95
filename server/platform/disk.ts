import { statfs } from 'node:fs/promises'
import type { PartState } from './http/health.ts'

const MEGABYTE = 1024 * 1024
/** Below this, messages may soon not be kept. */
const LEAST_FREE_MB = 500

/** Room where the spool, the journal and the recordings on their way are written. */
export async function diskReadiness(folder: string): Promise<PartState> {
  const { bavail, bsize } = await statfs(folder)
  const freeMb = Math.floor((bavail * bsize) / MEGABYTE)
  return freeMb >= LEAST_FREE_MB ? { isOk: true } : { isOk: false, detail: `${freeMb} MB left` }
}
