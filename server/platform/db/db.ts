import { CamelCasePlugin, Kysely, PostgresDialect, type Transaction } from 'kysely'
import pg from 'pg'
import { SECOND } from '../time/duration.ts'
import { preparingClient } from './prepared.ts'
import type { DB } from './types.generated.ts'

/** Every table, generated from the migrated schema; columns in camelCase (`due_at` is `dueAt`). */
export type Database = DB
/** What queries take first: the pool, or an open transaction. */
export type Db = Kysely<Database> | Transaction<Database>
export type Tx = Transaction<Database>
/** The pool itself: what `inTransaction` opens transactions on. */
export type DbPool = Kysely<Database>

export type DbOptions = {
  /** Connections at most. */
  max?: number
  /** Told of errors on idle connections (Postgres went away) and of failed after-commit work: nobody else could hear them. */
  onError?: (error: unknown, what: string) => void
}

const errorSinks = new WeakMap<object, NonNullable<DbOptions['onError']>>()

/**
 * The pool, as Kysely. Nothing connects before the first query. End it with `db.destroy()`.
 * Values: timestamptz → Date, date → "YYYY-MM-DD", time → "HH:mm", bigint and numeric → number, jsonb → parsed.
 */
export function createDb(databaseUrl: string, { max = 10, onError = () => {} }: DbOptions = {}): DbPool {
  const pool = new pg.Pool({
    Client: preparingClient(),
    connectionString: databaseUrl,
    max,
    connectionTimeoutMillis: 5 * SECOND,
    statement_timeout: 30 * SECOND,
    idle_in_transaction_session_timeout: 60 * SECOND,
    keepAlive: true,
    application_name: 'ringback',
    types: { getTypeParser },
  })
  // Without a listener a connection that breaks would end the process: idle ones report here …
  pool.on('error', (error) => onError(error, 'idle database connection lost'))
  // … and while one is in use, its query reports; but the socket's own error comes a moment later and finds nobody else.
  pool.on('connect', (client) => client.on('error', () => undefined))
  const db = new Kysely<Database>({
    dialect: new PostgresDialect({ pool }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  })
  errorSinks.set(db, onError)
  return db
}

export function errorSinkOf(db: object): NonNullable<DbOptions['onError']> {
  return errorSinks.get(db) ?? (() => {})
}

const { builtins } = pg.types
const textParsers = new Map<number, (text: string) => unknown>([
  [builtins.DATE, (text) => text],
  [builtins.TIME, (text) => text.replace(/^(\d\d:\d\d):00$/, '$1')],
  [builtins.INT8, toSafeNumber],
  [builtins.NUMERIC, Number],
])

function getTypeParser(oid: number, format?: 'text' | 'binary') {
  const own = format === 'binary' ? undefined : textParsers.get(oid)
  return own ?? (format === 'binary' ? pg.types.getTypeParser(oid, 'binary') : pg.types.getTypeParser(oid, 'text'))
}

function toSafeNumber(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} does not fit a number`)
  return value
}
