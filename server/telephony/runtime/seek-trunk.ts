/** Finds the trunk a callback goes on over when one failed: the ledger is written before it is dialled, so this waits for the database. */
import type { Log } from '../ari/face.ts'
import { SECOND } from '../../platform/time/duration.ts'
import type { TelephonyServices } from './ports.ts'
import type { SessionDeps } from './session.ts'
import { inTime } from './timers.ts'
import type { WriteBehind } from './write-behind.ts'

type Deps = {
  callbacks: Pick<TelephonyServices['callbacks'], 'nextTrunk'>
  writes: Pick<WriteBehind, 'mode' | 'whenTold'>
  log: Pick<Log, 'info' | 'warn'>
  now: () => Date
}

/** Shorter than the flow waits. The agent is on the phone meanwhile and hears nothing. Real time. */
const ANSWER_WITHIN_MS = 3 * SECOND

/** Never rejects. An answer that comes too late is not used: then the ledger names a trunk that was not dialled, and nobody was rung. */
export function createSeekTrunk({ callbacks, writes, log, now }: Deps): SessionDeps['seekTrunk'] {
  return async (callId, { step, ended }) => {
    const none = { type: 'noTrunk', step } as const
    if (writes.mode === 'journal') return none
    try {
      const found = await inTime(
        ANSWER_WITHIN_MS,
        writes.whenTold(callId).then(() => callbacks.nextTrunk(callId, { at: now(), ended })),
      )
      if (!found) return none
      log.info({ callId, trunkId: found.trunkId }, 'a trunk failed: the call goes on over the next')
      return { type: 'trunkFound', step, ...found }
    } catch (error) {
      log.warn({ callId, err: error }, 'no further trunk could be looked up')
      return none
    }
  }
}
