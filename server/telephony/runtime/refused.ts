/**
 * Facts that the database refused: a bug, or rows that something else changed. Those behind them do not wait; these are kept,
 * sealed, until a person has looked and the cause is mended: each start of the service tells them again.
 */
import { mkdir, readdir, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../ari/face.ts'
import { createJournalFile, type JournalFile, readJournalFile } from './journal-file.ts'
import type { Write } from './writes.ts'

export type RefusedFact = { write: Write; refusedAt: string; reason: string }

/** What may be said of a refusal: never a row's values. */
export function reasonOf(error: unknown): string {
  const { code, constraint } = (typeof error === 'object' && error !== null ? error : {}) as { code?: unknown; constraint?: unknown }
  const named = [code, constraint].filter((each) => typeof each === 'string')
  return named.length ? named.join(' ') : error instanceof Error ? error.name : 'unknown'
}

export type Refused = {
  /** How many are kept. */
  readonly count: number
  /** Resolves when it is on the disk, or the disk has failed too. Never rejects. A saved state is let go: it is no fact, and soon old. */
  keep(fact: RefusedFact): Promise<void>
  /** Tells what an earlier life kept; what is refused again is kept again. Never rejects. @param tell rejects when it cannot be told now */
  retry(tell: (write: Write) => Promise<'told' | 'refused'>): Promise<void>
  close(): Promise<void>
}

type Options = {
  folder: string
  instance: string
  key: Buffer
  log: Pick<Log, 'info' | 'warn' | 'error'>
  onChange: (count: number) => void
}

/** @param options.folder of the journal; these lie in a folder below it @param options.key 32 bytes */
export async function openRefused({ folder, instance, key, log, onChange }: Options): Promise<Refused> {
  const own = refusedFolder(folder)
  const { files: earlier, broken } = await readRefused(folder, instance, key)
  if (broken) log.error({ broken }, 'lines of what was refused earlier cannot be read')
  const serial = 1 + Math.max(0, ...earlier.map(({ name }) => serialOf(name)))
  const file = createJournalFile(join(own, nameOf(instance, serial)), key)
  let count = earlier.reduce((sum, { facts }) => sum + facts.length, 0)
  let writing: Promise<void> = Promise.resolve()

  const append = async (fact: RefusedFact) => {
    try {
      // Made when it is needed: an empty journal's folder is empty.
      await mkdir(own, { recursive: true, mode: 0o700 })
      await file.append([JSON.stringify(fact)])
    } catch (error) {
      log.error({ err: error, callId: fact.write.callId, write: fact.write.type }, 'a refused fact cannot be kept')
    }
  }
  const keep = (fact: RefusedFact) => (writing = writing.then(() => append(fact)))
  const retryFile = async (left: EarlierFile, tell: (write: Write) => Promise<'told' | 'refused'>) => {
    for (const fact of left.facts) {
      if ((await tell(fact.write)) === 'refused') await keep(fact)
      else count -= 1
    }
    // Only now: whoever dies on the way tells some twice, which is safe, and loses none.
    await left.file.remove()
  }

  return {
    get count() {
      return count
    },
    keep: async (fact) => {
      if (fact.write.type === 'flowState') return
      count += 1
      onChange(count)
      await keep(fact)
    },
    retry: async (tell) => {
      const before = count
      try {
        for (let left = earlier[0]; left; left = earlier[0]) {
          await retryFile(left, tell)
          earlier.shift()
        }
        // Only when nothing is kept in it: else it stays.
        if (!count)
          await rmdir(own).catch((error: NodeJS.ErrnoException) => log.info({ code: error.code }, 'the folder of refused facts stays'))
      } catch (error) {
        log.warn({ err: error }, 'facts that were refused earlier wait for the next start')
      }
      if (before) log.info({ told: before - count, left: count }, 'facts that were refused earlier are told again')
      onChange(count)
    },
    close: async () => {
      await writing
      await file.close()
    },
  }
}

type EarlierFile = { name: string; facts: RefusedFact[]; file: JournalFile }

/** What this instance kept, oldest first. */
async function readRefused(folder: string, instance: string, key: Buffer): Promise<{ files: EarlierFile[]; broken: number }> {
  const own = refusedFolder(folder)
  const names = (await namesIn(own)).filter((name) => serialOf(name) > 0)
  const files: EarlierFile[] = []
  let broken = 0
  for (const name of names.filter((each) => each.startsWith(`${instance}-`)).sort()) {
    const path = join(own, name)
    const read = await readJournalFile(path, key)
    broken += read.broken
    // Sealed by us and authenticated: the shape is the one we wrote.
    files.push({ name, facts: read.left.map(({ text }) => JSON.parse(text) as RefusedFact), file: createJournalFile(path, key) })
  }
  return { files, broken }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

const refusedFolder = (folder: string) => join(folder, 'refused')
const nameOf = (instance: string, serial: number) => `${instance}-${String(serial).padStart(8, '0')}.refused`
const serialOf = (name: string) => Number(/-(\d{8})\.refused$/.exec(name)?.[1] ?? 0)
