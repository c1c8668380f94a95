import type { Db, Tx } from '../../platform/db/db.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { NotFound, Refused } from '../../platform/errors.ts'
import { announce } from '../../platform/live/announce.ts'
import { record } from '../activity-log/service.ts'
import { COUNTRY_CHANGED } from './changes.ts'
import { type Calendar, hoursOf, readCalendar } from './calendar.ts'
import type { Country, Language } from './contract.ts'
import type { CallingHours } from './hours-rules.ts'
import { keptUnderMark } from './kept-facts.ts'
import * as queries from './queries.ts'
import { isPaused, toTrunk } from './trunk-views.ts'
import { listTrunks, type TrunkRow } from './trunk-queries.ts'

export {
  findTextLine,
  isOurNumber,
  listTextCountries,
  setTextReply,
  type TextCountry,
  type TextLine,
  type TextTrunk,
} from './text-lines.ts'
export { findTrunk, getCarrier, saveCarrier } from './carriers.ts'
export { listPbxFacts, markTold, type PbxFacts } from './pbx-facts.ts'
export { removeTrunk } from './trunk-removal.ts'
export { addTrunk, checkTrunk, lockTrunks, orderTrunks, pauseTrunk, resumeTrunk, stopTrunk, type TrunkCheck } from './trunks.ts'
export { isPaused }

export type CountryDeps = { db: Db }
export { COUNTRY_CHANGED }
const MENU_KEYS = 9

export class CountryNotFound extends NotFound {
  constructor() {
    super('country-not-found', 'This country is not set up, or is not yours.')
  }
}

/** Countries that take calls, by name. */
export async function listCountries({ db }: CountryDeps): Promise<Country[]> {
  const [rows, languages, trunks] = await Promise.all([queries.listCountries(db), languagesByCode(db), listTrunks(db)])
  return rows.map((row) => toView(row, languages, trunks))
}

/** As `listCountries`, one; undefined when it is not set up. */
export async function findCountry({ db }: CountryDeps, id: string): Promise<Country | undefined> {
  const [row, languages, trunks] = await Promise.all([queries.findCountry(db, id), languagesByCode(db), listTrunks(db, id)])
  return row && toView(row, languages, trunks)
}

/** What must be known of a country to call its workers. */
export type CountryFacts = {
  id: string
  hours: CallingHours
  languageCodes: string[]
  ringTimeoutSeconds: number
  maxAttempts: number
  /** How long a callback is shown to an agent before it goes to the next. */
  offerSeconds: number
  /** Who answers a call out is listened to first. */
  detectsMachines: boolean
  /** Further missed calls of a number within it join the first one's callback, or wait for its end. */
  missedCallWindowMinutes: number
  cardDid: string
  callbackDid: string
  /** In the order in which calls out try them; never empty. */
  trunks: CountryTrunk[]
}
export type CountryTrunk = Pick<
  TrunkRow,
  'id' | 'answersOptions' | 'toldAt' | 'maxCallSeconds' | 'maxChannels' | 'maxCallsPerHour' | 'pausedReason' | 'resumesAt'
>

/** Facts of every country by id, holidays included. */
export function loadCountryFacts({ db }: CountryDeps): Promise<ReadonlyMap<string, CountryFacts>> {
  return keptFacts(db)
}

const keptFacts = keptUnderMark(async (db): Promise<ReadonlyMap<string, CountryFacts>> => {
  const [rows, calendar, trunks] = await Promise.all([queries.listCountries(db), readCalendar(db), listTrunks(db)])
  return new Map(rows.map((row) => [row.id, toFacts(row, calendar, trunks)]))
})

/** @throws NotFound */
export async function getCountryFacts({ db }: CountryDeps, countryId: string): Promise<CountryFacts> {
  const facts = (await keptFacts(db)).get(countryId)
  if (!facts) throw new CountryNotFound()
  return facts
}

