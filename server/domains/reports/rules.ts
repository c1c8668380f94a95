import type { DashboardFigures } from './contract.ts'
import type { CountryFigures } from './queries.ts'

/** Fewer workers reached than this, and a count of grievances could point at one of them. */
export const FEWEST_REACHED_TO_SHOW = 10

/** Adds countries up. */
export function totalOf(countries: readonly CountryFigures[]): CountryFigures {
  const sum = (pick: (figures: CountryFigures) => number) => countries.reduce((total, figures) => total + pick(figures), 0)
  return {
    countryId: '',
    countryName: '',
    callbacks: sum((figures) => figures.callbacks),
    workersReached: sum((figures) => figures.workersReached),
    factories: sum((figures) => figures.factories),
    factoriesReached: sum((figures) => figures.factoriesReached),
    grievances: sum((figures) => figures.grievances),
    violations: sum((figures) => figures.violations),
    underAge: sum((figures) => figures.underAge),
  }
}

/**
 * The countries whose grievance counts a client may see. Each needs at least ten workers reached; and the total minus the shown
 * ones must not speak of fewer either, so the smallest of the others are hidden too until ten were reached in what is hidden.
 */
export function countriesToShow(countries: readonly CountryFigures[]): Set<string> {
  const active = countries.filter((figures) => figures.callbacks > 0 || figures.grievances > 0)
  const hidden = active.filter((figures) => figures.workersReached < FEWEST_REACHED_TO_SHOW)
  const shown = active.filter((figures) => !hidden.includes(figures)).sort((a, b) => b.workersReached - a.workersReached)
  while (hidden.length && shown.length && totalOf(hidden).workersReached < FEWEST_REACHED_TO_SHOW) hidden.push(shown.pop()!)
  return new Set(shown.map((figures) => figures.countryId))
}

/** Counts for the dashboard; `mayShowCases` false leaves grievances, and what they were about, null ("too few to show"). */
export function toDashboardFigures(figures: CountryFigures, mayShowCases: boolean): DashboardFigures {
  const { callbacks, workersReached, factories, factoriesReached, grievances, violations, underAge } = figures
  return {
    callbacks,
    workersReached,
    factories,
    factoriesReached,
    grievances: mayShowCases ? grievances : null,
    violations: mayShowCases ? violations : null,
    underAge: mayShowCases ? underAge : null,
  }
}

/**
 * Up to when a client's figures count: the beginning of this month, UTC. Figures that moved with every call would tell, by
 * their difference, what one worker said.
 */
export function monthBegan(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1))
}
