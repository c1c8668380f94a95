import { ApiError } from '../../api/http.ts'
import { t } from '../../text/text.svelte.ts'

/** Refusals of prompts and languages that the console says in its own language. */
const KNOWN = [
  'prompt-clipped',
  'prompt-too-quiet',
  'prompt-no-sound',
  'prompt-own-recording',
  'prompt-text-changed',
  'prompt-text-wrong',
  'prompt-not-spoken',
  'prompt-missing',
  'phone-not-reachable',
  'agent-busy',
  'language-not-ready',
  'language-not-reviewed',
  'language-own-import',
  'language-import-wrong',
  'language-built-in',
  'menu-full',
] as const
type Known = (typeof KNOWN)[number]
const isKnown = (code: string): code is Known => (KNOWN as readonly string[]).includes(code)

/** Does something that may be refused. @returns the sentence of the refusal, or '' when it was done */
export async function attempt(work: () => Promise<unknown>): Promise<string> {
  try {
    await work()
    return ''
  } catch (error) {
    if (error instanceof ApiError && isKnown(error.code)) return t(`promptRefusal.${error.code}`)
    if (error instanceof DOMException) return t(error.name === 'NotAllowedError' ? 'prompts.noMicrophone' : 'prompts.notASound')
    if (!(error instanceof Error)) throw error
    return error.message
  }
}
