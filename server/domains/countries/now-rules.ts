/** What a caller meets at an instant, and until when. */
import { addLocalDays, type LocalDate, localDate, localTime } from '../../platform/time/local.ts'
import { type CallingHours, closedBecause, contains, openIntervals, sayInstant } from './hours-rules.ts'

export type LineNow =
  /** `until` null: it does not close within the week. */
  | { kind: 'open'; until: Date | null }
  /** `opensAt` null: not within the next months. @property holiday its name when that is why */
  | { kind: 'closed'; because: 'holiday' | 'weekday' | 'hour'; holiday: string | null; opensAt: Date | null }

/** 'agents': put through to one, who waits too long leaves a message. The last two: refused free of charge and called back. */
export type CallersMeet = 'agents' | 'message' | 'closed-message' | 'free-announcement' | 'ring-and-hang-up'

const LOOK_FOR_END_DAYS = 8
const LOOK_FOR_START_DAYS = 120

/** Whether a country's lines are open, until when, and why not. */
export function lineNow(hours: CallingHours, now: Date): LineNow {
  const today = localDate(now, hours.timeZone)
  const current = openIntervals(hours, today).find((interval) => contains(interval, now))
  if (current) return { kind: 'open', until: endOf(hours, current.end) }
  const holiday = hours.holidays.get(today) ?? null
  const because = holiday !== null ? 'holiday' : closedBecause(hours, today) ? 'weekday' : 'hour'
  return { kind: 'closed', because, holiday, opensAt: nextStart(hours, today, now) }
}

export function callersMeet(
  { answeringMode, queueLimitSeconds }: { answeringMode: 'answer' | 'free-announcement' | 'ring-and-hang-up'; queueLimitSeconds: number },
  { kind }: LineNow,
): CallersMeet {
  if (answeringMode !== 'answer') return answeringMode
  if (kind === 'closed') return 'closed-message'
  return queueLimitSeconds > 0 ? 'agents' : 'message'
}

/** "open now, until 18:00 (Asia/Dhaka)", "closed: Victory Day; open again 2026-12-17 09:00 (Asia/Dhaka)". */
export function sayLineNow(line: LineNow, hours: CallingHours, now: Date): string {
  const { timeZone } = hours
  const at = (instant: Date) =>
    localDate(instant, timeZone) === localDate(now, timeZone)
      ? `${localTime(instant, timeZone)} (${timeZone})`
      : sayInstant(instant, timeZone)
  if (line.kind === 'open') return line.until ? `open now, until ${at(line.until)}` : 'open now, around the clock'
  const again = line.opensAt ? `open again ${at(line.opensAt)}` : 'no open day is in sight'
  switch (line.because) {
    case 'holiday':
      return `closed: ${line.holiday}; ${again}`
    case 'weekday':
      return `closed on this weekday; ${again}`
    case 'hour':
      return `closed at this hour; ${again}`
  }
}

/** Where open hours that follow each other without a gap end: those that go past midnight are two intervals. */
function endOf(hours: CallingHours, firstEnd: Date): Date | null {
  let end = firstEnd
  for (let days = 0; days < LOOK_FOR_END_DAYS; days++) {
    const next = openIntervals(hours, localDate(end, hours.timeZone)).find((interval) => contains(interval, end))
    if (!next) return end
    end = next.end
  }
  return null
}

function nextStart(hours: CallingHours, today: LocalDate, now: Date): Date | null {
  for (let days = 0; days < LOOK_FOR_START_DAYS; days++) {
    const next = openIntervals(hours, addLocalDays(today, days)).find(({ start }) => start > now)
    if (next) return next.start
  }
  return null
}
