import { appendFile, mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { writeWhole } from '../../platform/write-whole.ts'
import type { Head } from './rules.ts'

export type HeadFile = {
  /** Notes the chain's end: always the newest, and the first of each UTC day for ever. */
  write(head: Head, now: Date): Promise<void>
  /** All ends noted so far. */
  read(): Promise<Head[]>
}

/**
 * Ends of the chain, kept outside the database: who cuts the log's tail off cannot cut it here too. Copy the folder to another
 * machine for the days to count against someone who rules this one.
 * `days.jsonl` grows by a line a day; `newest.json` is replaced, whole or not at all.
 */
export function createHeadFile(folder: string): HeadFile {
  const days = path.join(folder, 'days.jsonl')
  const newest = path.join(folder, 'newest.json')
  let lastDay: string | undefined

  return {
    async write(head, now) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await writeWhole(newest, JSON.stringify(head), 0o600)
      const day = now.toISOString().slice(0, 10)
      if (day === lastDay) return
      // Another process may have noted it.
      if ((await readLines(days)).at(-1)?.day !== day) await appendFile(days, `${JSON.stringify({ day, ...head })}\n`, { mode: 0o600 })
      lastDay = day
    },
    async read() {
      const lines = [...(await readLines(days)), ...(await readLines(newest))]
      return lines.map(({ position, hash }) => ({ position, hash }))
    },
  }
}

async function readLines(file: string): Promise<(Head & { day?: string })[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    // Nothing was noted yet.
    if (error.code === 'ENOENT') return ''
    throw error
  })
  return text
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line) as Head & { day?: string })
}
