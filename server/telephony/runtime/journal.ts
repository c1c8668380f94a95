/** Writes that wait on disk for the database, sealed (a call's first write may hold a number), told in order, each once. */
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../ari/face.ts'
import { createJournalFile, type JournalFile, readJournalFile } from './journal-file.ts'
import type { Write } from './writes.ts'

export type Journal = {
  /** How many wait. */
  readonly size: number
  has(callId: string): boolean
  /** Takes writes in at once and puts them on the disk as soon as it can; many at a time when they come fast. */
  append(writes: readonly Write[]): void
  /** The oldest that waits. */
  peek(): Write | undefined
  /** The oldest was told; after a crash it is not told again. */
  done(): Promise<void>
  /** Resolves when all that was taken in is on the disk. */
  flush(): Promise<void>
  close(): Promise<void>
}

type Options = { folder: string; instance: string; key: Buffer; log: Pick<Log, 'warn' | 'error'> }
type Waiting = { write: Write; file: JournalFile; lines: number }

/** Opens the journal of an instance, with what an earlier life left in it. @param key 32 bytes */
export async function openJournal({ folder, instance, key, log }: Options): Promise<Journal> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const names = await filesOf(folder, instance)
  const waiting = (await Promise.all(names.map((name) => readLeft(join(folder, name), key, log)))).flat()
  const perCall = countPerCall(waiting)
  let serial = Math.max(0, ...names.map(serialOf))
  let file: JournalFile | undefined
  let unwritten: string[] = []
  let writing: Promise<void> = Promise.resolve()

  const writeOut = async () => {
    const lines = unwritten
    unwritten = []
    try {
      if (lines.length) await file?.append(lines)
    } catch (error) {
      // The disk is full or gone. The writes are still in memory and will be told; only a crash would lose them now.
      log.error({ err: error, writes: lines.length }, 'calls cannot be written to the journal')
    }
  }

  return {
    get size() {
      return waiting.length
    },
    has: (callId) => perCall.has(callId),
    append: (writes) => {
      const into = (file ??= createJournalFile(join(folder, nameOf(instance, ++serial)), key))
      waiting.push(...writes.map((write) => ({ write, file: into, lines: 1 })))
      for (const { callId } of writes) perCall.set(callId, (perCall.get(callId) ?? 0) + 1)
      unwritten.push(...writes.map((write) => JSON.stringify(write)))
      writing = writing.then(writeOut)
    },
    peek: () => waiting[0]?.write,
    done: async () => {
      await writing
      const first = waiting.shift()
      if (!first) return
      countDown(perCall, first.write.callId)
      await first.file.markDone(first.lines)
      if (waiting[0]?.file === first.file) return
      if (file === first.file) file = undefined
      await first.file.remove()
    },
    flush: () => writing,
    close: async () => {
      await writing
      await file?.close()
    },
  }
}

const nameOf = (instance: string, serial: number) => `${instance}-${String(serial).padStart(8, '0')}.journal`
const serialOf = (name: string) => Number(/-(\d{8})\.journal$/.exec(name)?.[1] ?? 0)

/** Oldest first. Marks whose lines were taken away already are removed: their file's name may be used again. */
async function filesOf(folder: string, instance: string): Promise<string[]> {
  const all = (await readdir(folder)).filter((name) => name.startsWith(`${instance}-`) && serialOf(name.replace(/\.done$/, '')) > 0)
  const journals = all.filter((name) => name.endsWith('.journal')).sort()
  const marks = all.filter((name) => name.endsWith('.done') && !journals.includes(name.slice(0, -'.done'.length)))
  await Promise.all(marks.map((name) => rm(join(folder, name), { force: true })))
  return journals
}

async function readLeft(path: string, key: Buffer, log: Options['log']): Promise<Waiting[]> {
  const { left, broken } = await readJournalFile(path, key)
  if (broken) log.error({ broken, left: left.length }, 'lines of the journal cannot be read')
  const file = createJournalFile(path, key)
  if (!left.length) await file.remove()
  // Sealed by us and authenticated: the shape is the one we wrote.
  return left.map(({ text, lines }) => ({ write: JSON.parse(text) as Write, file, lines }))
}

function countPerCall(waiting: readonly Waiting[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { write } of waiting) counts.set(write.callId, (counts.get(write.callId) ?? 0) + 1)
  return counts
}

function countDown(counts: Map<string, number>, callId: string): void {
  const left = (counts.get(callId) ?? 0) - 1
  if (left > 0) counts.set(callId, left)
  else counts.delete(callId)
}
