/** The file to fill in: its columns are those that an import knows by name. */
import writeXlsxFile from 'write-excel-file/node'
import type { ImportField } from '../contract.ts'
import { FIELD_NAMES, FIELDS } from './field-rules.ts'

/** What to write, for the second sheet; the first sheet is for workers alone. */
const HELP: Record<ImportField, string> = {
  phone: 'The number as it is dialled. Digits of any script, with or without the country code.',
  alias: 'What the auditor calls the worker; no full name. May be empty.',
  language: 'The language to be called in, by its name or code.',
  days: 'Weekdays like “Fri, Sat”, a date like 2026-12-08, or empty for any day.',
  from: 'When calls may begin, at the factory: 18:00.',
  to: 'When calls must end: 20:00.',
  shared: 'yes, if several workers use this phone.',
  consent: 'How the worker agreed to be called: spoken or written. Leave out whoever did not.',
  showCard: 'yes, if the number on the card may be shown on the worker’s phone.',
  codeWord: 'A word by which the worker knows that it is us. May be empty.',
}

const headers = FIELDS.map((field) => FIELD_NAMES[field][0]!)

/** With a mark at its start by which spreadsheets know UTF-8. */
export const templateCsv = (): Buffer => Buffer.from(`\ufeff${headers.join(',')}\r\n`)

/** Numbers and times are text in it: else spreadsheets drop zeros and shorten. */
export async function templateXlsx(): Promise<Buffer> {
  const head = (value: string) => ({ value, fontWeight: 'bold' as const })
  const asText = { type: String, format: '@' }
  const emptyRow = FIELDS.map(() => ({ ...asText, value: '' }))
  const roster = [headers.map(head), ...Array.from({ length: 500 }, () => emptyRow)]
  const help = [
    [head('column'), head('what to write')],
    ...FIELDS.map((field) => [{ value: FIELD_NAMES[field][0]! }, { value: HELP[field] }]),
  ]
  return (
    writeXlsxFile([
      { data: roster, sheet: 'Roster', columns: FIELDS.map(() => ({ width: 20 })) },
      { data: help, sheet: 'Help', columns: [{ width: 20 }, { width: 90 }] },
    ]) as unknown as { toBuffer(): Promise<Buffer> }
  ).toBuffer()
}
