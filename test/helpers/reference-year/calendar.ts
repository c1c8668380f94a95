/** The product's calendar through the year: it stands while anything that is due is unfinished, then jumps. */
import { sql } from 'kysely'
import { setTimeout as wait } from 'node:timers/promises'
import type { DbPool } from '../../../server/platform/db/db.ts'
import type { Desk } from './desk.ts'

const LOOK_EVERY_MS = 150
const BLOCKED_AFTER_MS = 3_000
/** Longer than an agent is passed over by a callback they let pass, which is real time. */
const STALLED_AFTER_MS = 330_000
const MINUTE_MS = 60_000

export type Calendar = {
  now: () => Date
  /** Everybody's calendar stands there from now on. */
  jump(to: Date): Promise<void>
  /** The next instant at which something is due and, jumped to, nothing has missed its hours; undefined: nothing is left. */
  next(): Promise<Date | undefined>
  /** Waits until nothing that is due is unfinished. @throws when nothing moves for minutes */
  settled(options: Settling): Promise<Settled>
}
/**
 * @property progress grows while calls are made
 * @property unblock called when things are due and nobody is called: a supervisor looks
 */
export type Settling = { progress: () => number; unblock: () => Promise<void>; signal: AbortSignal }
/** @property tailMs of it, how long the last ones were waited for: nothing more could be begun */
export type Settled = { ms: number; tailMs: number }

export async function openCalendar(db: DbPool, administrator: Desk, start: Date): Promise<Calendar> {
  let now = start
  const jump = async (to: Date) => {
    await administrator.send('PUT', '/api/clock', { now: to.toISOString(), stands: true })
    now = to
  }
  await jump(start)
  return {
    now: () => now,
    jump,
    next: async () => {
      const { rows } = await sql<{ due: Date | null; ends: Date | null }>`
        select min(due_at) as due, min(promise_until) as ends from callback where status = 'waiting' and held_reason is null`.execute(db)
      const { due, ends } = rows[0]!
      if (!due || !ends) return undefined
      // The last minute in which no promise is broken: the fewest stops.
      const last = new Date(ends.getTime() - MINUTE_MS)
      return last > due && last > now ? last : due
    },
    settled: async ({ progress, unblock, signal }) => {
      const beganMs = performance.now()
      let [tailMs, lookedMs, movedMs, seen] = [0, beganMs, beganMs, '']
      for (;;) {
        signal.throwIfAborted()
        const { due, busy } = await unfinished(db, now)
        if (due + busy === 0) return { ms: performance.now() - beganMs, tailMs }
        const nowMs = performance.now()
        if (due === 0) tailMs += nowMs - lookedMs
        lookedMs = nowMs
        const state = `${due} due, ${busy} in calls, ${progress()} rung`
        if (state !== seen) [seen, movedMs] = [state, nowMs]
        if (nowMs - movedMs > STALLED_AFTER_MS) throw new Error(`nothing moves at ${now.toISOString()}: ${state}`)
        if (due > 0 && busy === 0 && nowMs - movedMs > BLOCKED_AFTER_MS) await unblock()
        await wait(LOOK_EVERY_MS)
      }
    },
  }
}

async function unfinished(db: DbPool, now: Date): Promise<{ due: number; busy: number }> {
  const { rows } = await sql<{ due: number; busy: number }>`
    select
      (select count(*)::int from callback where status = 'waiting' and held_reason is null and due_at <= ${now}) as due,
      (select count(*)::int from callback where claim_token is not null) as busy`.execute(db)
  return rows[0]!
}
