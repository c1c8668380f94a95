/** Which voices of espeak-ng may speak to callers. A language spoken wrongly is worse than one that waits for a person. */

export type VoiceJudgement =
  /** @property needsSpeech the sentence as it is written is not what the voice can read */
  { kind: 'usable'; needsSpeech: boolean } | { kind: 'unusable'; why: string }

/** Source: docs/decisions/prompts.md; judged by the phonemes that version 1.51 gives. */
export function judgeVoice(voice: string): VoiceJudgement {
  if (voice === 'cmn-latn-pinyin') return { kind: 'usable', needsSpeech: true }
  const base = voice.split('-')[0] ?? voice
  const why = UNUSABLE.get(base)
  return why === undefined ? { kind: 'usable', needsSpeech: false } : { kind: 'unusable', why }
}

const CHARACTERS = 'The machine reads Chinese characters wrongly. Use the voice cmn-latn-pinyin and give pinyin as speech, or no voice.'
const UNUSABLE = new Map([
  ['my', 'The machine speaks Burmese wrongly. Leave the voice out and have people record it.'],
  ['th', 'The machine speaks Thai wrongly. Leave the voice out and have people record it.'],
  ['km', 'The machine has no voice for Khmer. Leave the voice out and have people record it.'],
  ['tl', 'The machine has no voice for Tagalog. Leave the voice out and have people record it.'],
  ['fil', 'The machine has no voice for Tagalog. Leave the voice out and have people record it.'],
  ['cmn', CHARACTERS],
  ['zh', CHARACTERS],
  ['yue', CHARACTERS],
  ['hak', CHARACTERS],
])
