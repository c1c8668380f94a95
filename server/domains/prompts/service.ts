import { PROMPT_NAMES } from '../../../asterisk-config/sounds/catalogue.ts'
import type { Db } from '../../platform/db/db.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { NotFound, Refused, Unprocessable } from '../../platform/errors.ts'
import type { Scope } from '../../platform/http/policy.ts'
import { announce } from '../../platform/live/announce.ts'
import { record } from '../activity-log/service.ts'
import { listCountries, publishLanguage } from '../countries/service.ts'
import type { LanguageReadiness, PromptList, Readiness } from './contract.ts'
import { assertMine, assertName, languagesOf, PROMPT_CHANGED, type PromptDeps, PromptNotFound } from './deps.ts'
import * as queries from './queries.ts'
import { gapsOf, writtenGap } from './rules.ts'
import { recordedSound } from './sounds.ts'
import { textsOf } from './texts.ts'
import { listPrompts, partsOf, statesIn } from './views.ts'

export { PROMPT_CHANGED, type PromptDeps } from './deps.ts'
export { type MissingSound, noteMissing } from './missing.ts'
export { listPrompts, soundOf } from './views.ts'
export { CONSENT_TEXT_VERSION, CONSENT_TEXTS, consentAudioName } from './consent-rules.ts'
export { sentenceIn, type SentenceName, type StatusSentence, type TemplateName, TEMPLATES } from './sentence-rules.ts'
export { consentTexts, importedCommands, writtenIn } from './written.ts'

/** A person's voice, heard by the next caller. @param sound of any rate @throws NotFound, Unprocessable */
export async function recordPrompt(
  deps: PromptDeps,
  reader: Scope,
  { code, name, text, sound: given }: { code: string; name: string; text?: string; sound: Buffer },
): Promise<PromptList> {
  const { db, clock } = deps
  await assertMine(db, reader, code)
  assertName(name)
  const sentence = (await textsOf(db, code)).sentences.get(name)?.text ?? text
  if (sentence === undefined) throw new Unprocessable('prompt-text-missing', 'Say in `text` which sentence was read.')
  const sound = await recordedSound(given)
  await inTransaction(db, async (tx) => {
    await queries.lockLanguage(tx, code)
    const values = { languageCode: code, name, text: sentence, recordedByUserId: reader.userId, recordedAt: clock.now(), ...sound }
    const id = await queries.replaceRecording(tx, values)
    const detail = { language: code, name, durationMs: sound.durationMs }
    await record(tx, { actorUserId: reader.userId, action: 'prompt.recorded', subjectKind: 'prompt', subjectId: id, detail })
    await announce(tx, PROMPT_CHANGED, code)
  })
  return listPrompts(deps, reader, code)
}

/**
 * A native speaker has listened to it. Who uploaded it does not approve it: two people have heard what thousands will.
 * @throws NotFound when it was replaced meanwhile, Refused
 */
export async function approvePrompt(
  deps: PromptDeps,
  reader: Scope,
  { code, recordingId, nativeSpeaker }: { code: string; recordingId: string; nativeSpeaker: string },
): Promise<PromptList> {
  const { db, clock } = deps
  await assertMine(db, reader, code)
  await inTransaction(db, async (tx) => {
    const recording = await queries.lockRecording(tx, recordingId)
    if (recording?.languageCode !== code) throw new PromptNotFound()
    if (recording.recordedByUserId === reader.userId)
      throw new Refused('prompt-own-recording', 'You have recorded this yourself: somebody else must approve it.')
    const text = (await textsOf(tx, code)).sentences.get(recording.name)?.text
    if (text !== undefined && text !== recording.text)
      throw new Refused('prompt-text-changed', 'The sentence has changed since: record it again.')
    await queries.markApproved(tx, recordingId, { name: nativeSpeaker.trim(), userId: reader.userId, at: clock.now() })
    const detail = { language: code, name: recording.name }
    await record(tx, { actorUserId: reader.userId, action: 'prompt.approved', subjectKind: 'prompt', subjectId: recordingId, detail })
    await announce(tx, PROMPT_CHANGED, code)
  })
  return listPrompts(deps, reader, code)
}

/** A recording's sound, replaced ones too. @throws NotFound */
export async function promptAudio({ db }: Pick<PromptDeps, 'db'>, reader: Scope, code: string, recordingId: string): Promise<Buffer> {
  await assertMine(db, reader, code)
  const row = await queries.findWav(db, recordingId, code)
  if (!row) throw new PromptNotFound()
  return row.wav
}

/** Each language that could be offered in a country, and what is missing: its menu first. @throws NotFound */
export async function readinessOf({ db }: Pick<PromptDeps, 'db'>, reader: Scope, countryId: string): Promise<Readiness> {
  const published = await menuOf(db, reader, countryId)
  const [rows, mine] = await Promise.all([queries.listLanguages(db), languagesOf(db, reader)])
  const place = ({ languageCode }: LanguageReadiness) => published.indexOf(languageCode) + 1 || published.length + 1
  const languages = await Promise.all(
    rows.map(async (row): Promise<LanguageReadiness> => {
      const { texts, prompts } = await statesIn(db, row.code)
      const isPublished = published.includes(row.code)
      return {
        ...partsOf(row, texts),
        isPublished,
        isMine: mine.has(row.code),
        gaps: [...gapsOf(prompts), ...writtenGap(texts)],
        total: PROMPT_NAMES.length + (texts.imported ? 1 : 0),
      }
    }),
  )
  return { languages: languages.toSorted((one, other) => place(one) - place(other) || one.languageCode.localeCompare(other.languageCode)) }
}

/** Offers a language to a country's callers, last in the menu. Doing so twice is no error. @throws NotFound, Refused with the gaps */
export async function publish(deps: Pick<PromptDeps, 'db'>, reader: Scope, { id, code }: { id: string; code: string }): Promise<Readiness> {
  const { db } = deps
  await menuOf(db, reader, id)
  await inTransaction(db, async (tx) => {
    // Against a recording that replaces an approved one at this moment.
    if (!(await queries.lockLanguage(tx, code))) throw new PromptNotFound()
    const { texts, prompts } = await statesIn(tx, code)
    const gaps = [...gapsOf(prompts), ...writtenGap(texts)]
    if (gaps.length > 0) {
      const message = `${gaps.length} prompts or texts of this language are missing or not approved.`
      throw new Refused('language-not-ready', message, { gaps })
    }
    if (texts.imported && !texts.imported.reviewedAt)
      throw new Refused('language-not-reviewed', 'No native speaker has read every sentence of this imported language.')
    await publishLanguage(tx, { countryId: id, languageCode: code, actorUserId: reader.userId })
  })
  return readinessOf(deps, reader, id)
}

async function menuOf(db: Db, { role, countryIds }: Scope, countryId: string): Promise<string[]> {
  const country = (await listCountries({ db })).find(({ id }) => id === countryId)
  const isMine = role === 'administrator' || countryIds.includes(countryId)
  if (!country || !isMine) throw new NotFound('country-not-found', 'This country is not set up, or is not yours.')
  return country.languages.map(({ code }) => code)
}
