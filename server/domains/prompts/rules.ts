import type { PromptState } from './contract.ts'

/** What callers hear of one prompt; `text` is the sentence that was read. */
export type Heard = { text: string; isApproved: boolean }

/**
 * @param recording a person's, that callers hear; undefined: there is none
 * @param text the catalogue's sentence now; undefined: the catalogue has none in this language, and no machine speaks it
 */
export function stateOf(recording: Heard | undefined, text: string | undefined): PromptState {
  if (!recording) return text === undefined ? 'missing' : 'draft'
  const isSameSentence = text === undefined || text === recording.text
  return recording.isApproved && isSameSentence ? 'approved' : 'recorded'
}

export type Gap = { name: string; state: Exclude<PromptState, 'approved'> }

/** What stands in the way of a language being offered to callers; empty: nothing. */
export function gapsOf(prompts: readonly { name: string; state: PromptState }[]): Gap[] {
  return prompts.flatMap(({ name, state }) => (state === 'approved' ? [] : [{ name, state }]))
}
