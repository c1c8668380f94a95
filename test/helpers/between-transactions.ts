import type { DbPool } from '../../server/platform/db/db.ts'

/** Runs `work` once, after the first transaction has committed and before the second begins. */
export function runBetweenTransactions(db: DbPool, work: () => Promise<void>): DbPool {
  let transactions = 0
  return new Proxy(db, {
    get(target, property, receiver) {
      if (property !== 'transaction') return Reflect.get(target, property, receiver) as unknown
      return () => ({
        execute: async (inside: Parameters<ReturnType<DbPool['transaction']>['execute']>[0]) => {
          transactions += 1
          if (transactions === 2) await work()
          return target.transaction().execute(inside)
        },
      })
    },
  })
}
