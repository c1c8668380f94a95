/** What is written in a language rather than spoken: built in, or brought by a language's file. */
import type { Db } from '../../platform/db/db.ts'
import { CONSENT_TEXTS } from './consent-rules.ts'
import type { WrittenView } from './contract.ts'
import { sentenceIn, type SentenceName, SENTENCES } from './sentence-rules.ts'
import { listWritten } from './text-queries.ts'
import type { WrittenWords } from './written-rules.ts'

/** @returns of one name the sentence as it goes out in the language; undefined when nobody has written it there */
export async function writtenIn(db: Db, languageCode: string): Promise<(name: SentenceName) => string | undefined> {
  if (sentenceIn(languageCode, 'received') !== undefined) return (name) => sentenceIn(languageCode, name)
  const words = (await listWritten(db)).get(languageCode)
  return (name) => words?.texts[name]
}

/** Words of imported languages beside those that are built in. */
export async function importedCommands(db: Db): Promise<{ stop: string[]; start: string[] }> {
  const words = [...(await listWritten(db)).values()]
  return { stop: words.flatMap(({ stopWords }) => stopWords), start: words.flatMap(({ startWords }) => startWords) }
}

/** @returns of a language what a worker agrees to; null where nobody has translated it: the auditor explains in their own words */
export async function consentTexts(db: Db): Promise<(languageCode: string) => string | null> {
  const imported = await listWritten(db)
  return (languageCode) => CONSENT_TEXTS[languageCode] ?? imported.get(languageCode)?.consentText ?? null
}

/** Beside their English, as people read and translate them; empty where there are none. */
export function besideEnglish(words: WrittenWords | null | undefined): WrittenView {
  return {
    texts: SENTENCES.map((name) => ({ name, english: sentenceIn('en', name) ?? '', text: words?.texts[name] ?? '' })),
    stopWords: words?.stopWords ?? [],
    startWords: words?.startWords ?? [],
    consentEnglish: CONSENT_TEXTS['en'] ?? '',
    consentText: words?.consentText ?? '',
  }
}
