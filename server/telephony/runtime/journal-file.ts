/** One append-only file of sealed lines, and beside it how many of them are done. */
import { open as openFile, readFile, rm, stat, type FileHandle } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { open, seal } from '../../platform/crypto/seal.ts'

export type JournalFile = {
  readonly path: string
  /** Resolves once the lines are on the disk. Calls must not overlap. */
  append(lines: readonly string[]): Promise<void>
  /** So many more lines, in order, are done: on the disk when this resolves. */
  markDone(lines: number): Promise<void>
  close(): Promise<void>
  /** Takes it away: the lines first, for what is left must never mark another file's lines as done. */
  remove(): Promise<void>
}

const donePath = (path: string) => `${path}.done`

/** A new file; it appears with the first line. */
export function createJournalFile(path: string, key: Buffer): JournalFile {
  let count = 0
  let lines: FileHandle | undefined
  let done: FileHandle | undefined

  const close = async () => {
    await lines?.close()
    await done?.close()
    lines = done = undefined
  }
  return {
    path,
    append: async (texts) => {
      lines ??= await openAppending(path)
      const sealed = texts.map((text) => `${seal(key, context(path, count++), Buffer.from(text)).toString('base64')}\n`)
      await lines.appendFile(sealed.join(''))
      await lines.sync()
    },
    markDone: async (doneLines) => {
      done ??= await openAppending(donePath(path))
      await done.appendFile('.'.repeat(doneLines))
      await done.sync()
    },
    close,
    remove: async () => {
      await close()
      await rm(path, { force: true })
      await rm(donePath(path), { force: true })
    },
  }
}

/** A line that is not done. `lines` is how many it takes to mark it done: itself, and broken ones before it. */
export type LeftLine = { text: string; lines: number }

/**
 * What an earlier life left. `broken` counts lines that do not open, and a last one without its end: it was being written
 * when the process died.
 */
export async function readJournalFile(path: string, key: Buffer): Promise<{ left: LeftLine[]; broken: number }> {
  const whole = (await readFile(path, 'latin1')).split('\n')
  const tornLines = whole.pop() === '' ? 0 : 1
  const left: LeftLine[] = []
  const texts = whole.map((line, index) => openLine(key, context(path, index), line)).slice(await doneCount(path))
  let lines = 0
  for (const text of texts) {
    lines += 1
    if (text === undefined) continue
    left.push({ text, lines })
    lines = 0
  }
  return { left, broken: texts.length - left.length + tornLines }
}

function openLine(key: Buffer, lineContext: string, line: string): string | undefined {
  try {
    return open(key, lineContext, Buffer.from(line, 'base64')).toString()
  } catch {
    // Damaged on the disk, or sealed with another key: the lines around it must still be told.
    return undefined
  }
}

async function doneCount(path: string): Promise<number> {
  try {
    return (await stat(donePath(path))).size
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0
    throw error
  }
}

/** The directory is synced too: a file whose name is lost is lost. */
async function openAppending(path: string): Promise<FileHandle> {
  const file = await openFile(path, 'a', 0o600)
  const folder = await openFile(dirname(path), 'r')
  await folder.sync().finally(() => folder.close())
  return file
}

const context = (path: string, line: number) => `journal:${basename(path)}:${line}`
