import { MINUTE, SECOND } from '../../platform/time/duration.ts'
import type { Figures, Held } from './hold-queries.ts'

/** Who is held for the call now, or how things stand without anybody. `place` counts from 1; `waitMinutes` null: not measured. */
export type Sought = { kind: 'found'; agent: Held } | { kind: 'none'; isAnyoneOnDuty: boolean; place: number; waitMinutes: number | null }

/** Fewer conversations than these say nothing about the next. */
const FEWEST_MEASURED = 3

/**
 * What a caller who must wait is told. The wait is that of the place in the line: a conversation's mean length for each who is
 * served before, shared among the agents on duty.
 */
export function soughtFrom({ onDuty, ahead, meanSeconds, measured }: Figures): Sought {
  const place = ahead + 1
  const isMeasured = meanSeconds !== null && measured >= FEWEST_MEASURED && onDuty > 0
  const waitMinutes = isMeasured ? Math.max(1, Math.ceil((place * meanSeconds * SECOND) / onDuty / MINUTE)) : null
  return { kind: 'none', isAnyoneOnDuty: onDuty > 0, place, waitMinutes }
}
