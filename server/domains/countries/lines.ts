/** A country's lines as people set them up: numbers, hours, languages, and how callers are answered. */
import type { Db, Tx } from '../../platform/db/db.ts'
import { onConstraint } from '../../platform/db/errors.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { NotFound, Refused, Unprocessable } from '../../platform/errors.ts'
import type { Scope } from '../../platform/http/policy.ts'
import { announce } from '../../platform/live/announce.ts'
import type { Clock } from '../../platform/time/clock.ts'
import { isZone } from '../../platform/time/local.ts'
import { record } from '../activity-log/service.ts'
import { type Calendar, hoursOf, readCalendar } from './calendar.ts'
import { COUNTRY_CHANGED } from './changes.ts'
import type { Language, LineRow, LineSetUp, SaveLine, Week } from './contract.ts'
import { listCalendar } from './holidays.ts'
import * as queries from './line-queries.ts'
import { callersMeet, lineNow, type LineNow, sayLineNow } from './now-rules.ts'
import { fingerprintTrunks } from './pbx-facts.ts'
import { listLanguages } from './queries.ts'
import { listTold } from './trunk-queries.ts'
import { toTrunk } from './trunk-views.ts'
import { keptWeek, weekOf, weekProblem } from './week-rules.ts'

export type LineDeps = { db: Db; clock: Clock }
/** Supervisors have their countries' lines, administrators all. */
type Reader = Pick<Scope, 'role' | 'countryIds'>

class LineNotFound extends NotFound {
  constructor() {
    super('line-not-found', 'This country is not set up, or is not yours.')
  }
}

/** @throws LineNotFound when the country is not the reader's */
export function assertOwnLine({ role, countryIds }: Reader, countryId: string): void {
  if (role !== 'administrator' && !countryIds.includes(countryId)) throw new LineNotFound()
}

/** The reader's lines by the country's name, each with what callers meet now. */
export async function listLines({ db, clock }: LineDeps, { role, countryIds }: Reader): Promise<LineRow[]> {
  const [rows, more] = await Promise.all([queries.listSetUps(db, role === 'administrator' ? null : countryIds), readMore(db)])
  return rows.map((row) => toRow(row, more, clock.now()))
}

/** @throws LineNotFound */
export async function getLine({ db, clock }: LineDeps, reader: Reader, countryId: string): Promise<LineSetUp> {
  assertOwnLine(reader, countryId)
  const [[row], more, languages] = await Promise.all([queries.listSetUps(db, [countryId]), readMore(db), listLanguages(db)])
  if (!row) throw new LineNotFound()
  const byCode = new Map(
    languages.map((language) => [language.code, { ...language, direction: language.direction as Language['direction'] }]),
  )
  return {
    ...toRow(row, more, clock.now()),
    languages: row.languageCodes.map((code) => byCode.get(code)).filter((language) => language !== undefined),
    week: weekOf(hoursOf(row.id, row, more.calendar)),
    holidayRegion: row.holidayRegion,
    holidays: await listCalendar({ db, clock }, row),
  }
}

type Change = { reader: Scope; countryId: string }

/** Sets the hours of all weekdays; the next call goes by them. @throws LineNotFound, Unprocessable with what is wrong */
export async function saveHours(deps: LineDeps, { reader, countryId }: Change, week: Week): Promise<LineSetUp> {
  const problem = weekProblem(week)
  if (problem !== undefined) throw new Unprocessable('hours', problem)
  const kept = keptWeek(week)
  await change(deps.db, { reader, countryId }, 'line.hours-set', { weekdays: kept.openWeekdays.join(' ') }, (tx) =>
    queries.setWeek(tx, countryId, kept),
  )
  return getLine(deps, reader, countryId)
}

/**
 * Sets everything but hours and holidays. What a call goes by is changed for the next one; Asterisk's own configuration
 * (numbers, the fallback's languages) when it is written again.
 * @throws LineNotFound, Unprocessable, Refused for a number that is another line's
 */
export async function saveLine(deps: LineDeps, { reader, countryId }: Change, line: SaveLine): Promise<LineSetUp> {
  const { card, callback, ...settings } = line
  await change(
    deps.db,
    { reader, countryId },
    'line.set',
    { ...settings, languageCodes: settings.languageCodes.join(' ') },
    async (tx, row) => {
      const problem = lineProblem(line, row)
      if (problem) throw new Unprocessable(problem.code, problem.message)
      await queries.setSettings(tx, countryId, settings)
      const taken = { country_line_pkey: () => new Refused('number-taken', 'This number belongs to another line already.') }
      await onConstraint(queries.setNumber(tx, countryId, 'card', card), taken)
      await onConstraint(queries.setNumber(tx, countryId, 'callback', callback), taken)
    },
  )
  return getLine(deps, reader, countryId)
}

