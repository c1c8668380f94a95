/** What happened to each worker of the year, seen from their end of the line, and what ought not to have. */
import type { IncomingCall } from '../phone/index.ts'
import type { Line, Talk, YearWorker } from './plan.ts'

const GAP_MS = 90 * 60_000
const IN_VAIN_A_DAY = 2

export type Ring = { at: Date; line: Line }
export type Life = {
  worker: YearWorker
  rings: Ring[]
  /** The call their phone is in now. */
  call: IncomingCall | undefined
  talks: Talk[]
  /** Conversations an agent has begun with them: one for each ring that was answered. */
  begun: number
  /** They named another time: their slot is that from then on. */
  hasNamedTime: boolean
}

export const newLife = (worker: YearWorker): Life => ({ worker, rings: [], call: undefined, talks: [], begun: 0, hasNamedTime: false })

/** What the phone does this time. */
export const lineOf = ({ worker, rings }: Pick<Life, 'worker' | 'rings'>): Line => worker.lines[rings.length] ?? 'answers'
export const isWaitedFor = ({ rings, begun }: Life): boolean => begun < rings.filter(({ line }) => line === 'answers').length
export const talkOf = ({ worker, talks }: Life): Talk => worker.talks[talks.length] ?? 'complete'

/**
 * Why a ring that comes now should not have come, judged by the wall clock where the worker lives; undefined: it is right.
 * @param now the product's calendar
 */
export function wrongWith(life: Life, now: Date): 'doubled' | 'outside-slot' | 'too-soon' | undefined {
  if (life.call) return 'doubled'
  const { worker, rings } = life
  const { day, time } = wallClock(now, worker.timeZone)
  const isInWindow = worker.from <= time && time < worker.to
  if (rings.length === 0 && !(isInWindow && day === (worker.date ?? worker.firstDay))) return 'outside-slot'
  if (!life.hasNamedTime && !isInWindow) return 'outside-slot'
  return isTooSoon(life, now, day) ? 'too-soon' : undefined
}

function isTooSoon({ worker, rings }: Life, now: Date, day: string): boolean {
  // After a conversation they expect us.
  if (rings.at(-1)?.line === 'answers') return false
  const inVain = rings.filter(({ line }) => line !== 'answers' && line !== 'dead')
  const today = inVain.filter(({ at }) => wallClock(at, worker.timeZone).day === day)
  return today.length >= IN_VAIN_A_DAY || inVain.some(({ at }) => now.getTime() - at.getTime() < GAP_MS)
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** Not by the product's own calendar: that is what is being judged. */
function wallClock(instant: Date, timeZone: string): { day: string; time: string } {
  let format = formats.get(timeZone)
  if (!format) {
    const parts = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const
    formats.set(timeZone, (format = new Intl.DateTimeFormat('sv-SE', { timeZone, hourCycle: 'h23', ...parts })))
  }
  const [day = '', time = ''] = format.format(instant).split(' ')
  return { day, time }
}
