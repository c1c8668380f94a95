import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Milliseconds a prompt lasts, by language and name. */
export type PromptLengths = (language: string, name: string) => number

/** For prompts nobody measured: longer than any draft is. */
const UNKNOWN_MS = 8000
/** The key comes while the menu is still being said, as with people who know it. */
const KEY_AFTER_MS = 2500
/** Between the end of a prompt and the first word. */
const BREATH_MS = 2000

/** Lengths as the product's start wrote them down beside its prompts; a product that runs elsewhere is taken to be slow. */
export async function readPromptLengths(dataFolder: string): Promise<PromptLengths> {
  try {
    const made = JSON.parse(await readFile(join(dataFolder, 'sounds', 'manifest.json'), 'utf8')) as MadePrompt[]
    return (language, name) => made.find((prompt) => prompt.language === language && prompt.name === name)?.durationMs ?? UNKNOWN_MS
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return () => UNKNOWN_MS
  }
}

/**
 * When a worker presses the language key, and how long after it the hotline will be recording: a line of one language greets
 * and asks for the message in one go, and keys mean nothing there; any other asks after the key.
 */
export function keyAndSpeech(lengths: PromptLengths, languages: string[], language: string): { keyAfterMs: number; speakAfterMs: number } {
  const asking = lengths(language, 'pin-offer') + lengths(language, 'leave-message')
  const greeting = languages.length > 1 ? 0 : Math.max(0, lengths(language, 'greeting') - KEY_AFTER_MS)
  return { keyAfterMs: KEY_AFTER_MS, speakAfterMs: greeting + asking + BREATH_MS }
}

type MadePrompt = { language: string; name: string; durationMs: number }
