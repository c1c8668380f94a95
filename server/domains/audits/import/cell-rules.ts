/** What a cell of a roster's file means. Cells are text, numbers, dates (as spreadsheets keep them, in UTC) or booleans. */
import { asciiDigits, BadPhone, normalisePhone } from '../../workers/rules.ts'
import { addLocalDays, localDate, type LocalDate, type LocalTime, NotOnCalendar, weekday } from '../../../platform/time/local.ts'

export type Cell = string | number | boolean | Date | null

const YES = ['yes', 'y', 'true', '1', 'x', '✓', '✔', 'نعم', 'হ্যাঁ', 'हाँ', 'हां', 'có', 'evet', '是', 'ஆம்']
const NO = ['no', 'n', 'false', '0', '-', '✗', 'لا', 'না', 'नहीं', 'không', 'hayır', '否', 'இல்லை']
const EVERY_DAY = ['any', 'any day', 'every day', 'daily', 'all', '*']

/** As text, without what surrounds it. Digits of any script are 0 to 9. */
export function textOf(cell: Cell | undefined): string {
  if (cell === null || cell === undefined) return ''
  if (cell instanceof Date) return cell.toISOString().slice(0, 10)
  return asciiDigits(String(cell)).normalize('NFC').trim()
}

/** Whether it could be rung in this country. */
export function isPhone(countryId: string, text: string): boolean {
  try {
    return normalisePhone(countryId, text) !== ''
  } catch (error) {
    if (!(error instanceof BadPhone)) throw error
    return false
  }
}

/** Undefined: neither. An empty cell is no. */
export function yesOrNo(cell: Cell | undefined): boolean | undefined {
  const text = textOf(cell).toLowerCase()
  if (text === '' || NO.includes(text)) return false
  return YES.includes(text) ? true : undefined
}

/** Undefined: no wall time. Takes 18:00, 18.00, 1800, 6 pm, and spreadsheets' own times. */
export function timeOf(cell: Cell | undefined): LocalTime | undefined {
  if (cell instanceof Date) return cell.toISOString().slice(11, 16)
  // A time of day is kept as a part of a day.
  if (typeof cell === 'number' && cell >= 0 && cell < 1) return timeAt(Math.round(cell * 24 * 60))
  const match = /^(\d{1,2})(?:[:.h]?(\d{2}))?(?::\d{2})?\s*([ap]\.?m\.?)?$/i.exec(textOf(cell))
  if (!match) return undefined
  const [hour, minute] = [Number(match[1]), Number(match[2] ?? 0)]
  const half = match[3]?.[0]?.toLowerCase()
  if (half && (hour < 1 || hour > 12)) return undefined
  const hours = half ? (hour % 12) + (half === 'p' ? 12 : 0) : hour
  if (hours === 24 && minute === 0) return '23:59'
  return hours < 24 && minute < 60 ? timeAt(hours * 60 + minute) : undefined
}

export type Days = { date?: LocalDate; weekdays?: number[] }

/** Weekdays by every name that a roster may use, to 1 Monday … 7 Sunday. @param languageCodes besides English and Arabic */
export function weekdayNames(languageCodes: readonly string[]): Map<string, number> {
  const names = new Map<string, number>()
  for (const language of ['en', 'ar', ...languageCodes]) {
    for (const style of ['long', 'short'] as const) {
      const format = new Intl.DateTimeFormat(language, { weekday: style, timeZone: 'UTC' })
      // The first of January 2024 was a Monday.
      for (let day = 1; day <= 7; day++) names.set(format.format(Date.UTC(2024, 0, day)).toLowerCase(), day)
    }
  }
  return names
}

/** Undefined: neither days nor a date. Empty: any day. A date is 2026-12-08, or a spreadsheet's own. */
export function daysOf(cell: Cell | undefined, names: ReadonlyMap<string, number>): Days | undefined {
  if (cell instanceof Date) return { date: localDate(cell, 'UTC') }
  const text = textOf(cell).toLowerCase()
  if (text === '' || EVERY_DAY.includes(text)) return {}
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return isDay(text) ? { date: text } : undefined
  if (names.has(text)) return { weekdays: [names.get(text)!] }
  const days = text.split(/[\s,;/+&،、]+/u).map((part) => names.get(part) ?? (/^[1-7]$/.test(part) ? Number(part) : undefined))
  const known = days.filter((day) => day !== undefined)
  return known.length === days.length ? { weekdays: [...new Set(known)].toSorted() } : undefined
}

function isDay(date: string): boolean {
  try {
    return weekday(addLocalDays(date, 0)) > 0
  } catch (error) {
    if (error instanceof NotOnCalendar) return false
    throw error
  }
}

function timeAt(minutes: number): LocalTime | undefined {
  if (minutes >= 24 * 60) return undefined
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
}
