import { Type, type Static } from 'typebox'
import { CalendarDay, CountryId, Nullable } from '../../platform/http/schema.ts'

/** Counts of the programme; null where fewer than ten workers were reached ("too few to show"). */
export const DashboardFigures = Type.Object({
  callbacks: Type.Integer(),
  workersReached: Type.Integer(),
  factories: Type.Integer(),
  factoriesReached: Type.Integer(),
  grievances: Type.Union([Type.Integer(), Type.Null()]),
  violations: Type.Union([Type.Integer(), Type.Null()]),
  /** Of the grievances, those about children working. */
  underAge: Type.Union([Type.Integer(), Type.Null()]),
})
export type DashboardFigures = Static<typeof DashboardFigures>

export const Dashboard = Type.Object({
  /** For clients: the last day that is counted. Their figures change at a month's end alone; null: everything is counted, now. */
  countedUntil: Nullable(CalendarDay),
  total: DashboardFigures,
  byCountry: Type.Array(Type.Object({ countryId: CountryId, countryName: Type.String(), figures: DashboardFigures })),
  byMonth: Type.Array(Type.Object({ month: Type.String(), callbacks: Type.Integer(), reached: Type.Integer() })),
})
export type Dashboard = Static<typeof Dashboard>
