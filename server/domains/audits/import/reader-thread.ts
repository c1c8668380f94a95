/** The thread that reads a roster's file: what comes from outside is opened here, and takes no time from calls. */
import { parentPort, workerData } from 'node:worker_threads'
import type { ImportColumns } from '../contract.ts'
import { type Cell, isPhone, textOf } from './cell-rules.ts'
import { BadFile } from './errors.ts'
import { guessMapping } from './field-rules.ts'
import type { ReaderMessage, ReaderTask } from './reader.ts'
import { type CheckedRow, rowChecker, type RowProblem, sharedNumbers } from './row-rules.ts'
import { readRosterFile, type Sheet } from './spreadsheet.ts'

const ROWS_A_MESSAGE = 500
/** Enough to tell what a column holds. */
const LOOKED_AT = 50

const { file, task } = workerData as { file: Uint8Array; task: ReaderTask }
const say = (message: ReaderMessage) => parentPort!.postMessage(message)

try {
  const sheet = await readRosterFile(Buffer.from(file.buffer, file.byteOffset, file.byteLength))
  if (task.kind === 'columns') say({ kind: 'columns', columns: columnsOf(sheet, task.countryId) })
  else check(sheet, task)
} catch (error) {
  if (!(error instanceof BadFile)) throw error
  say({ kind: 'bad-file', code: error.code, message: error.message })
}

function columnsOf({ headers, rows }: Sheet, countryId: string): ImportColumns {
  const cells = headers.map((_, index) => rows.map((row) => row.cells[index]))
  const looksLikePhone = cells.map((column) => mostlyPhones(column.filter((cell) => textOf(cell)).slice(0, LOOKED_AT), countryId))
  if (headers.some((header) => isPhone(countryId, header)))
    throw new BadFile('no-header', 'The first row must name the columns: take the template, or add a row above.')
  return {
    columns: headers.map((header, index) => ({ header, filledRows: cells[index]!.filter((cell) => textOf(cell)).length })),
    rows: rows.length,
    mapping: guessMapping(headers, looksLikePhone),
  }
}

function mostlyPhones(cells: readonly (Cell | undefined)[], countryId: string): boolean {
  return cells.length > 0 && cells.filter((cell) => isPhone(countryId, textOf(cell))).length > cells.length / 2
}

function check({ headers, rows }: Sheet, task: Extract<ReaderTask, { kind: 'check' }>): void {
  const checkRow = rowChecker({ ...task.setting, headers })
  const fine: CheckedRow[] = []
  const problems: RowProblem[] = []
  for (const row of rows) {
    const checked = checkRow(row)
    if (Array.isArray(checked)) problems.push(...checked)
    else if (checked) fine.push(checked)
  }
  const shared = sharedNumbers(fine)
  const all = [...problems, ...shared.problems].toSorted((a, b) => a.row - b.row)
  const wrong = new Set(all.map(({ row }) => row)).size
  say({ kind: 'checked', total: shared.rows.length + wrong, wrong, problems: all.slice(0, task.mostProblems) })
  for (let from = 0; from < shared.rows.length; from += ROWS_A_MESSAGE)
    say({ kind: 'rows', rows: shared.rows.slice(from, from + ROWS_A_MESSAGE) })
  say({ kind: 'end' })
}
