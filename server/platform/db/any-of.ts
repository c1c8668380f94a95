import { type RawBuilder, sql } from 'kysely'

/** For `where(column, '=', anyOf(values))`: one parameter however many values, and an empty list matches nothing instead of being bad SQL. */
export function anyOf<T extends string | number>(values: readonly T[]): RawBuilder<T> {
  return sql<T>`any(${[...values]})`
}
