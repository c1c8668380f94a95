import { databaseNow, forgetInstance, noteInstance } from '../db/instances.ts'
import type { Db } from '../db/db.ts'
import type { Log } from '../log.ts'
import { SECOND } from '../time/duration.ts'

export type Alive = {
  /** Says it now, and again every ten seconds. Never rejects. */
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
}

const EVERY_MS = 10 * SECOND

/** Tells the other processes that this one lives, and up to when everything its calls did is in the database. */
export function createAlive({ db, instance, log, hasToldAll }: Options): Alive {
  let timer: NodeJS.Timeout | undefined
  let saying: Promise<void> | undefined

  const sayOnce = async () => {
    try {
      // The time first, then the question: what was still to come is not promised.
      const now = await databaseNow(db)
      await noteInstance(db, instance, hasToldAll() ? now : null)
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
