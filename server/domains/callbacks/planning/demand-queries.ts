import { sql } from 'kysely'
import type { Db } from '../../../platform/db/db.ts'
import type { Slot } from '../contract.ts'
import type { Demand } from './feasibility-rules.ts'

/** Of wishes alike one row. @property dueAt the soonest of them */
export type CountryDemand = Demand & { countryId: string }

/** What waits in a country to be called between two instants, by language, wish and time. */
export async function listDemand(db: Db, { countryId, from, until }: { countryId: string; from: Date; until: Date }): Promise<Demand[]> {
  const { rows } = await sql<Demand>`
    select language_code, slot, time_zone, due_at, count(*)::integer as count
    from callback
    where status = 'waiting' and held_reason is null and country_id = ${countryId} and due_at >= ${from} and due_at < ${until}
    group by language_code, slot, time_zone, due_at
  `.execute(db)
  return rows.map((row) => ({ ...row, slot: row.slot as Slot | null }))
}

/** What waits anywhere and comes up before an instant, by country, language and wish. */
export async function listWaitingWishes(db: Db, until: Date): Promise<CountryDemand[]> {
  const { rows } = await sql<CountryDemand>`
    select country_id, language_code, slot, time_zone, min(due_at) as due_at, count(*)::integer as count
    from callback
    where status = 'waiting' and held_reason is null and due_at < ${until}
    group by country_id, language_code, slot, time_zone
  `.execute(db)
  return rows.map((row) => ({ ...row, slot: row.slot as Slot | null }))
}
