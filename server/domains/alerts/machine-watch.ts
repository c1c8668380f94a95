/**
 * Looks after the machine itself: what is wrong with it for long enough becomes an alert, and is resolved when it is well
 * again. Not a job of the heartbeat, for that is one of the things looked at.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { DbPool } from '../../platform/db/db.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import type { PartState } from '../../platform/http/health.ts'
import type { Log } from '../../platform/log.ts'
import { monotonicMs } from '../../platform/time/clock.ts'
import { MINUTE, SECOND } from '../../platform/time/duration.ts'
import type { AlertSeverity } from './contract.ts'
import { raiseAlert, resolveAlert } from './service.ts'

export type MachinePart = {
  kind: string
  subject: string
  severity: AlertSeverity
  /** One sentence, the same each time. */
  message: string
  /** How long it must have been wrong without a break. */
  afterMs: number
  check: () => PartState | Promise<PartState>
}

export type MachineWatch = {
  start(): void
  /** Looks now; what the timer calls. Never rejects. */
  look(): Promise<void>
  stop(): Promise<void>
}

type Seen = { wrongSinceMs: number | undefined; raisedAtMs: number | undefined; isKnownWell: boolean }

const EVERY_MS = 10 * SECOND
/** How often an alert that goes on is raised again: it shows that somebody still looks. */
const RAISED_AGAIN_MS = MINUTE

/** @property nowMs milliseconds that only grow; tests bring their own, so that a minute passes in no time */
type Options = { db: DbPool; parts: readonly MachinePart[]; log: Log; nowMs?: () => number }

export function createMachineWatch({ db, parts, log, nowMs: now = monotonicMs }: Options): MachineWatch {
  const seen = new Map(parts.map((part) => [part, { wrongSinceMs: undefined, raisedAtMs: undefined, isKnownWell: false } as Seen]))
  const stopping = new AbortController()
  let running: Promise<void> = Promise.resolve()

  const lookAt = async (part: MachinePart) => {
    const state = seen.get(part)!
    const isOk = await isWell(part)
    const nowMs = now()
    if (isOk) {
      state.wrongSinceMs = undefined
      // The first look too: an earlier process may have raised it.
      if (!state.isKnownWell) await inTransaction(db, (tx) => resolveAlert(tx, part))
      Object.assign(state, { isKnownWell: true, raisedAtMs: undefined })
      return
    }
    state.wrongSinceMs ??= nowMs
    const isDue = state.raisedAtMs === undefined || nowMs - state.raisedAtMs >= RAISED_AGAIN_MS
    if (nowMs - state.wrongSinceMs < part.afterMs || !isDue) return
    const { kind, subject, severity, message } = part
    await inTransaction(db, (tx) => raiseAlert(tx, { kind, subject, severity, message }))
    Object.assign(state, { isKnownWell: false, raisedAtMs: nowMs })
  }
  const lookOnce = async () => {
    for (const part of parts) {
      try {
        await lookAt(part)
      } catch (error) {
        // Without the database nothing can be written down, and /ready says so; the next look tries again.
        log.warn({ err: error, part: part.kind }, 'the machine could not be looked after')
      }
    }
  }
  const look = () => (running = running.then(lookOnce))

  return {
    look,
    start: () => {
      const loop = async () => {
        while (!stopping.signal.aborted) {
          await look()
          // Woken early by the stop, which the loop sees.
          await sleep(EVERY_MS, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined)
        }
      }
      void loop()
    },
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}

/** A check that fails is as good as a part that is ill. */
async function isWell({ check }: MachinePart): Promise<boolean> {
  try {
    return (await check()).isOk
  } catch {
    return false
  }
}
