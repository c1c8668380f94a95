import { randomBytes } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import path from 'node:path'

/**
 * Puts a file in its place whole: whoever reads the old one goes on with it, nobody meets half of the new, and after a power cut
 * it is one of the two. Several processes may write it at once: one of them wins. Makes the folder.
 */
export async function writeWhole(file: string, content: Buffer | string, mode = 0o666): Promise<void> {
  const draft = `${file}.${randomBytes(4).toString('hex')}`
  await mkdir(path.dirname(file), { recursive: true })
  try {
    const handle = await open(draft, 'wx', mode)
    try {
      await handle.writeFile(content)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(draft, file)
  } finally {
    await rm(draft, { force: true })
  }
}
