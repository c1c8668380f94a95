import { setTimeout as pause } from 'node:timers/promises'
import type { DbPool } from '../../server/platform/db/db.ts'

const RECORDED_WITHIN_MS = 30_000

/**
 * Waits for the rows of calls that have ended. @returns how many there are
 * @param flows without `fallback`: those that the service has answered, and not the dialplan for want of it
 */
export async function callsRecorded(db: DbPool, expected: number, flows: ('inbound' | 'fallback')[] = ['inbound']): Promise<number> {
  const until = performance.now() + RECORDED_WITHIN_MS
  for (;;) {
    const { count } = await db
      .selectFrom('call')
      .select((eb) => eb.fn.countAll<string>().as('count'))
      .where('flow', 'in', flows)
      .where('status', '=', 'ended')
      .executeTakeFirstOrThrow()
    if (Number(count) >= expected || performance.now() > until) return Number(count)
    await pause(500)
  }
}