function toFacts(row: queries.CountryRow, calendar: Calendar, trunks: readonly TrunkRow[]): CountryFacts {
  const {
    id,
    languageCodes,
    ringTimeoutSeconds,
    maxAttempts,
    offerSeconds,
    detectsMachines,
    missedCallWindowMinutes,
    cardDid,
    callbackDid,
  } = row
  const calling = { ringTimeoutSeconds, maxAttempts, offerSeconds, detectsMachines, missedCallWindowMinutes }
  const own = trunks.filter(({ countryId }) => countryId === id)
  return { id, hours: hoursOf(id, row, calendar), languageCodes, ...calling, cardDid, callbackDid, trunks: own }
}

/** A number of ours, as the call path knows it. */
export type LineFacts = {
  /** E.164. */
  did: string
  countryId: string
  /** Of the carrier whose number it is. */
  trunkId: string
  /** Those that carry it: all of its country's. */
  trunkIds: string[]
  kind: 'card' | 'callback'
  /** In the order of the menu; never empty. */
  languageCodes: string[]
  fixedLanguageCode: string | null
  /** When it is answered by people. */
  hours: CallingHours
  answeringMode: 'answer' | 'free-announcement' | 'ring-and-hang-up'
  /** Said when the line is closed; null: not said. */
  emergencyNumber: string | null
  /** Longest wait for an agent; 0: agents are not rung. */
  queueLimitSeconds: number
}

/** Every number of ours by itself, for the call path to keep in memory. */
export async function loadLineFacts({ db }: CountryDeps): Promise<Map<string, LineFacts>> {
  const [rows, calendar, trunks] = await Promise.all([queries.listLines(db), readCalendar(db), listTrunks(db)])
  return new Map(
    rows.map((row) => {
      const { did, countryId, trunkId, languageCodes, fixedLanguageCode, emergencyNumber, queueLimitSeconds } = row
      const trunkIds = trunks.flatMap((trunk) => (trunk.countryId === countryId ? trunk.id : []))
      const kind = row.kind as LineFacts['kind']
      const answeringMode = row.answeringMode as LineFacts['answeringMode']
      const hours = hoursOf(countryId, row, calendar)
      const country = { hours, answeringMode, emergencyNumber, queueLimitSeconds }
      return [did, { did, countryId, trunkId, trunkIds, kind, languageCodes, fixedLanguageCode, ...country }]
    }),
  )
}

/** How its workers are called. @throws CountryNotFound */
export async function setCalling(
  tx: Tx,
  countryId: string,
  calling: Pick<CountryFacts, 'ringTimeoutSeconds' | 'maxAttempts' | 'offerSeconds' | 'detectsMachines'>,
): Promise<void> {
  if (!(await queries.setCalling(tx, countryId, calling))) throw new CountryNotFound()
  await announce(tx, COUNTRY_CHANGED, countryId)
}

/** Countries whose agents may call this one's workers when a supervisor says so. @throws CountryNotFound */
export async function getHelpers({ db }: CountryDeps, countryId: string): Promise<{ countryIds: string[] }> {
  const row = await queries.findHelpers(db, countryId)
  if (!row) throw new CountryNotFound()
  return { countryIds: row.helperCountryIds }
}

/** @throws CountryNotFound, Refused when one of them is not set up, or the country itself */
export async function setHelpers(
  { db }: CountryDeps,
  { countryId, helperCountryIds, actorUserId }: { countryId: string; helperCountryIds: string[]; actorUserId: string },
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const known = new Set((await queries.listCountries(tx)).map(({ id }) => id))
    if (!known.has(countryId)) throw new CountryNotFound()
    if (helperCountryIds.some((id) => id === countryId || !known.has(id))) {
      throw new Refused('no-such-helper', 'Only other countries that are set up can help.')
    }
    await queries.setHelpers(tx, countryId, helperCountryIds)
    const detail = { helpers: helperCountryIds.join(' ') }
    await record(tx, { actorUserId, action: 'country.helpers-set', subjectKind: 'country', subjectId: countryId, detail })
    await announce(tx, COUNTRY_CHANGED, countryId)
  })
}

