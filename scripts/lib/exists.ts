import { access } from 'node:fs/promises'

/** Whether something is there under this path; a folder that may not be looked into is an error, not an absence. */
export async function exists(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}
