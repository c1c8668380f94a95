/** Our numbers as texts see them: which trunk carries them, in which languages, and whether a sentence answers by itself. */
import type { Db, Tx } from '../../platform/db/db.ts'
import { announce } from '../../platform/live/announce.ts'
import { record } from '../activity-log/service.ts'
import { COUNTRY_CHANGED } from './changes.ts'
import * as queries from './text-queries.ts'

export type TextLine = {
  did: string
  kind: 'card' | 'callback'
  countryId: string
  timeZone: string
  /** The first is the country's usual one; never empty. */
  languageCodes: string[]
  fixedLanguageCode: string | null
  isTextReplyOn: boolean
  trunk: TextTrunk
}
/** What a text needs to know of the carrier it goes over. */
export type TextTrunk = {
  id: string
  carrierHost: string
  carrierPort: number
  transport: 'udp' | 'tcp' | 'tls'
  numberFormat: 'e164' | 'digits' | 'national'
  callingCode: string
}
export type TextCountry = { countryId: string; name: string; isTextReplyOn: boolean }

/** A number of ours by itself, or a country's card number; undefined when it is not set up. */
export async function findTextLine(db: Db, of: { did: string } | { countryId: string }): Promise<TextLine | undefined> {
  const row = await ('did' in of ? queries.findLineByDid(db, of.did) : queries.findCardLine(db, of.countryId))
  if (!row) return undefined
  const { did, countryId, timeZone, languageCodes, fixedLanguageCode, isTextReplyOn, trunkId: id } = row
  const { carrierHost, carrierPort, transport, numberFormat, callingCode } = row
  const trunk = { id, carrierHost, carrierPort, transport, numberFormat, callingCode }
  return { did, kind: row.kind as TextLine['kind'], countryId, timeZone, languageCodes, fixedLanguageCode, isTextReplyOn, trunk }
}

/** @param e164 as normalised */
export async function isOurNumber(db: Db, e164: string): Promise<boolean> {
  return (await queries.findLineByDid(db, e164)) !== undefined
}

/** Countries that take texts, by name. */
export async function listTextCountries(db: Db): Promise<TextCountry[]> {
  return (await queries.listCardLines(db)).map(({ countryId, name, isTextReplyOn }) => ({ countryId, name, isTextReplyOn }))
}

/** Whether a neutral sentence answers each text by itself. @returns false when there is no such country */
export async function setTextReply(
  tx: Tx,
  { countryId, isOn, actorUserId }: { countryId: string; isOn: boolean; actorUserId: string },
): Promise<boolean> {
  if (!(await queries.updateTextReply(tx, countryId, isOn))) return false
  await record(tx, { actorUserId, action: 'country.text-reply-set', subjectKind: 'country', subjectId: countryId, detail: { isOn } })
  await announce(tx, COUNTRY_CHANGED, countryId)
  return true
}
