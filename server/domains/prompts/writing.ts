/** Sentences are changed, and languages come in, by hand: the machine speaks a draft where it can, and people are asked again. */
import { PROMPT_NAMES, promptsOf } from '../../../asterisk-config/sounds/catalogue.ts'
import { NoSound } from '../../platform/audio/telephone-sound.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { NotFound, Refused, Unprocessable } from '../../platform/errors.ts'
import type { Scope } from '../../platform/http/policy.ts'
import { announce } from '../../platform/live/announce.ts'
import { record } from '../activity-log/service.ts'
import { saveLanguage } from '../countries/service.ts'
import type { ChangeText, ImportResult, LanguageFile, PromptList } from './contract.ts'
import { assertMine, assertName, PROMPT_CHANGED, type PromptDeps, PromptNotFound } from './deps.ts'
import { type ImportedLanguage, problemsOfSentence, readImport } from './import-rules.ts'
import * as queries from './queries.ts'
import { type PromptSound, spokenSound } from './sounds.ts'
import * as texts from './text-queries.ts'
import { isInCatalogue, type LanguageTexts, textsOf } from './texts.ts'
import { listPrompts } from './views.ts'
import { besideEnglish } from './written.ts'

/** As many at once as the machine has hands for. */
const TOGETHER = 2

/** Another sentence: a recording of the former one is heard until somebody reads the new. @throws NotFound, Unprocessable */
export async function changeText(
  deps: PromptDeps,
  reader: Scope,
  { code, name, ...given }: ChangeText & { code: string; name: string },
): Promise<PromptList> {
  const { db, clock } = deps
  await assertMine(db, reader, code)
  assertName(name)
  const text = given.text.normalize('NFC').trim()
  const speech = given.speech?.trim() || null
  const language = await textsOf(db, code)
  const [problem] = problemsOfSentence({ text, speech }, { script: language.script ?? 'Latin', voice: null })
  if (problem) throw new Unprocessable('prompt-text-wrong', problem.message)
  const draft = await draftOf(language, { text, speech })
  await inTransaction(db, async (tx) => {
    await queries.lockLanguage(tx, code)
    const id = await texts.replaceText(tx, {
      ...{ languageCode: code, name, text, speech, draft },
      writtenByUserId: reader.userId,
      writtenAt: clock.now(),
    })
    // One who read every sentence has not read this one.
    await texts.setReview(tx, code, null)
    const detail = { language: code, name }
    await record(tx, { actorUserId: reader.userId, action: 'prompt.text-changed', subjectKind: 'prompt', subjectId: id, detail })
    await announce(tx, PROMPT_CHANGED, code)
  })
  return listPrompts(deps, reader, code)
}

/** @param given a file as `languageFile` makes it @throws Unprocessable with every problem, Refused */
export async function importLanguage(
  { db, clock }: PromptDeps,
  reader: Scope,
  { given, isDryRun }: { given: unknown; isDryRun: boolean },
): Promise<ImportResult> {
  const read = readImport(given, PROMPT_NAMES)
  if (read.kind === 'wrong')
    throw new Unprocessable('language-import-wrong', 'The file has mistakes: nothing of it was kept.', { problems: read.problems })
  const { language } = read
  if (isInCatalogue(language.code)) {
    throw new Refused('language-built-in', 'This language is built in: change its sentences on its own page.')
  }
  const drafts = await draftsOf(language, isDryRun)
  const result = {
    languageCode: language.code,
    ownName: language.ownName,
    sentences: language.sentences.length,
    drafts: language.voice === null ? 0 : language.sentences.length,
  }
  if (isDryRun) return { isDone: false, ...result }
  await inTransaction(db, async (tx) => {
    const { code, ownName, direction, isTallScript, script, voice } = language
    const written = { writtenByUserId: reader.userId, writtenAt: clock.now() }
    await saveLanguage(tx, { code, ownName, direction, isTallScript })
    await queries.lockLanguage(tx, code)
    const by = { importedByUserId: reader.userId, importedAt: written.writtenAt }
    await texts.saveImported(tx, { languageCode: code, script, voice, written: language.written, ...by })
    for (const [index, sentence] of language.sentences.entries()) {
      await texts.replaceText(tx, { languageCode: code, ...sentence, draft: drafts[index] ?? null, ...written })
    }
    const detail = { language: code, sentences: result.sentences }
    await record(tx, { actorUserId: reader.userId, action: 'language.imported', subjectKind: 'language', subjectId: code, detail })
    await announce(tx, PROMPT_CHANGED, code)
  })
  return { isDone: true, ...result }
}

