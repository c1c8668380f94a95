import { IntlMessageFormat } from 'intl-messageformat'
import ar from './ar.json'
import en from './en.json'

export type TextKey = keyof typeof en
type Values = Record<string, string | number>

const catalogues = { en, ar } satisfies Record<string, Record<TextKey, string>>
export type ConsoleLanguage = keyof typeof catalogues
export const consoleLanguages: { code: ConsoleLanguage; ownName: string }[] = [
  { code: 'en', ownName: 'English' },
  { code: 'ar', ownName: 'العربية' },
]

const STORAGE_KEY = 'ringback.language'
const formats = new Map<string, IntlMessageFormat>()

let current = $state<ConsoleLanguage>(stored())

function stored(): ConsoleLanguage {
  const code = localStorage.getItem(STORAGE_KEY)
  return code !== null && code in catalogues ? (code as ConsoleLanguage) : 'en'
}

export function consoleLanguage(): ConsoleLanguage {
  return current
}

export function consoleDirection(): 'ltr' | 'rtl' {
  return current === 'ar' ? 'rtl' : 'ltr'
}

/** Set apart, where the console is written from the right, so that brackets and stops around a Latin word stay in their places. */
export function isolated(value: string): string {
  return consoleDirection() === 'rtl' ? `\u2068${value}\u2069` : value
}

/** "Bangla, Hindi", with the comma of the console's language. */
export function listed(parts: readonly string[]): string {
  return parts.join(t('app.comma'))
}

export function chooseConsoleLanguage(code: ConsoleLanguage): void {
  current = code
  localStorage.setItem(STORAGE_KEY, code)
}

/** A text of the console in the language chosen, with its values filled in (ICU message syntax). */
export function t(key: TextKey, values?: Values): string {
  const cacheKey = `${current}:${key}`
  const format = formats.get(cacheKey) ?? new IntlMessageFormat(catalogues[current][key], current)
  formats.set(cacheKey, format)
  return String(format.format(values))
}
