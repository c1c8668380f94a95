import type { PromptState } from './contract.ts'

/** What callers hear of one prompt; `text` is the sentence that was read. */
export type Heard = { text: string; isApproved: boolean }

/**
 * @param recording a person's, that callers hear; undefined: there is none
 * @param sentence as it is now; undefined: there is none in this language
 */
export function stateOf(recording: Heard | undefined, sentence: { text: string; canBeSpoken: boolean } | undefined): PromptState {
  if (!recording) return sentence?.canBeSpoken ? 'draft' : 'missing'
  if (sentence !== undefined && sentence.text !== recording.text) return 'stale'
  return recording.isApproved ? 'approved' : 'recorded'
}

export type Gap = { name: string; state: Exclude<PromptState, 'approved'> }

/** What stands in the way of a language being offered to callers; empty: nothing. */
export function gapsOf(prompts: readonly { name: string; state: PromptState }[]): Gap[] {
  return prompts.flatMap(({ name, state }) => (state === 'approved' ? [] : [{ name, state }]))
}

/** The name under which the written words are missing; no prompt is called so. */
const WRITTEN = 'texts'

/** An imported language has no texts, no word for STOP and nothing for auditors to read until its file brings them; others are built in. */
export function writtenGap({ imported }: { imported: { written: object | null } | undefined }): Gap[] {
  return imported?.written === null ? [{ name: WRITTEN, state: 'missing' }] : []
}
