/** One row of a roster's file: the worker it means, or what to write instead. No sentence repeats what a cell holds: it may be a number. */
import { BadPhone, normalisePhone } from '../../workers/rules.ts'
import type { Slot } from '../../callbacks/contract.ts'
import type { ImportField, ImportPlan } from '../contract.ts'
import { slotProblem } from '../rules.ts'
import { type Cell, daysOf, textOf, timeOf, weekdayNames, yesOrNo } from './cell-rules.ts'

/** @property row as spreadsheets count: the first is 1 */
export type Row = { row: number; cells: readonly Cell[] }
export type RosterLine = {
  e164: string
  alias?: string
  codeWord?: string
  languageCode: string
  slot: Slot
  isSharedPhone: boolean
  consentMode: 'spoken' | 'written'
  mayShowCardNumber: boolean
}
/** @property column its header; null: of the whole row */
export type RowProblem = { row: number; column: string | null; field: ImportField | null; code: string; message: string }
export type CheckedRow = { row: number; line: RosterLine }

/** What is read into: the country's facts, the columns as the person has confirmed them. */
export type ImportSetting = {
  countryId: string
  /** Example of a number's beginning: "+880". */
  callingCode: string
  languages: readonly { code: string; ownName: string }[]
  headers: readonly string[]
  plan: ImportPlan
}

/** Whenever somebody may be called at all. */
const ANY_TIME: Slot = { startLocal: '09:00', endLocal: '21:00' }
const LONGEST = { alias: 80, codeWord: 40 } as const
const SPOKEN = ['spoken', 'oral', 'verbal', 'said', 'yes', 'y', 'شفهي', 'شفهية', 'نعم']
const WRITTEN = ['written', 'signed', 'paper', 'كتابي', 'كتابية', 'خطي']

/** Checks rows one by one. @returns null for a row without anything in it */
export function rowChecker(setting: ImportSetting): (row: Row) => CheckedRow | RowProblem[] | null {
  const { headers, plan } = setting
  const days = weekdayNames(setting.languages.map(({ code }) => code))
  const languages = languageNames(setting.languages)
  return ({ row, cells }) => {
    const cellOf = (field: ImportField) => (plan.columns[field] === undefined ? undefined : cells[plan.columns[field]])
    if (Object.values(plan.columns).every((index) => textOf(cells[index]) === '')) return null
    const problems: RowProblem[] = []
    const wrong = (field: ImportField, code: string, message: string) => {
      const index = plan.columns[field]
      problems.push({ row, column: index === undefined ? null : (headers[index] ?? null), field, code, message })
      return undefined
    }
    const e164 = phoneIn(setting, cellOf('phone'), wrong)
    const languageCode = languageIn(setting, languages, cellOf('language'), wrong)
    const slot = slotIn(setting, days, cellOf, wrong)
    const consentMode = consentIn(plan, cellOf('consent'), wrong)
    const isSharedPhone = yesOrNo(cellOf('shared')) ?? wrong('shared', 'yes-or-no', 'Write yes or no, or leave it empty.')
    const mayShowCardNumber = yesOrNo(cellOf('showCard')) ?? wrong('showCard', 'yes-or-no', 'Write yes or no, or leave it empty.')
    const words = { ...wordIn('alias', cellOf('alias'), wrong), ...wordIn('codeWord', cellOf('codeWord'), wrong) }
    if (problems.length) return problems
    return {
      row,
      line: {
        ...{ e164: e164!, languageCode: languageCode!, slot: slot!, consentMode: consentMode! },
        ...{ isSharedPhone: isSharedPhone!, mayShowCardNumber: mayShowCardNumber!, ...words },
      },
    }
  }
}

/**
 * A number that stands in several rows without being said to be shared is taken once: more likely a row was copied than that
 * two workers have one phone. @returns the rows to take, and what is wrong with the others
 */
export function sharedNumbers(rows: readonly CheckedRow[]): { rows: CheckedRow[]; problems: RowProblem[] } {
  const first = new Map<string, number>()
  const problems: RowProblem[] = []
  const taken = rows.filter(({ row, line }) => {
    const before = first.get(line.e164)
    if (before === undefined) first.set(line.e164, row)
    if (before === undefined || line.isSharedPhone) return true
    const message = `The same number stands in row ${before}. Write yes under “shared phone” if it is another worker’s, else leave this row out.`
    problems.push({ row, column: null, field: 'phone', code: 'number-twice', message })
    return false
  })
  return { rows: taken, problems }
}

