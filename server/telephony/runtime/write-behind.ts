/**
 * Tells the domains what happened, behind the call's back: a caller never waits for the database.
 *
 *   direct ──database away──▶ journal ──all told──▶ direct
 *
 * direct   each call's writes go to the database in their order, several calls at a time.
 * journal  writes are appended to the journal on disk; the oldest is tried again until the database is back, then all are told.
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { Log } from '../ari/face.ts'
import { SECOND } from '../../platform/time/duration.ts'
import type { Journal } from './journal.ts'
import { within } from './timers.ts'
import type { Write } from './writes.ts'

export type WriteBehind = {
  readonly mode: 'direct' | 'journal'
  readonly counters: { written: number; journaled: number; rejected: number }
  push(write: Write): void
  /** Something about this call has not reached the database yet. */
  isPending(callId: string): boolean
  /** Resolves when nothing waits on disk. */
  whenDirect(): Promise<void>
  /** The database is said to be back: tries at once instead of at the next turn. */
  retryNow(): void
  /** Waits a few seconds for the database to take what is left, puts the rest into the journal, and closes it. */
  stop(): Promise<void>
}

export type WriteBehindOptions = {
  perform: (write: Write) => Promise<void>
  isDatabaseAway: (error: unknown) => boolean
  journal: Journal
  log: Log
  timing?: Partial<WriteTiming>
}

type WriteTiming = {
  /** A database that says nothing for so long is away. */
  deadlineMs: number
  retryEveryMs: number
  /** How long `stop` waits for the database. */
  stopMs: number
}
const DEFAULTS: WriteTiming = { deadlineMs: 8 * SECOND, retryEveryMs: SECOND, stopMs: 5 * SECOND }
/** Connections of the pool that calls may use at once. */
const CALLS_AT_ONCE = 6
/** Deadlock, serialisation failure, lock not available: the same write may succeed a moment later. */
const TRANSIENT_SQLSTATES = new Set(['40001', '40P01', '55P03'])
const TRANSIENT_TRIES = 3
const TRANSIENT_PAUSE_MS = 50

class DatabaseSilent extends Error {}

export function createWriteBehind({ perform, isDatabaseAway, journal, log, timing }: WriteBehindOptions): WriteBehind {
  const { deadlineMs, retryEveryMs, stopMs } = { ...DEFAULTS, ...timing }
  const counters = { written: 0, journaled: 0, rejected: 0 }
  /** Per call, in order; the first is under way. */
  const queues = new Map<string, Write[]>()
  const ready: string[] = []
  const stopping = new AbortController()
  let mode: WriteBehind['mode'] = journal.size ? 'journal' : 'direct'
  let running = 0
  let replaying: Promise<void> | undefined
  let wakeUp = new AbortController()
  let onIdle: (() => void) | undefined

  /** @throws what says that the database is away; any other failure is this write's own and is let go */
  const tell = async (write: Write) => {
    for (let tries = 1; ; tries++) {
      try {
        await withDeadline(perform(write), deadlineMs)
        counters.written += 1
        return
      } catch (error) {
        if (isDatabaseAway(error) || error instanceof DatabaseSilent) throw error
        if (isTransient(error) && tries < TRANSIENT_TRIES) {
          await wait(TRANSIENT_PAUSE_MS * tries)
          continue
        }
        counters.rejected += 1
        log.error({ callId: write.callId, write: write.type, err: error }, 'the database refused a fact of a call')
        return
      }
    }
  }

  const toJournal = (writes: readonly Write[]) => {
    journal.append(writes)
    counters.journaled += writes.length
    replaying ??= replay().finally(() => (replaying = undefined))
  }

  const work = async (callId: string, queue: Write[]) => {
    try {
      for (let write = queue[0]; write && mode === 'direct'; write = queue[0]) {
        await tell(write)
        queue.shift()
      }
    } catch (error) {
      if (mode === 'direct') log.warn({ err: error }, 'the database is away: calls are written to the journal')
      mode = 'journal'
    }
    // After `stop` what is left is in the journal already, and the journal is closed.
    if (stopping.signal.aborted) return
    queues.delete(callId)
    if (queue.length) toJournal(queue)
  }

  const pump = () => {
    while (running < CALLS_AT_ONCE) {
      const callId = ready.shift()
      const queue = callId === undefined ? undefined : queues.get(callId)
      if (callId === undefined || !queue) break
      running += 1
      void work(callId, queue).finally(() => {
        running -= 1
        pump()
      })
    }
    if (!queues.size) onIdle?.()
  }

  /** Until all is told, in the order it was taken in. */
  const replay = async () => {
    while (!stopping.signal.aborted) {
      const write = journal.peek()
      if (!write) {
        // Calls whose write was under way when the database went still have to bring the rest of theirs.
        if (queues.size) await pause(TRANSIENT_PAUSE_MS)
        else break
        continue
      }
      try {
        await tell(write)
        await journal.done()
      } catch (error) {
        if (!isDatabaseAway(error) && !(error instanceof DatabaseSilent)) log.error({ err: error }, 'the journal cannot be read on')
        await pause(retryEveryMs)
      }
    }
    if (stopping.signal.aborted) return
    mode = 'direct'
    log.info({}, 'the database is back: the journal is told')
  }

  const pause = async (ms: number) => {
    wakeUp = new AbortController()
    // Woken early when the database is back or when stopping: the loop sees why.
    await wait(ms, undefined, { signal: AbortSignal.any([wakeUp.signal, stopping.signal]) }).catch(() => undefined)
  }

  if (mode === 'journal') replaying = replay().finally(() => (replaying = undefined))

  return {
    get mode() {
      return mode
    },
    counters,
    push: (write) => {
      const queue = queues.get(write.callId)
      if (queue) return enqueue(queue, write)
      if (mode === 'journal') return toJournal([write])
      queues.set(write.callId, [write])
      ready.push(write.callId)
      // The command that the caller is waiting for leaves first.
      setImmediate(pump)
    },
    isPending: (callId) => queues.has(callId) || journal.has(callId),
    whenDirect: async () => {
      while (mode === 'journal') await (replaying ?? wait(retryEveryMs))
    },
    retryNow: () => wakeUp.abort(),
    stop: async () => {
      if (queues.size) {
        const idle = new Promise<void>((resolve) => (onIdle = resolve))
        await within(stopMs, idle)
      }
      stopping.abort()
      if (replaying) await within(stopMs, replaying)
      const left = [...queues.values()].flat()
      if (left.length) journal.append(left)
      await journal.close()
    },
  }
}

/** Only the newest state matters, unless the older is already on its way. */
function enqueue(queue: Write[], write: Write): void {
  const last = queue.length - 1
  if (write.type === 'flowState' && last > 0 && queue[last]?.type === 'flowState') queue[last] = write
  else queue.push(write)
}

async function withDeadline(work: Promise<void>, ms: number): Promise<void> {
  const timer = new AbortController()
  const late = wait(ms, undefined, { signal: timer.signal }).then(() => {
    throw new DatabaseSilent('the database does not answer')
  })
  try {
    await Promise.race([work, late])
  } finally {
    timer.abort()
    // Rejects because it was aborted; and the work's own late failure has nobody left to hear it.
    late.catch(() => undefined)
    work.catch(() => undefined)
  }
}

const isTransient = (error: unknown) => error instanceof Error && 'code' in error && TRANSIENT_SQLSTATES.has(String(error.code))
