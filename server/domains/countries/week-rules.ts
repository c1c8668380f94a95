/** A week of opening hours as people write it, and as it is kept: usual hours, and weekdays that differ from them. */
import type { LocalTime } from '../../platform/time/local.ts'
import { type CallingHours, type Period, periodsOf } from './hours-rules.ts'

/** @property weekday ISO, 1 Monday to 7 Sunday @property periods none: closed */
export type WeekdayHours = { weekday: number; periods: Period[] }

const WEEK = [1, 2, 3, 4, 5, 6, 7] as const
const NAMES = ['', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

/** All seven weekdays, Monday first. */
export function weekOf(hours: CallingHours): WeekdayHours[] {
  return WEEK.map((weekday) => ({ weekday, periods: periodsOf(hours, weekday).map((period) => ({ ...period })) }))
}

/** What is wrong with a week, as one sentence; undefined when nothing is. */
export function weekProblem(week: readonly WeekdayHours[]): string | undefined {
  if (new Set(week.map(({ weekday }) => weekday)).size !== WEEK.length) return 'Give the hours of all seven weekdays, each once.'
  for (const { weekday, periods } of week) {
    const name = NAMES[weekday]
    for (const { opensAtLocal, closesAtLocal } of periods)
      if (opensAtLocal >= closesAtLocal) return `${name} closes (${closesAtLocal}) before it opens (${opensAtLocal}).`
    const ordered = inOrder(periods)
    const second = ordered.find(({ opensAtLocal }, index) => index > 0 && opensAtLocal < ordered[index - 1]!.closesAtLocal)
    if (second) return `On ${name} two open times overlap at ${second.opensAtLocal}.`
  }
  if (week.every(({ periods }) => periods.length === 0))
    return 'With no open hour nobody could ever be called back: leave at least one day open.'
  return undefined
}

export type KeptWeek = {
  opensAtLocal: LocalTime
  closesAtLocal: LocalTime
  openWeekdays: number[]
  /** Of the open weekdays that are not simply open from `opensAtLocal` to `closesAtLocal`. */
  periods: ({ weekday: number } & Period)[]
}

/** @param week without a problem */
export function keptWeek(week: readonly WeekdayHours[]): KeptWeek {
  const open = week.filter(({ periods }) => periods.length > 0)
  const all = open.flatMap(({ periods }) => periods)
  const opensAtLocal = all.map((period) => period.opensAtLocal).sort()[0]!
  const closesAtLocal = all
    .map((period) => period.closesAtLocal)
    .sort()
    .at(-1)!
  const isUsual = ([only, ...more]: readonly Period[]) =>
    more.length === 0 && only?.opensAtLocal === opensAtLocal && only.closesAtLocal === closesAtLocal
  const differing = open.filter(({ periods }) => !isUsual(periods))
  return {
    ...{ opensAtLocal, closesAtLocal },
    openWeekdays: open.map(({ weekday }) => weekday).sort(),
    periods: differing.flatMap(({ weekday, periods }) => inOrder(periods).map((period) => ({ weekday, ...period }))),
  }
}

const inOrder = (periods: readonly Period[]) => [...periods].sort((one, other) => (one.opensAtLocal < other.opensAtLocal ? -1 : 1))