type Wrong = (field: ImportField, code: string, message: string) => undefined

function phoneIn({ countryId, callingCode }: ImportSetting, cell: Cell | undefined, wrong: Wrong): string | undefined {
  const text = textOf(cell)
  const how = `Write it as it is dialled, for example beginning with +${callingCode}.`
  if (text === '') return wrong('phone', 'no-phone', `The number is missing. ${how} Or leave the row out.`)
  if (/^\d[.,]\d+e\+?\d+$/i.test(text)) {
    return wrong('phone', 'phone-shortened', `The spreadsheet has shortened this number: format the column as text, then write it in full.`)
  }
  try {
    return normalisePhone(countryId, text)
  } catch (error) {
    if (!(error instanceof BadPhone)) throw error
    return wrong('phone', 'bad-phone', `${error.message} ${how}`)
  }
}

function languageNames(languages: ImportSetting['languages']): Map<string, string> {
  const names = new Map<string, string>()
  for (const { code, ownName } of languages) {
    const inLanguage = (language: string) => new Intl.DisplayNames([language], { type: 'language' }).of(code) ?? code
    for (const name of [code, ownName, inLanguage('en'), inLanguage('ar'), inLanguage(code)]) names.set(name.toLowerCase(), code)
  }
  return names
}

function languageIn(
  { languages, plan }: ImportSetting,
  names: ReadonlyMap<string, string>,
  cell: Cell | undefined,
  wrong: Wrong,
): string | undefined {
  const text = textOf(cell).toLowerCase()
  const choices = languages.map(({ code, ownName }) => `${ownName} (${code})`).join(', ')
  if (text === '')
    return plan.defaults.languageCode ?? wrong('language', 'no-language', `The language is missing: write one of ${choices}.`)
  return names.get(text) ?? wrong('language', 'language-not-served', `Nobody is called in this language here: write one of ${choices}.`)
}

function slotIn(
  { plan }: ImportSetting,
  names: ReadonlyMap<string, number>,
  cellOf: (field: ImportField) => Cell | undefined,
  wrong: Wrong,
): Slot | undefined {
  const [from, to, days] = [cellOf('from'), cellOf('to'), cellOf('days')]
  const preset = plan.defaults.slot ?? ANY_TIME
  if ([from, to, days].every((cell) => textOf(cell) === '')) return preset
  const on = daysOf(days, names)
  if (!on) return wrong('days', 'bad-days', 'Write weekdays like “Fri, Sat”, a date like 2026-12-08, or leave it empty for any day.')
  const isTimeEmpty = textOf(from) === '' && textOf(to) === ''
  const startLocal = isTimeEmpty ? preset.startLocal : timeOf(from)
  const endLocal = isTimeEmpty ? preset.endLocal : timeOf(to)
  if (!startLocal) return wrong('from', 'bad-time', 'Write the time at which calls may begin, like 18:00.')
  if (!endLocal) return wrong('to', 'bad-time', 'Write the time at which calls must end, like 20:00.')
  const slot = { ...on, startLocal, endLocal }
  const problem = slotProblem(slot)
  return problem ? wrong('to', 'slot', problem) : slot
}

function consentIn({ defaults }: ImportPlan, cell: Cell | undefined, wrong: Wrong): RosterLine['consentMode'] | undefined {
  const text = textOf(cell).toLowerCase()
  if (text === '') {
    return defaults.consentMode ?? wrong('consent', 'no-consent', 'Write how the worker agreed to be called: spoken or written.')
  }
  if (SPOKEN.includes(text)) return 'spoken'
  if (WRITTEN.includes(text)) return 'written'
  return wrong('consent', 'no-consent', 'Write spoken or written. Who did not agree may not be called: leave that row out.')
}

function wordIn<T extends 'alias' | 'codeWord'>(field: T, cell: Cell | undefined, wrong: Wrong): Partial<Record<T, string>> {
  // As it was written: digits of its own script too.
  const text = typeof cell === 'string' ? cell.normalize('NFC').trim() : textOf(cell)
  if (text.length > LONGEST[field]) wrong(field, 'too-long', `Write at most ${LONGEST[field]} letters.`)
  return text === '' ? {} : ({ [field]: text } as Record<T, string>)
}
