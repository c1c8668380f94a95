import { statfs } from 'node:fs/promises'
import type { PartState } from './http/health.ts'

const MEGABYTE = 1024 * 1024

/**
 * How full a disk is. `low`: somebody should free room today. `tight`: what is long is soon refused, so that what is short
 * (who called, and which number to call back) can still be written.
 * @property spareBytes what may still be filled with what is long; the rest is kept for what is short
 */
export type Room = { freeBytes: number; spareBytes: number; state: 'ample' | 'low' | 'tight' }

/** At most so much, and on a small disk at most this share of it. */
const LOW = { bytes: 500 * MEGABYTE, share: 0.25 }
const TIGHT = { bytes: 100 * MEGABYTE, share: 0.125 }
const KEPT = { bytes: 50 * MEGABYTE, share: 0.0625 }

/** @param free bytes a process without privileges may still write @param total of the disk */
export function roomOf(free: number, total: number): Room {
  const limit = ({ bytes, share }: typeof LOW) => Math.min(bytes, total * share)
  const state = free < limit(TIGHT) ? 'tight' : free < limit(LOW) ? 'low' : 'ample'
  return { freeBytes: free, spareBytes: Math.max(0, free - limit(KEPT)), state }
}

/** The fullest of the disks these folders are on; a folder that is not there, or on another machine, says nothing. */
export async function roomIn(folders: readonly string[]): Promise<Room> {
  const rooms = await Promise.all(folders.map(roomOfFolder))
  const [fullest = roomOf(Infinity, Infinity)] = rooms.filter((room) => room !== undefined).sort((a, b) => a.spareBytes - b.spareBytes)
  return fullest
}

async function roomOfFolder(folder: string): Promise<Room | undefined> {
  try {
    const { bavail, bsize, blocks } = await statfs(folder)
    return roomOf(bavail * bsize, blocks * bsize)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/**
 * Room where the spool, the journal and the recordings on their way are written. Never a reason not to be ready: calls are taken on
 * a full disk too, and a service that was not let up again for it would make a small trouble a great one.
 */
export async function diskReadiness(folders: readonly string[]): Promise<PartState> {
  const { state, freeBytes } = await roomIn(folders)
  return state === 'ample' ? { isOk: true } : { isOk: true, detail: `${Math.floor(freeBytes / MEGABYTE)} MB left` }
}
