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
  }
}

/**
 * The countries whose grievance counts a client may see. Each needs at least ten workers reached; and when exactly one would be
 * hidden, the smallest of the others is hidden too, because the total minus the shown ones would give it away.
 */
export function countriesToShow(countries: readonly CountryFigures[]): Set<string> {
  const active = countries.filter((figures) => figures.callbacks > 0 || figures.grievances > 0)
  const shown = active.filter((figures) => figures.workersReached >= FEWEST_REACHED_TO_SHOW)
  const isOneHidden = active.length - shown.length === 1
  const smallest = isOneHidden ? shown.reduce<CountryFigures | undefined>(fewerReached, undefined) : undefined
  return new Set(shown.filter((figures) => figures !== smallest).map((figures) => figures.countryId))
}

const fewerReached = (least: CountryFigures | undefined, figures: CountryFigures) =>
  !least || figures.workersReached < least.workersReached ? figures : least

/** Counts for the dashboard; `mayShowCases` false leaves grievances and violations null ("too few to show"). */
export function toDashboardFigures(figures: CountryFigures, mayShowCases: boolean): DashboardFigures {
  const { callbacks, workersReached, factories, factoriesReached, grievances, violations } = figures
  return {
    callbacks,
    workersReached,
    factories,
    factoriesReached,
    grievances: mayShowCases ? grievances : null,
    violations: mayShowCases ? violations : null,
  }
}
