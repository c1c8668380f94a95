import { sql } from 'kysely'
import type { Tx } from './db.ts'

/** Wrapped keys by the hundred, as arrays: a value of each would be thousands of parameters. Both lists in the same order. */
export async function insertDataKeys(
  tx: Tx,
  keys: { purpose: string; masterKeyId: string; ids: string[]; wrapped: Buffer[] },
): Promise<void> {
  await sql`
    insert into keyring.data_key (id, purpose, master_key_id, wrapped)
    select id, ${keys.purpose}, ${keys.masterKeyId}, wrapped from unnest(${keys.ids}::uuid[], ${keys.wrapped}::bytea[]) as made (id, wrapped)
  `.execute(tx)
}
