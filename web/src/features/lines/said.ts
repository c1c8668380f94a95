import type { LineRow } from '../../api/lines.ts'
import { t } from '../../text/text.svelte.ts'
import { wallTime } from '../../text/time.svelte.ts'

/** "Open now, until 18:00 (Dhaka)", "Closed: Victory Day. Open again 17 Dec, 09:00 (Dhaka)." */
export function sayNow({ state: { now }, timeZone }: Pick<LineRow, 'state' | 'timeZone'>): string {
  if (now.kind === 'open') return now.until ? t('lines.openUntil', { time: wallTime(now.until, timeZone) }) : t('lines.openAlways')
  const because = now.because === 'holiday' ? t('lines.closedHoliday', { name: now.holiday ?? '' }) : t(`lines.closed.${now.because}`)
  const again = now.opensAt ? t('lines.openAgain', { time: wallTime(now.opensAt, timeZone) }) : t('lines.neverOpen')
  return `${because} ${again}`
}

/** What a caller hears and what becomes of the call, in a sentence. */
export function sayMeets({ state: { meets }, queueLimitSeconds, emergencyNumber }: LineRow): string {
  switch (meets) {
    case 'agents':
      return t('lines.meets.agents', { seconds: queueLimitSeconds })
    case 'message':
      return t('lines.meets.message')
    case 'closed-message':
      return emergencyNumber === null ? t('lines.meets.closed') : t('lines.meets.closedEmergency', { number: emergencyNumber })
    case 'free-announcement':
      return t('lines.meets.free')
    case 'ring-and-hang-up':
      return t('lines.meets.ring')
  }
}
