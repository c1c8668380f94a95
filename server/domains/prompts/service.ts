import { createHash } from 'node:crypto'
import { PROMPT_NAMES } from '../../../asterisk-config/sounds/catalogue.ts'
import type { Db } from '../../platform/db/db.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { NotFound, Refused, Unprocessable } from '../../platform/errors.ts'
import type { Scope } from '../../platform/http/policy.ts'
import { announce } from '../../platform/live/announce.ts'
import type { Clock } from '../../platform/time/clock.ts'
import { record } from '../activity-log/service.ts'
import { listCountries, publishLanguage } from '../countries/service.ts'
import type { PromptList, PromptView, Readiness } from './contract.ts'
import * as queries from './queries.ts'
import { gapsOf, stateOf } from './rules.ts'
import { recordedSound } from './sounds.ts'
import { sentencesOf } from './texts.ts'

export { type MissingSound, noteMissing } from './missing.ts'

export type PromptDeps = { db: Db; clock: Clock }
/** Announced with the language's code when what callers hear in it, or its approval, changed. */
export const PROMPT_CHANGED = 'prompt.changed'

class PromptNotFound extends NotFound {
  constructor() {
    super('prompt-not-found', 'This prompt does not exist, or its language is not one of your countries’.')
  }
}

/** Every prompt of a language, as callers hear it. @throws NotFound */
export async function listPrompts({ db }: PromptDeps, reader: Scope, code: string): Promise<PromptList> {
  await assertMine(db, reader, code)
  return { languageCode: code, prompts: await promptsIn(db, code) }
}

/** A person's voice, heard by the next caller. @param wav of any rate @throws NotFound, Unprocessable */
export async function recordPrompt(
  { db, clock }: PromptDeps,
  reader: Scope,
  { code, name, text, wav }: { code: string; name: string; text?: string; wav: Buffer },
): Promise<PromptList> {
  await assertMine(db, reader, code)
  assertName(name)
  const sentence = textsOf(code).get(name) ?? text
  if (sentence === undefined) throw new Unprocessable('prompt-text-missing', 'Say in `text` which sentence was read.')
  const sound = await recordedSound(wav)
  const sha256 = createHash('sha256').update(sound.wav).digest('hex')
  await inTransaction(db, async (tx) => {
    await queries.lockLanguage(tx, code)
    const values = { languageCode: code, name, text: sentence, sha256, recordedByUserId: reader.userId, recordedAt: clock.now(), ...sound }
    const id = await queries.replaceRecording(tx, values)
    const detail = { language: code, name, durationMs: sound.durationMs }
    await record(tx, { actorUserId: reader.userId, action: 'prompt.recorded', subjectKind: 'prompt', subjectId: id, detail })
    await announce(tx, PROMPT_CHANGED, code)
  })
  return listPrompts({ db, clock }, reader, code)
}

/**
 * A native speaker has listened to it. Who uploaded it does not approve it: two people have heard what thousands will.
 * @throws NotFound when it was replaced meanwhile, Refused
 */
export async function approvePrompt(
  { db, clock }: PromptDeps,
  reader: Scope,
  { code, recordingId, nativeSpeaker }: { code: string; recordingId: string; nativeSpeaker: string },
): Promise<PromptList> {
  await assertMine(db, reader, code)
  await inTransaction(db, async (tx) => {
    const recording = await queries.lockRecording(tx, recordingId)
    if (recording?.languageCode !== code) throw new PromptNotFound()
    if (recording.recordedByUserId === reader.userId)
      throw new Refused('prompt-own-recording', 'You have recorded this yourself: somebody else must approve it.')
    const text = textsOf(code).get(recording.name)
    if (text !== undefined && text !== recording.text)
      throw new Refused('prompt-text-changed', 'The sentence has changed since: record it again.')
    await queries.markApproved(tx, recordingId, { name: nativeSpeaker.trim(), userId: reader.userId, at: clock.now() })
    const detail = { language: code, name: recording.name }
    await record(tx, { actorUserId: reader.userId, action: 'prompt.approved', subjectKind: 'prompt', subjectId: recordingId, detail })
    await announce(tx, PROMPT_CHANGED, code)
  })
  return listPrompts({ db, clock }, reader, code)
}

