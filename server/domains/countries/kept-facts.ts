/** What is known of all countries, kept in memory under the mark of the tables it was read from. */
import type { Db } from '../../platform/db/db.ts'
import { readMark } from './mark-queries.ts'

/** A process reads from one database; tests in one process from a few. */
const MOST_KEPT = 8

/**
 * Reads only what is not kept under the mark that the tables have for this transaction now. Two that miss at the same time both read.
 * @param read what depends on nothing but the marked tables; nobody may change what it returns
 */
export function keptUnderMark<T>(read: (db: Db) => Promise<T>): (db: Db) => Promise<T> {
  const kept = new Map<string, T>()
  return async (db) => {
    const mark = await readMark(db)
    const known = kept.get(mark)
    if (known !== undefined) return known
    // What is read after its mark may be newer; whoever sees the newer mark reads again.
    const value = await read(db)
    const [oldest] = kept.keys()
    if (kept.size >= MOST_KEPT && oldest !== undefined) kept.delete(oldest)
    kept.set(mark, value)
    return value
  }
}
