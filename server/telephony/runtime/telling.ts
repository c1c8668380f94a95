/** One fact told to the database, as often as it makes sense. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Log } from '../ari/face.ts'
import type { Write } from './writes.ts'

export type Telling = {
  perform: (write: Write) => Promise<void>
  /** All of it or nothing, in one transaction. */
  performTogether: (writes: readonly Write[]) => Promise<void>
  isDatabaseAway: (error: unknown) => boolean
  log: Pick<Log, 'error'>
  /** Keeps what the database refused: it is in no table. What told it from disk is not done before this is. */
  onRefused: (write: Write, error: unknown) => Promise<void> | void
  /** A database that says nothing for so long is away. */
  deadlineMs: number
}

/** Thrown for a database that is away: the same fact may be told later. */
export class DatabaseAway extends Error {}

/** Deadlock, serialisation failure, lock not available: the same write may succeed a moment later. */
const TRANSIENT_SQLSTATES = new Set(['40001', '40P01', '55P03'])
const TRANSIENT_TRIES = 3
const TRANSIENT_PAUSE_MS = 50

/**
 * Tells it. What the database itself refuses is put aside: it would be refused for ever, and those behind it wait.
 * @throws DatabaseAway
 */
export async function tell(write: Write, { perform, isDatabaseAway, log, onRefused, deadlineMs }: Telling): Promise<'told' | 'refused'> {
  for (let tries = 1; ; tries++) {
    try {
      await withDeadline(perform(write), deadlineMs)
      return 'told'
    } catch (error) {
      if (error instanceof DatabaseAway) throw error
      if (isDatabaseAway(error)) throw new DatabaseAway('the database is away', { cause: error })
      if (!isTransient(error) || tries === TRANSIENT_TRIES) {
        log.error({ callId: write.callId, write: write.type, err: error }, 'the database refused a fact of a call')
        await onRefused(write, error)
        return 'refused'
      }
      await wait(TRANSIENT_PAUSE_MS * tries)
    }
  }
}

/**
 * Tells all of it, or nothing: false when the database refused any of it. Then each is told by itself, and what is refused is put
 * aside as one.
 * @throws DatabaseAway
 */
export async function tellTogether(
  writes: readonly Write[],
  { performTogether, isDatabaseAway, deadlineMs }: Pick<Telling, 'performTogether' | 'isDatabaseAway' | 'deadlineMs'>,
): Promise<boolean> {
  try {
    await withDeadline(performTogether(writes), deadlineMs)
    return true
  } catch (error) {
    if (error instanceof DatabaseAway) throw error
    if (isDatabaseAway(error)) throw new DatabaseAway('the database is away', { cause: error })
    return false
  }
}

async function withDeadline(work: Promise<void>, ms: number): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new DatabaseAway('the database does not answer')), ms)
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
    // Its own late failure has nobody left to hear it.
    work.catch(() => undefined)
  }
}

const isTransient = (error: unknown) => error instanceof Error && 'code' in error && TRANSIENT_SQLSTATES.has(String(error.code))
