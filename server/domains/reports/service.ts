import type { Db } from '../../platform/db/db.ts'
import type { Scope } from '../../platform/http/policy.ts'
import type { Clock } from '../../platform/time/clock.ts'
import { addLocalDays } from '../../platform/time/local.ts'
import type { Dashboard } from './contract.ts'
import * as queries from './queries.ts'
import { countriesToShow, monthBegan, toDashboardFigures, totalOf } from './rules.ts'

/**
 * What the programme did, counted anew from the rows. A client sees its own factories up to the last month's end, with small cells suppressed;
 * those who run the hotline see every count of their countries.
 */
export async function getDashboard({ db, clock }: { db: Db; clock: Clock }, reader: Scope): Promise<Dashboard> {
  const isClient = reader.role === 'client'
  const until = isClient ? monthBegan(clock.now()) : null
  const countedUntil = until && addLocalDays(until.toISOString().slice(0, 10), -1)
  // A client user without a client counts nothing, never everything.
  if (isClient && !reader.clientId) return { countedUntil, total: toDashboardFigures(totalOf([]), false), byCountry: [], byMonth: [] }
  const scope = { countryIds: reader.countryIds, clientId: isClient ? reader.clientId : null, until }
  const [countries, byMonth] = await Promise.all([queries.countByCountry(db, scope), queries.countByMonth(db, scope)])
  const shown = isClient ? countriesToShow(countries) : new Set(countries.map(({ countryId }) => countryId))
  return {
    countedUntil,
    total: toDashboardFigures(totalOf(countries), !isClient || shown.size > 0),
    byCountry: countries.map((figures) => ({
      countryId: figures.countryId,
      countryName: figures.countryName,
      figures: toDashboardFigures(figures, shown.has(figures.countryId)),
    })),
    byMonth,
  }
}
