/** Times a worker who cannot talk now may well name: one of them is a click, any other is typed. */
import { DAY, HOUR, MINUTE } from '../../../platform/time/duration.ts'
import { firstOccurrence, nextOccurrence, type Wish } from './slot-rules.ts'

const QUARTER = 15 * MINUTE

/** Up to four instants in order: in two hours, the next day's first chance, this time tomorrow and the day after; each within their hours. */
export function likelyTimes(wish: Wish, now: Date): Date[] {
  const after = (ms: number) => firstOccurrence(wish, onTheQuarter(now.getTime() + ms))
  const instants = [after(2 * HOUR), nextOccurrence(wish, now), after(DAY), after(2 * DAY)].flatMap((instant) => instant?.getTime() ?? [])
  return [...new Set(instants)].sort((a, b) => a - b).map((ms) => new Date(ms))
}

const onTheQuarter = (ms: number) => new Date(Math.ceil(ms / QUARTER) * QUARTER)