/** One change of a line: locked, written down, announced. @throws LineNotFound */
export async function change(
  db: Db,
  { reader, countryId }: Change,
  action: `line.${string}`,
  detail: Record<string, string | number | boolean | null>,
  work: (tx: Tx, row: queries.SetUpRow) => Promise<void>,
): Promise<void> {
  assertOwnLine(reader, countryId)
  await inTransaction(db, async (tx) => {
    const row = await queries.lockSetUp(tx, countryId)
    if (!row) throw new LineNotFound()
    await work(tx, row)
    await record(tx, { actorUserId: reader.userId, action, subjectKind: 'country', subjectId: countryId, detail })
    await announce(tx, COUNTRY_CHANGED, countryId)
  })
}

function lineProblem(
  { timeZone, languageCodes, card, callback }: SaveLine,
  row: queries.SetUpRow,
): { code: string; message: string } | null {
  if (!isZone(timeZone)) return { code: 'no-such-zone', message: `"${timeZone}" is not a time zone. Write it like ${row.timeZone}.` }
  if (new Set(languageCodes).size !== languageCodes.length)
    return { code: 'language-twice', message: 'A language stands in the menu twice.' }
  const added = languageCodes.find((code) => !row.languageCodes.includes(code))
  if (added !== undefined)
    return { code: 'language-not-published', message: `"${added}" has not been published for this country: its prompts come first.` }
  for (const { did, fixedLanguageCode } of [card, callback]) {
    if (!did.startsWith(`+${row.callingCode}`))
      return { code: 'number-of-elsewhere', message: `${row.name}’s numbers begin with +${row.callingCode}.` }
    if (fixedLanguageCode !== null && !languageCodes.includes(fixedLanguageCode))
      return { code: 'fixed-language', message: 'A number’s one language must be one of those offered.' }
  }
  if (card.did === callback.did)
    return { code: 'same-number', message: 'The card’s number and the callback number must differ: the second is printed nowhere.' }
  return null
}

type More = {
  calendar: Calendar
  numbers: Awaited<ReturnType<typeof queries.listNumbers>>
  trunks: Awaited<ReturnType<typeof listTold>>
  fingerprints: Map<string, string>
}

async function readMore(db: Db): Promise<More> {
  const [calendar, numbers, trunks, fingerprints] = await Promise.all([
    readCalendar(db),
    queries.listNumbers(db),
    listTold(db),
    fingerprintTrunks(db),
  ])
  return { calendar, numbers, trunks, fingerprints }
}

function toRow(row: queries.SetUpRow, { calendar, numbers, trunks, fingerprints }: More, now: Date): LineRow {
  const { id, name, callingCode, timeZone, answeringMode, emergencyNumber, queueLimitSeconds, missedCallWindowMinutes, isTextReplyOn } = row
  const own = numbers.filter(({ countryId }) => countryId === id)
  const hours = hoursOf(id, row, calendar)
  const line = lineNow(hours, now)
  const known = trunks.filter(({ countryId }) => countryId === id)
  const ownTrunks = known.filter(({ removedAt }) => removedAt === null)
  const told = ownTrunks.map(({ toldAt }) => toldAt?.toISOString() ?? null)
  return {
    ...{ countryId: id, countryName: name, callingCode, timeZone, answeringMode, emergencyNumber, queueLimitSeconds },
    ...{ missedCallWindowMinutes, isTextReplyOn },
    numbers: own.map(({ kind, did, trunkId, fixedLanguageCode }) => ({ kind, did, trunkId, fixedLanguageCode })),
    state: { now: toNow(line), sentence: sayLineNow(line, hours, now), meets: callersMeet(row, line) },
    trunks: ownTrunks.map(toTrunk),
    // One that was removed has no fingerprint: Asterisk still has it.
    isAsteriskTold: known.every((trunk) => trunk.toldFingerprint === fingerprints.get(trunk.id)),
    toldAsteriskAt: told.includes(null) ? null : (told.sort()[0] ?? null),
  }
}

function toNow(line: LineNow): LineRow['state']['now'] {
  return line.kind === 'open'
    ? { kind: 'open', until: line.until?.toISOString() ?? null }
    : { ...line, opensAt: line.opensAt?.toISOString() ?? null }
}
