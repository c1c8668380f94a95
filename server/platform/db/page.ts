/**
 * Pages by keyset: stable while rows are added, as fast on the last page as on the first.
 *
 *     const rows = await db.selectFrom('voicemail').select(['id', …, exactly('leftAt').as('exactLeftAt')])
 *       .orderBy('leftAt', 'desc').orderBy('id', 'desc').limit(limit + 1)
 *       .$if(after !== undefined, (query) => query.where(beyond('leftAt', 'id', readCursor(after!), 'desc')))
 *     return toPage(rows, limit, toView, (row) => ({ at: row.exactLeftAt, id: row.id }))
 */
import { sql, type RawBuilder } from 'kysely'
import { Invalid } from '../errors.ts'

/** One page of a list, and where the next one starts: null on the last. */
export type Page<T> = { items: T[]; next: string | null }
/** A row's place in an order by an instant and an id. `at` is text with microseconds: a Date would drop rows of the same millisecond. */
export type Position = { at: string; id: string }

/** Selects an instant with all its digits, for a cursor. */
export function exactly(column: string): RawBuilder<string> {
  return sql<string>`to_char(${sql.ref(column)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
}

/** The rows after a position, in the direction the list is ordered. */
export function beyond(column: string, idColumn: string, { at, id }: Position, direction: 'asc' | 'desc'): RawBuilder<boolean> {
  const comparison = direction === 'asc' ? sql`>` : sql`<`
  return sql<boolean>`(${sql.ref(column)}, ${sql.ref(idColumn)}) ${comparison} (${at}::timestamptz, ${id}::uuid)`
}

/** Makes a page of rows read with `limit + 1`: the extra row only tells that there is more. */
export function toPage<Row, Item>(rows: Row[], limit: number, toItem: (row: Row) => Item, positionOf: (row: Row) => Position): Page<Item> {
  const shown = rows.slice(0, limit)
  const last = rows.length > limit ? shown.at(-1) : undefined
  return { items: shown.map(toItem), next: last ? writeCursor(positionOf(last)) : null }
}

/** Opaque to clients. */
export function writeCursor({ at, id }: Position): string {
  return Buffer.from(JSON.stringify([at, id])).toString('base64url')
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** @throws Invalid when it is not one of ours */
export function readCursor(cursor: string): Position {
  const [at, id] = parseList(Buffer.from(cursor, 'base64url').toString())
  if (typeof at === 'string' && typeof id === 'string' && INSTANT.test(at) && UUID.test(id)) return { at, id }
  throw new Invalid('bad-cursor', 'The page asked for does not exist.')
}

function parseList(text: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(text)
    return Array.isArray(parsed) ? parsed : []
  } catch (error) {
    if (error instanceof SyntaxError) return []
    throw error
  }
}
