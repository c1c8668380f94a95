/** Whether the worker of an order may still be rung, asked last of all: they may have written meanwhile that they do not want it. */
import { SECOND } from '../../platform/time/duration.ts'
import type { Log } from '../ari/face.ts'
import type { TelephonyServices } from './ports.ts'
import { inTime } from './timers.ts'
import type { WriteBehind } from './write-behind.ts'

const ANSWER_WITHIN_MS = 2 * SECOND

type Deps = { callbacks: Pick<TelephonyServices['callbacks'], 'mayStillRing'>; writes: Pick<WriteBehind, 'mode'>; log: Pick<Log, 'warn'> }
export type MayStillRing = (attemptId: string) => Promise<boolean>

/** While the database is away the order stands: no refusal can have been taken in either. Never rejects. */
export function createLastLook({ callbacks, writes, log }: Deps): MayStillRing {
  return async (attemptId) => {
    if (writes.mode === 'journal') return true
    try {
      return (await inTime(ANSWER_WITHIN_MS, callbacks.mayStillRing(attemptId))) ?? true
    } catch (error) {
      log.warn({ callId: attemptId, err: error }, 'whether the worker may still be rung could not be looked up')
      return true
    }
  }
}
