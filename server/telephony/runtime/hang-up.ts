/**
 * The agent presses hang-up in a browser that may speak with another process than the one that runs the call: that one hears of it
 * over the database.
 */
import type { HangUpCall } from '../../domains/callbacks/ports.ts'
import type { Db } from '../../platform/db/db.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { announce } from '../../platform/live/announce.ts'
import type { LiveListener } from '../../platform/live/listener.ts'

/** Announced with the attempt's id. */
const HANG_UP_ORDERED = 'call.hang-up-ordered'

type Options = {
  db: Db
  live: Pick<LiveListener, 'onChange'>
  /** Ends a call of this process; false: it is none. */
  hangUpHere: (attemptId: string) => boolean
}

/** Ends the call in whichever process runs it; nothing happens if it is over already. */
export function createHangUp({ db, live, hangUpHere }: Options): HangUpCall {
  live.onChange(({ topic, id }) => topic === HANG_UP_ORDERED && hangUpHere(id))
  return async (attemptId) => {
    if (!hangUpHere(attemptId)) await inTransaction(db, (tx) => announce(tx, HANG_UP_ORDERED, attemptId))
  }
}
