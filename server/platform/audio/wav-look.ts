import { open, stat } from 'node:fs/promises'
import { HEADER_BYTES, isTelephoneWav } from './telephone-wav.ts'

/** Whether Asterisk could play this file. Reads a file's head once, and again when the file is another: a look costs one `stat`. */
export function createWavLook(): (file: string) => Promise<boolean> {
  const known = new Map<string, { state: string; isGood: boolean }>()
  return async (file) => {
    try {
      const { ino, size, mtimeMs } = await stat(file)
      const state = `${ino} ${size} ${mtimeMs}`
      const seen = known.get(file)
      if (seen?.state === state) return seen.isGood
      const isGood = size > HEADER_BYTES && isTelephoneWav(await headOf(file))
      known.set(file, { state, isGood })
      return isGood
    } catch {
      // Gone, or not ours to read: whichever it is, Asterisk could not play it either.
      return false
    }
  }
}

async function headOf(file: string): Promise<Buffer> {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}
