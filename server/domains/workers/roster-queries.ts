/** Rows by the hundred, as arrays: a value of each would be thousands of parameters, which take longer to write down than to insert. */
import { sql } from 'kysely'
import type { Db, Tx } from '../../platform/db/db.ts'
import type { NumberToInsert } from './queries.ts'

/** @param indexes as `FieldCipher.blindIndex` makes them */
export async function listByIndex(db: Db, indexes: readonly Buffer[]): Promise<{ id: string; blindIndex: Buffer; isErased: boolean }[]> {
  const { rows } = await sql<{ id: string; blindIndex: Buffer; isErased: boolean }>`
    select id, blind_index, erased_at is not null as is_erased from phone_number where blind_index = any(${[...indexes]}::bytea[])
  `.execute(db)
  return rows
}

/** @returns the ids of those that were not there */
export async function insertNumbers(tx: Tx, countryId: string, numbers: readonly Omit<NumberToInsert, 'countryId'>[]): Promise<string[]> {
  const column = <Name extends keyof (typeof numbers)[number]>(name: Name) => numbers.map((number) => number[name])
  const { rows } = await sql<{ id: string }>`
    insert into phone_number (id, blind_index, country_id, data_key_id, e164_sealed)
    select id, blind_index, ${countryId}, data_key_id, e164_sealed
    from unnest(${column('id')}::uuid[], ${column('blindIndex')}::bytea[], ${column('dataKeyId')}::uuid[], ${column('e164Sealed')}::bytea[])
      as made (id, blind_index, data_key_id, e164_sealed)
    on conflict (blind_index) do nothing
    returning id
  `.execute(tx)
  return rows.map(({ id }) => id)
}

/** Numbers that were erased are sealed anew; one that another transaction renewed first stays as it is. @returns the ids of those renewed */
export async function renewNumbers(tx: Tx, numbers: readonly Pick<NumberToInsert, 'id' | 'dataKeyId' | 'e164Sealed'>[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    update phone_number set data_key_id = made.data_key_id, e164_sealed = made.e164_sealed, erased_at = null
    from unnest(${numbers.map(({ id }) => id)}::uuid[], ${numbers.map(({ dataKeyId }) => dataKeyId)}::uuid[],
      ${numbers.map(({ e164Sealed }) => e164Sealed)}::bytea[]) as made (id, data_key_id, e164_sealed)
    where phone_number.id = made.id and phone_number.erased_at is not null
    returning phone_number.id
  `.execute(tx)
  return rows.map(({ id }) => id)
}

export type RosterRow = {
  id: string
  phoneNumberId: string
  dataKeyId: string
  languageCode: string
  aliasSealed: Buffer | null
  codeWordSealed: Buffer | null
}

export async function insertWorkers(
  tx: Tx,
  { countryId, factoryId }: { countryId: string; factoryId: string },
  workers: readonly RosterRow[],
): Promise<void> {
  const column = <Name extends keyof RosterRow>(name: Name) => workers.map((worker) => worker[name])
  await sql`
    insert into worker (id, phone_number_id, data_key_id, origin, country_id, factory_id, language_code, alias_sealed, code_word_sealed)
    select id, phone_number_id, data_key_id, 'roster', ${countryId}, ${factoryId}::uuid, language_code, alias_sealed, code_word_sealed
    from unnest(${column('id')}::uuid[], ${column('phoneNumberId')}::uuid[], ${column('dataKeyId')}::uuid[], ${column('languageCode')}::text[],
      ${column('aliasSealed')}::bytea[], ${column('codeWordSealed')}::bytea[])
      as made (id, phone_number_id, data_key_id, language_code, alias_sealed, code_word_sealed)
  `.execute(tx)
}
