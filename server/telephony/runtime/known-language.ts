/** Which language a caller chose before. Asked beside the greeting: an answer that is late counts as none. */
import type { Log } from '../ari/face.ts'
import { SECOND } from '../../platform/time/duration.ts'
import type { TelephonyServices } from './ports.ts'
import type { SessionDeps } from './session.ts'
import { inTime } from './timers.ts'
import type { WriteBehind } from './write-behind.ts'

const ANSWER_WITHIN_MS = 0.3 * SECOND

type Deps = { workers: TelephonyServices['workers']; writes: Pick<WriteBehind, 'mode'>; log: Pick<Log, 'warn'> }

export function createKnownLanguage({ workers, writes, log }: Deps): SessionDeps['knownLanguage'] {
  return async (caller) => {
    // The database is away, or nothing is known of who withholds their number.
    if (writes.mode === 'journal' || !/[0-9]{4}/.test(caller.number)) return null
    try {
      return (await inTime(ANSWER_WITHIN_MS, workers.findLanguageOfNumber(caller))) ?? null
    } catch {
      // What went wrong may name the number.
      log.warn({ countryId: caller.countryId }, 'a caller’s language could not be looked up')
      return null
    }
  }
}
