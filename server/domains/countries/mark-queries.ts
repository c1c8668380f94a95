/** Marks of the tables that say when and how a country calls: each change of them is another one. */
import { sql } from 'kysely'
import type { Db } from '../../platform/db/db.ts'

/** Names what the tables hold as this transaction sees them now, its own changes included. */
export async function readMark(db: Db): Promise<string> {
  const { rows } = await sql<{ mark: string }>`select coalesce(bit_xor(mark), 0)::text as mark from country_mark`.execute(db)
  return rows[0]!.mark
}

const MOST_ROWS = 100

/** Many changes become one row, under the same mark. */
export async function joinMarks(db: Db): Promise<void> {
  await sql`
    with gone as (delete from country_mark where (select count(*) from country_mark) > ${MOST_ROWS} returning mark)
    insert into country_mark (mark) select bit_xor(mark) from gone having count(*) > 0`.execute(db)
}
