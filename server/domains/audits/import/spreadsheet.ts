/** A roster's file as rows of cells: CSV in UTF-8 or UTF-16, whatever separates it, or the first sheet of an XLSX workbook. */
import { CsvError, parse } from 'csv-parse/sync'
import { readSheet } from 'read-excel-file/universal'
import { type Cell, textOf } from './cell-rules.ts'
import { BadFile } from './errors.ts'
import { MOST_COLUMNS, MOST_ROWS } from './limits.ts'
import type { Row } from './row-rules.ts'
import { repack } from './zip.ts'

/** @property rows below the header, those without anything in them left out */
export type Sheet = { headers: string[]; rows: Row[] }

const LONGEST_ROW = 100_000

/** @throws BadFile with what to do */
export async function readRosterFile(file: Buffer): Promise<Sheet> {
  const table = isZip(file) ? await workbookRows(file) : csvRows(decoded(file))
  const filled = table.map((cells, index) => ({ row: index + 1, cells })).filter(({ cells }) => cells.some((cell) => textOf(cell) !== ''))
  const [header, ...rows] = filled
  if (!header) throw new BadFile('file-empty', 'There is nothing in this file.')
  if (rows.length > MOST_ROWS)
    throw new BadFile('too-many-rows', `The file has more than ${MOST_ROWS} rows: split it, and import one part after the other.`)
  const headers = header.cells.map(textOf)
  if (headers.length > MOST_COLUMNS)
    throw new BadFile('too-many-columns', `The file has more than ${MOST_COLUMNS} columns: keep those that the template has.`)
  return { headers, rows }
}

function isZip(file: Buffer): boolean {
  if (file.readUInt32BE(0) === 0xd0cf11e0)
    throw new BadFile('old-workbook', 'This is a workbook of the old kind, or one with a password: save it as .xlsx.')
  return file.readUInt32BE(0) === 0x504b0304
}

async function workbookRows(file: Buffer): Promise<readonly (readonly Cell[])[]> {
  const archive = repack(file)
  try {
    return (await readSheet(archive)) as Cell[][]
  } catch (cause) {
    // Its own errors are of many kinds; the archive is whole, so it is no workbook.
    throw new BadFile('not-a-workbook', 'This is no XLSX workbook: save the roster as .xlsx or as CSV.', {
      cause: String((cause as Error).name),
    })
  }
}

function decoded(file: Buffer): string {
  const encoding = file[0] === 0xff && file[1] === 0xfe ? 'utf-16le' : file[0] === 0xfe && file[1] === 0xff ? 'utf-16be' : 'utf-8'
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(file)
    if (!text.includes('\0')) return text
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
  }
  throw new BadFile('not-text', 'The letters of this file cannot be read: save it as “CSV UTF-8”, or as .xlsx.')
}

function csvRows(text: string): string[][] {
  const delimiter = likeliestDelimiter(text)
  try {
    return parse(text, {
      ...{ delimiter, relax_column_count: true, relax_quotes: true, skip_empty_lines: false, max_record_size: LONGEST_ROW },
      // A few more than are taken: to know that there are more.
      to: MOST_ROWS + 1000,
    })
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new BadFile(
      'csv-broken',
      `Row ${String(error['lines'] ?? '')} of this CSV file cannot be read: look for a quotation mark that is not closed.`,
    )
  }
}

function likeliestDelimiter(text: string): string {
  const line = /^.*$/m.exec(text.slice(0, 10_000))?.[0] ?? ''
  const counted = [',', ';', '\t', '|'].map((delimiter) => ({ delimiter, count: line.split(delimiter).length }))
  return counted.toSorted((a, b) => b.count - a.count)[0]!.delimiter
}
