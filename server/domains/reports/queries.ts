import { sql } from 'kysely'
import type { Db } from '../../platform/db/db.ts'
import { wasReached } from '../callbacks/service.ts'

export type CountryFigures = {
  countryId: string
  countryName: string
  callbacks: number
  workersReached: number
  factories: number
  factoriesReached: number
  grievances: number
  violations: number
  /** Of the grievances, those of the category child-labour. */
  underAge: number
}

/** Which rows a reader's dashboard counts: their countries, and for a client's reader only that client's factories. */
export type ReportScope = {
  countryIds: readonly string[]
  clientId: string | null
  /** What fell due, was reached, opened or found from then on is not counted; null: everything is. */
  until: Date | null
}

/**
 * One row per country of the scope, in one pass over callbacks and one over cases.
 * A worker is reached when a conversation took place (outcome complete or partial); a client sees callbacks of its audits only.
 */
export async function countByCountry(db: Db, { countryIds, clientId, until }: ReportScope): Promise<CountryFigures[]> {
  const { rows } = await sql<CountryFigures>`
    with audited as (
      select audit.id, audit.factory_id
      from audit join factory on factory.id = audit.factory_id
      where (${clientId}::uuid is null or factory.client_id = ${clientId}::uuid)
        and (${until}::timestamptz is null or audit.audit_date < (${until}::timestamptz at time zone 'UTC')::date)
    ), called as (
      select callback.country_id, callback.worker_id, audited.factory_id, callback.id,
        ${wasReached(until)} as reached
      from callback left join audited on audited.id = callback.audit_id
      where (${clientId}::uuid is null or audited.id is not null)
        and (${until}::timestamptz is null or callback.due_at < ${until})
    ), per_country as (
      select country_id,
        count(*)::int as callbacks,
        (count(distinct worker_id) filter (where reached))::int as workers_reached,
        (count(distinct factory_id) filter (where reached))::int as factories_reached
      from called group by country_id
    ), grieved as (
      select grievance.country_id,
        count(*)::int as grievances,
        (count(*) filter (where grievance.finding = 'violation' and (${until}::timestamptz is null or grievance.finding_at < ${until})))::int as violations,
        (count(*) filter (where grievance.category = 'child-labour'))::int as under_age
      from grievance_case grievance left join factory on factory.id = grievance.factory_id
      where (${clientId}::uuid is null or factory.client_id = ${clientId}::uuid)
        and (${until}::timestamptz is null or grievance.created_at < ${until})
      group by grievance.country_id
    ), sites as (
      select factory.country_id, count(distinct factory.id)::int as factories
      from factory join audited on audited.factory_id = factory.id
      group by factory.country_id
    )
    select country.id as "countryId", country.name as "countryName",
      coalesce(per_country.callbacks, 0) as callbacks,
      coalesce(per_country.workers_reached, 0) as "workersReached",
      coalesce(sites.factories, 0) as factories,
      coalesce(per_country.factories_reached, 0) as "factoriesReached",
      coalesce(grieved.grievances, 0) as grievances,
      coalesce(grieved.violations, 0) as violations,
      coalesce(grieved.under_age, 0) as "underAge"
    from country
      left join per_country on per_country.country_id = country.id
      left join grieved on grieved.country_id = country.id
      left join sites on sites.country_id = country.id
    where country.id = any(${[...countryIds]})
    order by country.name`.execute(db)
  return rows
}

export type MonthFigures = { month: string; callbacks: number; reached: number }

/** Callbacks by the month they fell due, each in its own zone; the last twelve that have any. */
export async function countByMonth(db: Db, { countryIds, clientId, until }: ReportScope): Promise<MonthFigures[]> {
  const { rows } = await sql<MonthFigures>`
    select to_char(callback.due_at at time zone callback.time_zone, 'YYYY-MM') as month,
      count(*)::int as callbacks,
      (count(*) filter (where ${wasReached(until)}))::int as reached
    from callback
      left join audit on audit.id = callback.audit_id
      left join factory on factory.id = audit.factory_id
    where callback.country_id = any(${[...countryIds]})
      and (${clientId}::uuid is null or factory.client_id = ${clientId}::uuid)
      and (${until}::timestamptz is null or callback.due_at < ${until})
    group by 1 order by 1 desc limit 12`.execute(db)
  return rows.reverse()
}
