/** Reads a roster's file in a thread with bounds of its own: memory, time. A file that breaks it breaks nothing else. */
import { Worker } from 'node:worker_threads'
import { SECOND } from '../../../platform/time/duration.ts'
import type { ImportColumns } from '../contract.ts'
import { BadFile } from './errors.ts'
import { LONGEST_READING_SECONDS, MOST_HEAP_MEGABYTES, MOST_PROBLEMS } from './limits.ts'
import type { CheckedRow, ImportSetting, RowProblem } from './row-rules.ts'

export type ReaderTask =
  { kind: 'columns'; countryId: string } | { kind: 'check'; setting: Omit<ImportSetting, 'headers'>; mostProblems: number }
export type ReaderMessage =
  | { kind: 'columns'; columns: ImportColumns }
  | { kind: 'checked'; total: number; wrong: number; problems: RowProblem[] }
  | { kind: 'rows'; rows: CheckedRow[] }
  | { kind: 'end' }
  | { kind: 'bad-file'; code: string; message: string }

/** @property rows those that can be taken, in order; `wrong`: how many cannot */
export type CheckedFile = { total: number; wrong: number; problems: RowProblem[]; rows: CheckedRow[] }

/** @throws BadFile */
export async function readColumns(file: Buffer, countryId: string): Promise<ImportColumns> {
  let columns: ImportColumns | undefined
  await read(file, { kind: 'columns', countryId }, (message) => {
    if (message.kind === 'columns') columns = message.columns
  })
  if (!columns) throw new Error('the reading thread ended without an answer')
  return columns
}

/** @throws BadFile */
export async function checkFile(file: Buffer, setting: Omit<ImportSetting, 'headers'>): Promise<CheckedFile> {
  const checked: CheckedFile = { total: 0, wrong: 0, problems: [], rows: [] }
  await read(file, { kind: 'check', setting, mostProblems: MOST_PROBLEMS }, (message) => {
    if (message.kind === 'checked') Object.assign(checked, { total: message.total, wrong: message.wrong, problems: message.problems })
    else if (message.kind === 'rows') checked.rows.push(...message.rows)
  })
  return checked
}

async function read(file: Buffer, task: ReaderTask, onMessage: (message: ReaderMessage) => void): Promise<void> {
  if (file.length < 4) throw new BadFile('file-empty', 'There is nothing in this file.')
  const worker = new Worker(new URL('./reader-thread.ts', import.meta.url), {
    workerData: { file: new Uint8Array(file), task },
    resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP_MEGABYTES },
    // Nothing of ours: neither settings nor secrets.
    env: {},
    stdin: false,
  })
  const timer = setTimeout(() => void worker.terminate(), LONGEST_READING_SECONDS * SECOND)
  try {
    await new Promise<void>((resolve, reject) => {
      let refusal: BadFile | undefined
      worker.on('message', (message: ReaderMessage) => {
        if (message.kind === 'bad-file') refusal = new BadFile(message.code, message.message)
        else onMessage(message)
      })
      worker.on('error', (error: NodeJS.ErrnoException) => reject(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooMuch() : error))
      worker.on('exit', (code) => (refusal ? reject(refusal) : code === 0 ? resolve() : reject(tooMuch())))
    })
  } finally {
    clearTimeout(timer)
    await worker.terminate()
  }
}

const tooMuch = () =>
  new BadFile('file-too-large', 'This file is more than a roster can be: copy its rows into a new workbook, or save it as CSV.')
