import pg from 'pg'

type Makers = Record<string, (error: pg.DatabaseError) => Error>

/**
 * Turns the violation of a named constraint into the error it means:
 * `onConstraint(insert, { callback_one_open_per_worker_idx: () => new AlreadyWaiting(workerId) })`.
 * Everything else travels on untouched.
 */
export async function onConstraint<T>(work: Promise<T>, makers: Makers): Promise<T> {
  try {
    return await work
  } catch (error) {
    const make = error instanceof pg.DatabaseError && error.constraint ? makers[error.constraint] : undefined
    throw make ? make(error as pg.DatabaseError) : error
  }
}

// Connection exceptions; no connections, disk or memory left; shutdowns, crashes, "cannot connect now"; a disk that fails;
// a standby that may not write yet. What is told then must be told again, not be let go as refused.
const GONE_SQLSTATE = /^(08|53|57P0|58|25006)/
const GONE_SYSCALL = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])
// What pg itself throws has no code, only these words.
const GONE_TEXT = /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/

/** True when the database is away, so that the same work may succeed later; false when Postgres answered with a refusal. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error instanceof AggregateError) return error.errors.some(isDatabaseAway)
  const { code, syscall } = error as Error & { code?: unknown; syscall?: unknown }
  // Whatever keeps us from connecting: of a Postgres on a socket that is down it is ENOENT.
  if (syscall === 'connect') return true
  if (typeof code === 'string') return GONE_SQLSTATE.test(code) || GONE_SYSCALL.has(code)
  return GONE_TEXT.test(error.message)
}
