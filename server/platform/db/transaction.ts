import { type Db, type DbPool, errorSinkOf, type Tx } from './db.ts'

type AfterCommit = () => void | Promise<void>
const waiting = new WeakMap<object, AfterCommit[]>()
const lastThings = new WeakMap<object, Map<string, () => Promise<void>>>()

/**
 * Runs `work` in one transaction: commits when it returns, rolls back when it throws. Given an open transaction it joins it,
 * so a service works alone and as part of a higher one.
 */
export async function inTransaction<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  if (db.isTransaction) return work(db as Tx)
  const afterwards: AfterCommit[] = []
  const result = await (db as DbPool).transaction().execute(async (tx) => {
    waiting.set(tx, afterwards)
    const last = new Map<string, () => Promise<void>>()
    lastThings.set(tx, last)
    const done = await work(tx)
    for (const lastWork of last.values()) await lastWork()
    return done
  })
  await runAfterwards(db, afterwards)
  return result
}

/**
 * Does something once the transaction has committed, never if it rolls back; awaited before `inTransaction` returns.
 * A failure is reported to the pool's `onError` and not thrown: the change has happened, and a caller told otherwise would
 * make it twice.
 */
export function afterCommit(tx: Tx, work: AfterCommit): void {
  const list = waiting.get(tx)
  if (!list) throw new Error('afterCommit needs the transaction that inTransaction opened')
  list.push(work)
}

/**
 * Does something inside the transaction as the last thing before its commit; under a name that is taken it is done once.
 * @returns false when `db` is no transaction that `inTransaction` opened: then nothing is done
 */
export function lastInTransaction(db: Db, name: string, work: () => Promise<void>): boolean {
  const last = lastThings.get(db)
  if (last && !last.has(name)) last.set(name, work)
  return last !== undefined
}

async function runAfterwards(db: Db, list: AfterCommit[]): Promise<void> {
  for (const work of list) {
    try {
      await work()
    } catch (error) {
      errorSinkOf(db)(error, 'work after commit failed')
    }
  }
}
