import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { sql } from 'kysely'
import type { DbPool } from '../../server/platform/db/db.ts'

/** Something confidential that a run was seeded with, in every way it could be written down. */
export type Canary = { name: string; forms: readonly Buffer[] }
/** A place that was looked through, and what was there. */
export type Place = { where: string; content: string | Buffer }

/** @param e164 such as +84610050010 @param callingCode such as 84 */
export function numberCanary(name: string, e164: string, callingCode: string): Canary {
  // National digits are the end of every other spelling: 0610…, 84610…, +84610…, %2B84610…
  const national = e164.slice(1 + callingCode.length)
  return { name, forms: [national, ...encoded(national), ...encoded(e164)].map((form) => Buffer.from(form)) }
}

export function textCanary(name: string, text: string): Canary {
  const escaped = [JSON.stringify(text).slice(1, -1), encodeURIComponent(text)]
  return { name, forms: [text, ...escaped, ...encoded(text)].map((form) => Buffer.from(form)) }
}

/** As database dumps and encoders write bytes: hexadecimal, and base64 wherever in a longer text it stands. */
function encoded(text: string): string[] {
  const bytes = Buffer.from(text)
  const base64 = [0, 1, 2].map((shift) => {
    const shifted = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64')
    return shifted.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6))
  })
  return [bytes.toString('hex'), ...base64]
}

/** `<canary> in <place>` for each that is there, as it stands or with spaces, dashes and dots between its digits. */
export function sightings(canaries: readonly Canary[], places: readonly Place[]): string[] {
  return places.flatMap(({ where, content }) => {
    const bytes = Buffer.concat([Buffer.from(where), Buffer.from('\n'), Buffer.from(content)])
    const joined = Buffer.from(bytes.toString('latin1').replace(/(?<=\d)[ ().\-\u00a0]+(?=\d)/g, ''), 'latin1')
    const isThere = ({ forms }: Canary) => forms.some((form) => bytes.includes(form) || joined.includes(form))
    return canaries.filter(isThere).map(({ name }) => `${name} in ${where}`)
  })
}

/** Every file below a folder, names included; sockets and pipes by their names alone. */
export async function filesIn(folder: string): Promise<Place[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const places = entries.map(async (entry): Promise<Place> => {
    const path = join(entry.parentPath, entry.name)
    return { where: relative(folder, path), content: entry.isFile() ? await readFile(path) : '' }
  })
  return Promise.all(places)
}

/** What every process of the machine was started with, as anybody on it may read. */
export async function processArguments(): Promise<Place[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const places = ids.map(async (id): Promise<Place[]> => {
    try {
      return [{ where: `arguments of process ${id}`, content: await readFile(`/proc/${id}/cmdline`) }]
    } catch {
      // Ended since the list was made.
      return []
    }
  })
  return (await Promise.all(places)).flat()
}

/** Every row of every table of ours, as text: bytes in hexadecimal. */
export async function databaseDump(db: DbPool): Promise<Place[]> {
  const tables = await sql<{ name: string }>`
    select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')
  `.execute(db)
  const places: Place[] = []
  for (const { name } of tables.rows) {
    const { rows } = await sql<{ line: string }>`select t::text as line from ${sql.raw(name)} t`.execute(db)
    places.push({ where: `table ${name}`, content: rows.map(({ line }) => line).join('\n') })
  }
  return places
}
