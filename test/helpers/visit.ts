import { sql } from 'kysely'
import type { Slot } from '../../server/domains/callbacks/contract.ts'
import type { DbPool } from '../../server/platform/db/db.ts'

export type VisitParts = { factoryId: string; workers: number; slots: readonly Slot[]; languageCodes?: readonly string[] }

/**
 * An open visit of 1 December 2026 in Bangladesh with so many workers, each with a number of their own; slots and languages in
 * turn. Made in few statements: what is sealed is a zero byte and cannot be opened. @returns its id
 */
export async function makeVisit(db: DbPool, { factoryId, workers, slots, languageCodes = ['bn'] }: VisitParts): Promise<string> {
  const audit = { factoryId, auditDate: '2026-12-01', status: 'open' }
  const { id } = await db.insertInto('audit').values(audit).returning('id').executeTakeFirstOrThrow()
  await sql`
    with numbered as (
      insert into phone_number (blind_index, country_id, data_key_id, e164_sealed)
      select sha256(${id}::bytea || n::text::bytea), 'BD', gen_random_uuid(), '\\x00' from generate_series(1, ${workers}::integer) as n
      returning id
    ), counted as (
      select id, row_number() over () as n from numbered
    ), made as (
      insert into worker (phone_number_id, data_key_id, origin, country_id, factory_id, language_code)
      select id, gen_random_uuid(), 'roster', 'BD', ${factoryId}::uuid,
        (${[...languageCodes]}::text[])[1 + (n - 1) % ${languageCodes.length}::integer]
      from counted
      returning id
    ), workers as (
      select id, row_number() over () as n from made
    )
    insert into interview (audit_id, worker_id, slot, consent_mode)
    select ${id}::uuid, id, ${JSON.stringify(slots)}::jsonb -> ((n - 1) % ${slots.length}::integer)::integer, 'spoken' from workers
  `.execute(db)
  return id
}

/** A factory in Bangladesh, which must be set up, and a supervisor. */
export async function makeSite(db: DbPool): Promise<{ factoryId: string; userId: string }> {
  const client = await db.insertInto('client').values({ name: 'Client' }).returning('id').executeTakeFirstOrThrow()
  const factory = { clientId: client.id, name: 'Factory', countryId: 'BD', timeZone: 'Asia/Dhaka', languageCodes: ['bn'] }
  const { id: factoryId } = await db.insertInto('factory').values(factory).returning('id').executeTakeFirstOrThrow()
  const user = { email: 's@example.org', displayName: 'S', role: 'supervisor', passwordHash: 'none', countryIds: ['BD'] }
  const { id: userId } = await db.insertInto('appUser').values(user).returning('id').executeTakeFirstOrThrow()
  return { factoryId, userId }
}
