/** Which of a call's waiting writes share a transaction. */
import type { Write } from './writes.ts'

const MOST = 50
/** What touches agents and attempts locks rows that others lock in their own order: each is told alone. */
const TOGETHER: ReadonlySet<Write['type']> = new Set(['arrived', 'step', 'flowState', 'missedCall', 'callBackAsked', 'ended'])

/**
 * The first of the queue and those that go with it, in their order. Left out are states that a later one replaces, or that nobody
 * will read because the call ends with them.
 * @param queue not empty
 * @returns `count`: so many of the queue are told by telling `writes`
 */
export function nextTogether(queue: readonly Write[]): { count: number; writes: readonly Write[] } {
  const alone = queue.findIndex(({ type }) => !TOGETHER.has(type))
  const count = Math.min(MOST, alone < 0 ? queue.length : Math.max(1, alone))
  const all = queue.slice(0, count)
  const hasEnd = all.some(({ type }) => type === 'ended')
  const newest = all.findLast(({ type }) => type === 'flowState')
  return { count, writes: all.filter((write) => write.type !== 'flowState' || (!hasEnd && write === newest)) }
}
