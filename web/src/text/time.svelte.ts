import { consoleLanguage, t } from './text.svelte.ts'

let nowMs = $state(Date.now())

/** Keeps ages ticking while something shows them. @returns how to stop */
export function tick(): () => void {
  const timer = setInterval(() => (nowMs = Date.now()), 1000)
  return () => clearInterval(timer)
}

/** Milliseconds since 1970, now: the console's only look at the browser's clock. */
export function currentMs(): number {
  return Date.now()
}

/** "0:42", or "1:02:05" after an hour: how long ago an instant was. */
export function age(instant: string): string {
  const seconds = Math.max(0, Math.floor((nowMs - Date.parse(instant)) / 1000))
  const parts = [Math.floor((seconds % 3600) / 60), seconds % 60].map((part) => String(part).padStart(2, '0'))
  return seconds >= 3600 ? `${Math.floor(seconds / 3600)}:${parts.join(':')}` : `${Number(parts[0])}:${parts[1]}`
}

/** "2 min", "3 h", "5 d" from now; negative when it is past. */
export function distance(instant: string): string {
  const minutes = Math.round((Date.parse(instant) - nowMs) / 60_000)
  const size = Math.abs(minutes)
  const unit = size < 60 ? 'minute' : size < 48 * 60 ? 'hour' : 'day'
  const amount = unit === 'minute' ? minutes : unit === 'hour' ? Math.round(minutes / 60) : Math.round(minutes / 1440)
  return new Intl.RelativeTimeFormat(consoleLanguage(), { numeric: 'auto', style: 'short' }).format(amount, unit)
}

export function isPast(instant: string): boolean {
  return Date.parse(instant) <= nowMs
}

/** Wall time in a zone, with the zone's short name: "24 Nov, 18:30 (Dhaka)". */
export function wallTime(instant: string, timeZone: string): string {
  const time = new Intl.DateTimeFormat(consoleLanguage(), {
    timeZone,
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    numberingSystem: 'latn',
  }).format(new Date(instant))
  return t('time.inZone', { time, zone: timeZone.split('/').at(-1)!.replaceAll('_', ' ') })
}

export function calendarDay(date: string): string {
  return new Intl.DateTimeFormat(consoleLanguage(), { dateStyle: 'medium', timeZone: 'UTC', numberingSystem: 'latn' }).format(
    new Date(`${date}T00:00:00Z`),
  )
}

/** A language by its English name, for the agent: "Bangla". */
export function languageName(code: string): string {
  return new Intl.DisplayNames([consoleLanguage()], { type: 'language' }).of(code) ?? code
}
