/** What the product holds at the year's end, compared with what was put into it. */
import { sql } from 'kysely'
import type { Dashboard, DashboardFigures } from '../../../server/domains/reports/contract.ts'
import type { DbPool } from '../../../server/platform/db/db.ts'
import type { Life } from './lives.ts'

/** Callbacks as they ended, with their tries: those that reached the carrier, and all. */
export type Ended = { id: string; status: string; lastOutcome: string | null; isHeld: boolean; dialled: number; open: number }

export async function readEnds(db: DbPool, ids: readonly string[]): Promise<Ended[]> {
  const { rows } = await sql<Ended>`
    select callback.id, callback.status, callback.last_outcome, callback.held_reason is not null as is_held,
      (count(attempt.id) filter (where attempt.outcome <> 'agent-failure'))::int as dialled,
      (count(attempt.id) filter (where attempt.ended_at is null))::int as open
    from callback left join attempt on attempt.callback_id = callback.id
    where callback.id = any(${[...ids]}::uuid[])
    group by callback.id`.execute(db)
  return rows
}

/** How many callbacks did not end, were never rung, or have another number of tries in the database than rings at the worker's end. */
export function compareEnds(ends: readonly Ended[], byCallback: ReadonlyMap<string, Life>) {
  const lost = byCallback.size - ends.filter(({ status }) => status === 'done' || status === 'closed').length
  const neverRung = [...byCallback.values()].filter(({ rings }) => rings.length === 0).length
  const miscounted = ends.filter(({ id, dialled }) => dialled !== byCallback.get(id)!.rings.length).length
  return { lost, neverRung, miscounted, held: ends.filter(({ isHeld }) => isHeld).length, open: ends.filter(({ open }) => open > 0).length }
}

/** What the dashboard ought to show of the year, by what the simulated people did. */
export function expectedFigures(
  byCallback: ReadonlyMap<string, Life>,
  factoryOf: ReadonlyMap<Life['worker'], string>,
  more: Pick<DashboardFigures, 'grievances' | 'violations' | 'underAge'>,
): DashboardFigures {
  const lives = [...byCallback.values()]
  const reached = lives.filter(wasReached)
  const factories = (of: Life[]) => new Set(of.map(({ worker }) => factoryOf.get(worker))).size
  return {
    callbacks: lives.length,
    workersReached: reached.length,
    factories: factories(lives),
    factoriesReached: factories(reached),
    ...more,
  }
}

/** There was a conversation, whatever came after it. */
const wasReached = ({ talks }: Life) => talks.some((talk) => talk === 'complete' || talk === 'partial')

/** The figures of what was there before the year. */
export function minus(after: Dashboard['total'], before: Dashboard['total']): DashboardFigures {
  const keys = Object.keys(after) as (keyof DashboardFigures)[]
  return Object.fromEntries(keys.map((key) => [key, (after[key] ?? 0) - (before[key] ?? 0)])) as DashboardFigures
}
