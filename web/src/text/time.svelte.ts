import { consoleLanguage, isolated, listed, t } from './text.svelte.ts'

export const MINUTE_MS = 60_000

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

/** Whole seconds from now to an instant in milliseconds since 1970; 0 when it has passed. */
export function secondsUntil(instantMs: number): number {
  return Math.max(0, Math.ceil((instantMs - nowMs) / 1000))
}

/** "0:42", or "1:02:05" after an hour: how long ago an instant was. */
export function age(instant: string): string {
  const seconds = Math.max(0, Math.floor((nowMs - Date.parse(instant)) / 1000))
  const parts = [Math.floor((seconds % 3600) / 60), seconds % 60].map((part) => String(part).padStart(2, '0'))
  return seconds >= 3600 ? `${Math.floor(seconds / 3600)}:${parts.join(':')}` : `${Number(parts[0])}:${parts[1]}`
}

/** "5 seconds ago", "2 minutes ago": in whole words, for a sentence. */
export function ago(instantMs: number): string {
  const seconds = Math.min(0, Math.round((instantMs - nowMs) / 1000))
  const [amount, unit] = seconds > -60 ? ([seconds, 'second'] as const) : ([Math.round(seconds / 60), 'minute'] as const)
  return new Intl.RelativeTimeFormat(consoleLanguage(), { numeric: 'always' }).format(amount, unit)
}

/** "in 2 min.", "3 hr. ago", "now". */
export function distance(instant: string): string {
  const minutes = Math.round((Date.parse(instant) - nowMs) / 60_000)
  if (minutes === 0) return t('time.now')
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
  return t('time.inZone', { time, zone: zoneName(timeZone) })
}

/** "6 Dec, 09:00" of a wall clock's "2026-12-06 09:00"; the zone is said beside it. */
export function wallClockText(wall: string): string {
  return new Intl.DateTimeFormat(consoleLanguage(), {
    timeZone: 'UTC',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    numberingSystem: 'latn',
  }).format(new Date(`${wall.replace(' ', 'T')}Z`))
}

/** "Nov 24, 2026" of "2026-11-24"; the month always by its name, for which of two numbers it would be differs by country. */
export function calendarDay(date: string): string {
  return dayFormat().format(new Date(`${date}T00:00:00Z`))
}

function dayFormat(): Intl.DateTimeFormat {
  const month = consoleLanguage() === 'en' ? 'short' : 'long'
  const style = { day: 'numeric', month, year: 'numeric', timeZone: 'UTC', numberingSystem: 'latn' } as const
  return new Intl.DateTimeFormat(consoleLanguage(), style)
}

/** "Nov 24 – 26, 2026"; one day when both are the same, or nobody knows the last. */
export function calendarDays(first: string, last: string | undefined): string {
  if (last === undefined || last === first) return calendarDay(first)
  return dayFormat().formatRange(new Date(`${first}T00:00:00Z`), new Date(`${last}T00:00:00Z`))
}

/** "November 2026" of "2026-11". */
export function calendarMonth(month: string): string {
  const style = { month: 'long', year: 'numeric', timeZone: 'UTC', numberingSystem: 'latn' } as const
  return new Intl.DateTimeFormat(consoleLanguage(), style).format(new Date(`${month}-01T00:00:00Z`))
}

/** "2026-11-24T18:30" of an instant on a zone's clocks, as date inputs take it. */
export function wallClock(instantMs: number, timeZone: string): string {
  const shown = new Date(instantMs).toLocaleString('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' })
  return shown.replace(' ', 'T')
}

/** The instant a zone's clocks show `wall` ("2026-11-24T18:30"); in an hour that clocks skip, the one after it. */
export function instantOf(wall: string, timeZone: string): Date {
  const asUtc = Date.parse(`${wall}Z`)
  const offset = (at: number) => Date.parse(`${wallClock(at, timeZone)}Z`) - at
  return new Date(asUtc - offset(asUtc - offset(asUtc)))
}

/** "Sunday" of 7; Monday is 1. */
export function weekdayName(weekday: number): string {
  // The first of January 2024 was a Monday.
  const day = new Date(Date.UTC(2024, 0, weekday))
  return new Intl.DateTimeFormat(consoleLanguage(), { weekday: 'long', timeZone: 'UTC' }).format(day)
}

/** A country in the console's language; in English as the programme itself spells it. */
export function countryName({ id, name }: { id: string; name: string }): string {
  if (consoleLanguage() === 'en') return name
  return regionName(id)
}

/** English names by id, as the programme spells them. */
const spelt: Record<string, string> = $state({})

/** Told once somebody is signed in; until then countries are called what the browser calls them. */
export function spellCountries(countries: readonly { id: string; name: string }[]): void {
  for (const { id, name } of countries) spelt[id] = name
}

/** A country by its id, in the console's language; in English as the programme itself spells it. */
export function regionName(id: string): string {
  if (consoleLanguage() === 'en' && spelt[id]) return spelt[id]
  return new Intl.DisplayNames([consoleLanguage()], { type: 'region' }).of(id) ?? id
}

/** A language by its name in the console's language, for the agent: "Bangla". */
export function languageName(code: string): string {
  return new Intl.DisplayNames([consoleLanguage()], { type: 'language' }).of(code) ?? code
}

type Slot = { date?: string; weekdays?: readonly number[]; startLocal: string; endLocal: string }

/** When a worker wants to be called, on the clocks of a zone said beside it: "Sunday · 18:00–21:00". */
export function slotText({ date, weekdays, startLocal, endLocal }: Slot): string {
  const days = date === undefined ? weekdays && listed(weekdays.map(weekdayName)) : calendarDay(date)
  return [days, `${startLocal}–${endLocal}`].filter(Boolean).join(' · ')
}

/** "Dhaka" of "Asia/Dhaka". */
export const zoneName = (timeZone: string) => isolated(timeZone.split('/').at(-1)!.replaceAll('_', ' '))
