import type { CallbackRow } from '../../../server/domains/callbacks/contract.ts'
import en from './en.json'
import { isolated, t, type TextKey } from './text.svelte.ts'
import { calendarDay, countryName, languageName, regionName, wallClockText, zoneName } from './time.svelte.ts'

export type Said = CallbackRow['whyNowSaid'][number]

/** A sentence of the service as the screen says it. `isOwn`: in the screen's language; else in whatever it was written. */
export type Spoken = { text: string; isOwn: boolean }

/** @param countryId whose country the sentence speaks of, where it names one */
export function speak(said: readonly Said[], countryId?: string | null): Spoken[] {
  return said.map(({ code, params, text }) => {
    const key = `said.${code}`
    if (!(key in en)) return { text, isOwn: false }
    const values = Object.entries(params).map(([name, value]) => [name, shown(name, value, countryId)])
    return { text: t(key as TextKey, Object.fromEntries(values) as Record<string, string>), isOwn: true }
  })
}

/** What a parameter is, its name tells. */
function shown(name: string, value: string, countryId: string | null | undefined): string {
  switch (name) {
    case 'at':
      return wallClockText(value)
    case 'date':
    case 'first':
    case 'last':
    case 'moved':
      return calendarDay(value)
    case 'zone':
      return zoneName(value)
    case 'language':
      return languageName(value)
    case 'outcome':
      return t(`outcome.${value}` as TextKey)
    case 'country':
      return countryId ? countryName({ id: countryId, name: value }) : value
    case 'trunkCountry':
      return regionName(value)
    default:
      return isolated(value)
  }
}