/** A recording's sound, replaced ones too. @throws NotFound */
export async function promptAudio({ db }: PromptDeps, reader: Scope, code: string, recordingId: string): Promise<Buffer> {
  await assertMine(db, reader, code)
  const row = await queries.findWav(db, recordingId, code)
  if (!row) throw new PromptNotFound()
  return row.wav
}

/** Each language that could be offered in a country, and what is missing. @throws NotFound */
export async function readinessOf({ db }: PromptDeps, reader: Scope, countryId: string): Promise<Readiness> {
  const published = await menuOf(db, reader, countryId)
  const codes = await queries.listLanguageCodes(db)
  const languages = await Promise.all(
    codes.map(async (languageCode) => ({
      languageCode,
      isPublished: published.includes(languageCode),
      gaps: gapsOf(await promptsIn(db, languageCode)),
    })),
  )
  return { languages }
}

/** Offers a language to a country's callers, last in the menu. Doing so twice is no error. @throws NotFound, Refused with the gaps */
export async function publish(deps: PromptDeps, reader: Scope, { id, code }: { id: string; code: string }): Promise<Readiness> {
  const { db } = deps
  await menuOf(db, reader, id)
  await inTransaction(db, async (tx) => {
    // Against a recording that replaces an approved one at this moment.
    if (!(await queries.lockLanguage(tx, code))) throw new PromptNotFound()
    const gaps = gapsOf(await promptsIn(tx, code))
    if (gaps.length > 0) {
      const message = `${gaps.length} prompts of this language are missing or not approved.`
      throw new Refused('language-not-ready', message, { gaps })
    }
    await publishLanguage(tx, { countryId: id, languageCode: code, actorUserId: reader.userId })
  })
  return readinessOf(deps, reader, id)
}

async function promptsIn(db: Db, code: string): Promise<PromptView[]> {
  const heard = new Map((await queries.listHeard(db, code)).map((row) => [row.name, row]))
  const texts = textsOf(code)
  return PROMPT_NAMES.map((name) => toView(name, texts.get(name), heard.get(name)))
}

function toView(name: string, text: string | undefined, row: queries.RecordingRow | undefined): PromptView {
  const state = stateOf(row && { text: row.text, isApproved: row.approvedAt !== null }, text)
  if (!row) return { name, text: text ?? null, state, recording: null }
  const { id, sha256, durationMs, recordedAt, approvedByName, approvedAt } = row
  const when = { recordedAt: recordedAt.toISOString(), approvedAt: approvedAt?.toISOString() ?? null }
  return { name, text: text ?? null, state, recording: { id, text: row.text, sha256, durationMs, approvedByName, ...when } }
}

const textsOf = (code: string) => new Map([...sentencesOf(code)].map(([name, { text }]) => [name, text]))

function assertName(name: string): void {
  if (!(PROMPT_NAMES as readonly string[]).includes(name)) throw new PromptNotFound()
}

/** A supervisor's languages are those their countries' callers hear; an administrator's are all. */
async function assertMine(db: Db, { role, countryIds }: Scope, code: string): Promise<void> {
  const isMine =
    role === 'administrator'
      ? (await queries.listLanguageCodes(db)).includes(code)
      : (await listCountries({ db })).some(({ id, languages }) => countryIds.includes(id) && languages.some((each) => each.code === code))
  if (!isMine) throw new PromptNotFound()
}

async function menuOf(db: Db, { role, countryIds }: Scope, countryId: string): Promise<string[]> {
  const country = (await listCountries({ db })).find(({ id }) => id === countryId)
  const isMine = role === 'administrator' || countryIds.includes(countryId)
  if (!country || !isMine) throw new NotFound('country-not-found', 'This country is not set up, or is not yours.')
  return country.languages.map(({ code }) => code)
}
