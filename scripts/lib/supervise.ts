import { setTimeout } from 'node:timers/promises'

const LONGEST_WAIT_SECONDS = 30
// Up this long, a part counts as well again, and its next fall is answered at once.
const WELL_SECONDS = 60

export interface Part {
  exited: Promise<number | null>
  stop(): Promise<void>
}

export interface Supervised<T extends Part> {
  /** The running one; the last one while it is being started again. */
  current(): T
  /** No more restarts; the running one is stopped. */
  stop(): Promise<void>
}

export interface SuperviseOptions<T extends Part> {
  name: string
  start: () => Promise<T>
  log: (line: string) => void
  /** Real time; a test brings its own. */
  time?: { nowMs: () => number; wait: (ms: number, signal: AbortSignal) => Promise<void> }
}

const REAL_TIME = {
  nowMs: () => performance.now(),
  wait: (ms: number, signal: AbortSignal) => setTimeout(ms, undefined, { signal }),
}

/**
 * Starts a part and starts it again whenever it ends by itself: after 1 s, then 2, 4 … 30 s while it keeps falling.
 * @throws what the first start throws: a part that never came up is not a part that fell
 */
export async function supervise<T extends Part>({ name, start, log, time = REAL_TIME }: SuperviseOptions<T>): Promise<Supervised<T>> {
  const stopping = new AbortController()
  let current = await start()
  let falls = 0

  const watch = async () => {
    while (!stopping.signal.aborted) {
      const upSince = time.nowMs()
      const code = await current.exited
      if (stopping.signal.aborted) return
      falls = time.nowMs() - upSince > WELL_SECONDS * 1000 ? 0 : falls
      current = await startAgain(`${name} ended (${code === null ? 'by a signal' : `code ${code}`})`)
    }
  }
  const startAgain = async (why: string): Promise<T> => {
    for (let reason = why; !stopping.signal.aborted;) {
      const seconds = Math.min(2 ** falls++, LONGEST_WAIT_SECONDS)
      log(`${reason}; starting it again in ${seconds} s`)
      try {
        await time.wait(seconds * 1000, stopping.signal)
        const next = await start()
        log(`${name} is up again`)
        return next
      } catch (error) {
        reason = `${name} did not start (${error instanceof Error ? error.message : String(error)})`
      }
    }
    return current
  }
  const watching = watch()

  return {
    current: () => current,
    stop: async () => {
      stopping.abort()
      await current.stop()
      await watching
      // A start that was under way has finished meanwhile.
      await current.stop()
    },
  }
}
