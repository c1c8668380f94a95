import { isDatabaseAway } from '../db/errors.ts'
import type { PartState } from '../http/health.ts'
import type { Log } from '../log.ts'
import { monotonicMs } from '../time/clock.ts'
import { MINUTE, SECOND } from '../time/duration.ts'

export type Waker = {
  /** There may be something to do. Cheap: many calls while it works or rests are one. */
  wake(): void
  /** Milliseconds since the work last went through, or since this began. */
  sinceDoneMs(): number
  /** Waits for the work under way; nothing wakes it any more. */
  stop(): Promise<void>
}

type Options = {
  name: string
  /** @returns milliseconds until there may be something to do without anybody saying so; undefined: not known */
  work: () => Promise<number | undefined>
  log: Pick<Log, 'warn'>
  /** Between two rounds: what wakes it comes in bursts. */
  restMs?: number
}

/** Nothing that is waited for is missed for longer than this, whatever went wrong with telling us. */
const LONGEST_MS = 30 * SECOND
const AFTER_FAILURE_MS = 5 * SECOND
const STALE_AFTER_MS = 3 * MINUTE

/**
 * Work that is done when somebody says so, and again when it asked to be: one round at a time, and what is said meanwhile is
 * another one. A round that fails is tried again.
 */
export function createWaker({ name, work, log, restMs = 100 }: Options): Waker {
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined
  let isAskedAgain = false
  let isStopped = false
  let doneMs = monotonicMs()
  let beganMs = -Infinity

  const after = (ms: number) => {
    clearTimeout(timer)
    // A wake that rests must not be put off by a later one.
    timer = setTimeout(begin, Math.max(0, ms))
    timer.unref()
  }
  const round = async () => {
    let nextMs: number
    try {
      nextMs = (await work()) ?? LONGEST_MS
      doneMs = monotonicMs()
    } catch (error) {
      // While the database is away others say so; it wakes us when it is back.
      if (!isDatabaseAway(error)) log.warn({ err: error, work: name }, 'work failed; tried again')
      nextMs = AFTER_FAILURE_MS
    }
    if (!isStopped) after(Math.min(Math.max(nextMs, restMs), LONGEST_MS))
  }
  function begin(): void {
    clearTimeout(timer)
    isAskedAgain = false
    beganMs = monotonicMs()
    running = round().finally(() => {
      running = undefined
      if (isAskedAgain) wake()
    })
  }
  function wake(): void {
    if (isStopped) return
    if (running) isAskedAgain = true
    else after(beganMs + restMs - monotonicMs())
  }
  return {
    wake,
    sinceDoneMs: () => monotonicMs() - doneMs,
    stop: async () => {
      isStopped = true
      isAskedAgain = false
      clearTimeout(timer)
      await running
    },
  }
}

/** Red when the work has not gone through for three minutes. */
export function wakerReadiness(waker: Pick<Waker, 'sinceDoneMs'>): PartState {
  const ms = waker.sinceDoneMs()
  return ms > STALE_AFTER_MS ? { isOk: false, detail: `last done ${Math.round(ms / SECOND)} s ago` } : { isOk: true }
}
