/** The sentences of a language: the catalogue's, what was changed since, what was imported; and who can speak them. */
import { LANGUAGES, type LanguageCode, promptsOf } from '../../../asterisk-config/sounds/catalogue.ts'
import type { Db } from '../../platform/db/db.ts'
import * as queries from './text-queries.ts'
import { judgeVoice } from './voice-rules.ts'

export type Draft = { textId: string; sha256: string; durationMs: number; levelDb: number | null }
/** @property speech as espeak-ng has to be given it. @property draft null for the catalogue's own, whose drafts set-up makes */
export type Sentence = { name: string; text: string; speech: string; isEdited: boolean; draft: Draft | null }
export type LanguageTexts = {
  /** Of espeak-ng; null: people must record it. */
  voice: string | null
  needsSpeech: boolean
  /** Unicode's name; null: nobody has said. */
  script: string | null
  imported: queries.ImportedRow | undefined
  sentences: ReadonlyMap<string, Sentence>
}

/** Everything said in a language; without a sentence where neither catalogue nor database has one. */
export async function textsOf(db: Db, code: string): Promise<LanguageTexts> {
  const rows = await queries.listTexts(db, code)
  const imported = await queries.findImported(db, code)
  const catalogue = isInCatalogue(code) ? promptsOf(code) : []
  const voice = imported ? imported.voice : (catalogue[0]?.voice ?? null)
  const judged = voice === null ? undefined : judgeVoice(voice)
  const sentences = new Map<string, Sentence>(
    catalogue.map(({ name, text, speech }) => [name, { name, text, speech, isEdited: false, draft: null }]),
  )
  for (const { id, name, text, speech, draftSha256, draftDurationMs } of rows) {
    const draft = draftSha256 === null ? null : { textId: id, sha256: draftSha256, durationMs: draftDurationMs ?? 0, levelDb: null }
    sentences.set(name, { name, text, speech: speech ?? text, isEdited: true, draft })
  }
  return {
    voice: judged?.kind === 'usable' ? voice : null,
    needsSpeech: judged?.kind === 'usable' && judged.needsSpeech,
    script: imported?.script ?? catalogue[0]?.script ?? null,
    imported,
    sentences,
  }
}

export const isInCatalogue = (code: string): code is LanguageCode => (LANGUAGES as string[]).includes(code)
