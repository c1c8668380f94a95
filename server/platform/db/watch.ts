import { sql } from 'kysely'
import { SECOND } from '../time/duration.ts'
import type { Db } from './db.ts'

export type DatabaseWatch = {
  /** Whether the last probe was answered in time. */
  isUp(): boolean
  /** Told of each change; returns how to stop being told. */
  onChange(listener: (isUp: boolean) => void): () => void
  /** Probes now. @returns whether it was answered */
  probe(): Promise<boolean>
  stop(): void
}

type Options = { everyMs?: number; timeoutMs?: number }

/** Asks the database every two seconds whether it is there; readiness and the journal on disk go by it. */
export function watchDatabase(db: Db, { everyMs = 2 * SECOND, timeoutMs = 2 * SECOND }: Options = {}): DatabaseWatch {
  const listeners = new Set<(isUp: boolean) => void>()
  let isUp = false
  let running: Promise<boolean> | undefined

  const probeOnce = async () => {
    const answered = await answersWithin(db, timeoutMs)
    if (answered !== isUp) {
      isUp = answered
      for (const listener of listeners) listener(isUp)
    }
    return answered
  }
  const probe = () => (running ??= probeOnce().finally(() => (running = undefined)))
  const timer = setInterval(() => void probe(), everyMs)

  return {
    isUp: () => isUp,
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    probe,
    stop: () => clearInterval(timer),
  }
}

async function answersWithin(db: Db, timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), timeoutMs)))
  // Any failure of `select 1` means the same: not usable now. What is wrong is said by the requests that fail.
  const answered = sql`select 1`.execute(db).then(
    () => true,
    () => false,
  )
  return Promise.race([answered, late]).finally(() => clearTimeout(timer))
}
