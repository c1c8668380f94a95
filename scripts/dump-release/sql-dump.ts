import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Client } from 'pg'

type Table = { name: string; columns: string[] }

/**
 * One text that makes an empty database what this one is: the migrations it has had, then every row. For small databases, read
 * by a superuser, as triggers and foreign keys are off while rows go in.
 * @param migrationsFolder the files as they were applied; `migrate` has compared their checksums
 */
export async function dumpDatabase(client: Client, migrationsFolder: string): Promise<string> {
  await client.query(`set time zone 'UTC'`)
  const tables = await listTables(client)
  const rows: string[] = []
  for (const table of tables) rows.push(...(await insertsOf(client, table)))
  const { rows: migrations } = await client.query<{ name: string }>('select name from schema_migration order by name')
  const schema = await Promise.all(migrations.map(({ name }) => readFile(join(migrationsFolder, name), 'utf8')))
  return [
    'begin;',
    ...schema,
    `create table schema_migration (name text primary key, checksum text not null, applied_at timestamptz not null default now());`,
    'set session_replication_role = replica;',
    // Migrations put rows in as well; those are among the rows below.
    `truncate ${tables.map(({ name }) => name).join(', ')};`,
    ...rows,
    ...(await sequencesOf(client)),
    'reset session_replication_role;',
    'commit;\n',
  ].join('\n')
}

/** Rows per table, `schema.table` → count. */
export async function countRows(client: Client): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { name } of await listTables(client)) {
    const { rows } = await client.query<{ count: string }>(`select count(*) from ${name}`)
    counts[name] = Number(rows[0]?.count)
  }
  return counts
}

async function listTables(client: Client): Promise<Table[]> {
  const { rows } = await client.query<Table>(`
    select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name,
      array_agg(quote_ident(a.attname) order by a.attnum) as columns
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    where c.relkind = 'r' and n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'
    group by 1
    order by 1`)
  return rows
}

async function insertsOf(client: Client, { name, columns }: Table): Promise<string[]> {
  // Postgres writes the values, so that no type passes through JavaScript.
  const values = columns.map((column) => `quote_nullable(${column}::text)`).join(', ')
  const { rows } = await client.query<{ line: string }>(`select concat_ws(', ', ${values}) as line from ${name} order by 1`)
  return rows.map(({ line }) => `insert into ${name} (${columns.join(', ')}) overriding system value values (${line});`)
}

async function sequencesOf(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ line: string }>(`
    select format('select setval(%L, %s);', quote_ident(schemaname) || '.' || quote_ident(sequencename), last_value) as line
    from pg_sequences
    where last_value is not null
    order by 1`)
  return rows.map(({ line }) => line)
}