/** A country whole: its languages, hours, trunk and both numbers. Saving it again changes what is different. */
export type CountrySetUp = queries.CountryToSave & {
  trunk: queries.TrunkToSave
  cardDid: string
  callbackDid: string
  holidays: { date: string; name: string }[]
}

/** For set-up: makes the languages and countries given, or brings them to what is given. */
export async function saveCountries(tx: Tx, languages: queries.LanguageToSave[], countries: CountrySetUp[]): Promise<void> {
  for (const language of languages) await queries.upsertLanguage(tx, language)
  for (const { trunk, cardDid, callbackDid, holidays, ...country } of countries) {
    await queries.upsertCountry(tx, country)
    await queries.upsertTrunk(tx, country.id, trunk)
    await queries.upsertLine(tx, { did: cardDid, countryId: country.id, trunkId: trunk.id, kind: 'card' })
    await queries.upsertLine(tx, { did: callbackDid, countryId: country.id, trunkId: trunk.id, kind: 'callback' })
    await queries.setHolidays(tx, country.id, holidays)
    await announce(tx, COUNTRY_CHANGED, country.id)
  }
}

/** Countries that are set up, with lines or without. */
export function listCountryIds(db: Db): Promise<string[]> {
  return queries.listCountryIds(db)
}

/** For set-up: the port of a carrier that is still at this address. */
export function moveCarrier(tx: Tx, { id, carrierHost, carrierPort }: queries.TrunkToSave): Promise<void> {
  return queries.setCarrierPort(tx, id, { carrierHost, carrierPort })
}

/** A language as people name and write it; one that is there already is changed. */
export const saveLanguage = (tx: Tx, language: queries.LanguageToSave): Promise<void> => queries.upsertLanguage(tx, language)

/**
 * Puts a language at the end of a country's menu, where callers hear it; there already is no error. Whether it is complete is for
 * the caller to have looked at. @throws NotFound, Refused when all nine keys are taken
 */
export async function publishLanguage(
  tx: Tx,
  { countryId, languageCode, actorUserId }: { countryId: string; languageCode: string; actorUserId: string },
): Promise<void> {
  const country = await queries.lockMenu(tx, countryId)
  if (!country) throw new CountryNotFound()
  if (country.languageCodes.includes(languageCode)) return
  if (country.languageCodes.length >= MENU_KEYS) throw new Refused('menu-full', 'All nine keys of this country’s menu are taken.')
  await queries.setMenu(tx, countryId, [...country.languageCodes, languageCode])
  const detail = { language: languageCode }
  await record(tx, { actorUserId, action: 'language.published', subjectKind: 'country', subjectId: countryId, detail })
  await announce(tx, COUNTRY_CHANGED, countryId)
}

/** Every language that is set up, in a country's menu already or not, by code. */
export async function listLanguages(db: Db): Promise<Language[]> {
  return [...(await languagesByCode(db)).values()].toSorted((a, b) => a.code.localeCompare(b.code))
}

async function languagesByCode(db: Db): Promise<Map<string, Language>> {
  const rows = await queries.listLanguages(db)
  return new Map(rows.map((row) => [row.code, { ...row, direction: row.direction as Language['direction'] }]))
}

function toView(row: queries.CountryRow, languages: Map<string, Language>, trunks: readonly TrunkRow[]): Country {
  return {
    id: row.id,
    name: row.name,
    callingCode: row.callingCode,
    timeZone: row.timeZone,
    languages: row.languageCodes.map((code) => languages.get(code)).filter((language) => language !== undefined),
    opensAtLocal: row.opensAtLocal,
    closesAtLocal: row.closesAtLocal,
    openWeekdays: row.openWeekdays,
    cardDid: row.cardDid,
    callbackDid: row.callbackDid,
    trunks: trunks.flatMap((trunk) => (trunk.countryId === row.id ? toTrunk(trunk) : [])),
  }
}