/** A native speaker has read every sentence. Whoever imported it does not say so. @throws NotFound, Refused */
export async function reviewLanguage(
  deps: PromptDeps,
  reader: Scope,
  { code, nativeSpeaker }: { code: string; nativeSpeaker: string },
): Promise<PromptList> {
  const { db, clock } = deps
  await assertMine(db, reader, code)
  await inTransaction(db, async (tx) => {
    await queries.lockLanguage(tx, code)
    const imported = await texts.findImported(tx, code)
    if (!imported) throw new NotFound('language-not-imported', 'This language was not imported.')
    if (imported.importedByUserId === reader.userId)
      throw new Refused('language-own-import', 'You have imported this language yourself: somebody else must review it.')
    await texts.setReview(tx, code, { name: nativeSpeaker.trim(), userId: reader.userId, at: clock.now() })
    await record(tx, { actorUserId: reader.userId, action: 'language.reviewed', subjectKind: 'language', subjectId: code, detail: {} })
    await announce(tx, PROMPT_CHANGED, code)
  })
  return listPrompts(deps, reader, code)
}

/** A language as a file, to be filled in: empty, or with the sentences it has. @throws NotFound */
export async function languageFile({ db }: Pick<PromptDeps, 'db'>, code: string | undefined): Promise<LanguageFile> {
  const english = new Map<string, string>(promptsOf('en').map(({ name, text }) => [name, text]))
  const row = code === undefined ? undefined : await queries.findLanguage(db, code)
  if (code !== undefined && !row) throw new PromptNotFound()
  const language = code === undefined ? undefined : await textsOf(db, code)
  return {
    code: row?.code ?? '',
    ownName: row?.ownName ?? '',
    script: language?.script ?? '',
    direction: row?.direction ?? 'ltr',
    isTallScript: row?.isTallScript ?? false,
    voice: language?.voice ?? null,
    prompts: PROMPT_NAMES.map((name) => {
      const sentence = language?.sentences.get(name)
      const speech = sentence && sentence.speech !== sentence.text ? sentence.speech : null
      return { name, english: english.get(name) ?? '', text: sentence?.text ?? '', speech }
    }),
    ...besideEnglish(language?.imported?.written),
  }
}

/** None where the machine has no usable voice, or would need a spelling that was not given. @throws Unprocessable */
async function draftOf(
  { voice, needsSpeech }: Pick<LanguageTexts, 'voice' | 'needsSpeech'>,
  { text, speech }: { text: string; speech: string | null },
): Promise<PromptSound | null> {
  if (voice === null || (needsSpeech && speech === null)) return null
  try {
    return await spokenSound(speech ?? text, voice)
  } catch (error) {
    if (!(error instanceof NoSound)) throw error
    throw new Unprocessable('prompt-not-spoken', `The machine cannot speak this with the voice ${voice}.`, undefined)
  }
}

/** @param isTrial speaks one sentence alone, to hear whether there is such a voice */
async function draftsOf({ voice, sentences }: ImportedLanguage, isTrial: boolean): Promise<(PromptSound | null)[]> {
  const wanted = isTrial ? sentences.slice(0, 1) : sentences
  const drafts: (PromptSound | null)[] = []
  const left = wanted.entries()
  const speak = async () => {
    for (const [index, sentence] of left) drafts[index] = await draftOf({ voice, needsSpeech: false }, sentence)
  }
  await Promise.all(Array.from({ length: TOGETHER }, speak))
  return drafts
}
