import { databaseNow, forgetInstance, noteInstance } from '../db/instances.ts'
import type { Db } from '../db/db.ts'
import type { Log } from '../log.ts'
import { monotonicMs } from '../time/clock.ts'
import { SECOND } from '../time/duration.ts'

export type Alive = {
  /** Says it now, and again every three seconds. Never rejects. */
  start(): Promise<void>
  /** Says goodbye when all is told: then nobody waits for what might be on this disk. */
  stop(): Promise<void>
}

type Options = {
  db: Db
  instance: string
  log: Pick<Log, 'warn'>
  /** Nothing that happened waits on disk for the database. */
  hasToldAll: () => boolean
  /** It said so too late: another process took it for dead, and its calls over. */
  onTakenOver?: () => void
  /** It has said so without a gap for a while: one who was heard for so long may judge who was not. */
  onSteady?: () => void
}

const EVERY_MS = 3 * SECOND
/** As long as others may be silent before they are looked at, and once more: after a fault of the database all begin anew. */
const STEADY_AFTER_MS = 10 * SECOND

/** Tells the other processes that this one lives, and up to when everything its calls did is in the database. */
export function createAlive({ db, instance, log, hasToldAll, onTakenOver, onSteady }: Options): Alive {
  let timer: NodeJS.Timeout | undefined
  let saying: Promise<void> | undefined
  let saidMs: number | undefined
  let steadySinceMs = 0

  const noteSaid = () => {
    const nowMs = monotonicMs()
    if (saidMs === undefined || nowMs - saidMs > 3 * EVERY_MS) steadySinceMs = nowMs
    saidMs = nowMs
    return nowMs - steadySinceMs >= STEADY_AFTER_MS
  }
  const sayOnce = async () => {
    try {
      // The time first, then the question: what was still to come is not promised.
      const now = await databaseNow(db)
      const { wasTakenOver } = await noteInstance(db, instance, hasToldAll() ? now : null)
      if (wasTakenOver) onTakenOver?.()
      if (noteSaid()) onSteady?.()
    } catch (err) {
      log.warn({ err }, 'the others could not be told that this process lives')
    }
  }
  const say = () => (saying ??= sayOnce().finally(() => (saying = undefined)))

  return {
    async start() {
      timer = setInterval(() => void say(), EVERY_MS)
      await say()
    },
    async stop() {
      clearInterval(timer)
      await saying
      if (hasToldAll())
        await forgetInstance(db, instance).catch((err: unknown) => log.warn({ err }, 'the others wait a while for this process'))
    },
  }
}
