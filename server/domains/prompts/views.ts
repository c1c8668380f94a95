/** What the console shows of a language: each prompt, who speaks it, and what is missing. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { PROMPT_NAMES } from '../../../asterisk-config/sounds/catalogue.ts'
import { isTelephoneWav } from '../../platform/audio/telephone-wav.ts'
import type { Db } from '../../platform/db/db.ts'
import type { Scope } from '../../platform/http/policy.ts'
import type { PromptList, PromptView } from './contract.ts'
import { assertMine, type PromptDeps, PromptNotFound } from './deps.ts'
import * as queries from './queries.ts'
import { stateOf } from './rules.ts'
import { factsOf } from './sounds.ts'
import { findDraftWav } from './text-queries.ts'
import { type LanguageTexts, type Sentence, textsOf } from './texts.ts'
import { besideEnglish } from './written.ts'

/** Every prompt of a language, as callers hear it. @throws NotFound */
export async function listPrompts(deps: PromptDeps, reader: Scope, code: string): Promise<PromptList> {
  const { db } = deps
  await assertMine(db, reader, code)
  const [language, texts, heard] = await Promise.all([queries.findLanguage(db, code), textsOf(db, code), heardIn(db, code)])
  if (!language) throw new PromptNotFound()
  const prompts = await Promise.all(
    PROMPT_NAMES.map(async (name) => {
      const view = toView(name, texts, { row: heard.get(name), reader })
      return view.state === 'draft' && !view.draft ? { ...view, draft: await draftOnDisk(deps, code, name) } : view
    }),
  )
  return {
    ...partsOf(language, texts),
    needsSpeech: texts.needsSpeech,
    isMine: texts.imported?.importedByUserId === reader.userId,
    written: texts.imported?.written ? besideEnglish(texts.imported.written) : null,
    prompts,
  }
}

/** States alone, for deciding over the whole language. */
export async function statesIn(db: Db, code: string): Promise<{ texts: LanguageTexts; prompts: Pick<PromptView, 'name' | 'state'>[] }> {
  const texts = await textsOf(db, code)
  const heard = await heardIn(db, code)
  return { texts, prompts: PROMPT_NAMES.map((name) => ({ name, state: stateIn(name, texts, heard.get(name)) })) }
}

export function partsOf({ code, ownName, direction }: queries.LanguageRow, { voice, imported }: LanguageTexts) {
  const review = imported?.reviewedAt ? { byName: imported.reviewedByName ?? '', at: imported.reviewedAt.toISOString() } : null
  return { languageCode: code, ownName, direction: direction as 'ltr' | 'rtl', voice, isImported: imported !== undefined, review }
}

/** A sound by its content: what was replaced is heard too, so that the address can be kept for ever. @throws NotFound */
export async function soundOf(
  deps: PromptDeps,
  reader: Scope,
  { code, name, sha256 }: { code: string; name: string; sha256: string },
): Promise<Buffer> {
  await assertMine(deps.db, reader, code)
  const recording = await queries.findWavBySum(deps.db, { languageCode: code, name, sha256 })
  if (recording) return recording.wav
  const draft = (await textsOf(deps.db, code)).sentences.get(name)?.draft
  const made = draft?.sha256 === sha256 ? (await findDraftWav(deps.db, draft.textId))?.draftWav : undefined
  const wav = made ?? (await readSound(deps, code, name))
  if (!wav || factsOf(wav).sha256 !== sha256) throw new PromptNotFound()
  return wav
}

const heardIn = async (db: Db, code: string) => new Map((await queries.listHeard(db, code)).map((row) => [row.name, row]))

const stateIn = (name: string, texts: LanguageTexts, row: queries.RecordingRow | undefined) =>
  stateOf(row && { text: row.text, isApproved: row.approvedAt !== null }, spoken(texts.sentences.get(name), texts.voice))

/** The catalogue's own are spoken by set-up; others when a draft was made. */
const spoken = (sentence: Sentence | undefined, voice: string | null) =>
  sentence && { text: sentence.text, canBeSpoken: sentence.isEdited ? sentence.draft !== null : voice !== null }

function toView(name: string, texts: LanguageTexts, { row, reader }: { row: queries.RecordingRow | undefined; reader: Scope }): PromptView {
  const sentence = texts.sentences.get(name)
  const { text = null, speech = null, isEdited = false, draft = null } = sentence ?? {}
  return {
    ...{ name, text, isEdited },
    speech: speech === text ? null : speech,
    state: stateIn(name, texts, row),
    draft: draft && { sha256: draft.sha256, durationMs: draft.durationMs, levelDb: draft.levelDb },
    recording: row
      ? {
          ...{ id: row.id, text: row.text, sha256: row.sha256, durationMs: row.durationMs, levelDb: row.levelDb },
          isMine: row.recordedByUserId === reader.userId,
          recordedAt: row.recordedAt.toISOString(),
          approvedByName: row.approvedByName,
          approvedAt: row.approvedAt?.toISOString() ?? null,
        }
      : null,
  }
}

async function draftOnDisk(deps: PromptDeps, code: string, name: string): Promise<PromptView['draft']> {
  const wav = await readSound(deps, code, name)
  return wav ? factsOf(wav) : null
}

async function readSound({ soundsFolder }: PromptDeps, code: string, name: string): Promise<Buffer | undefined> {
  try {
    const wav = await readFile(path.join(soundsFolder, code, `${name}.wav`))
    return isTelephoneWav(wav) ? wav : undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    // Not made yet, or gone: whoever looks is shown that nothing is there.
    return undefined
  }
}
