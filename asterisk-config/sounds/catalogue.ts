import source from './catalogue.json' with { type: 'json' }

export const LANGUAGES = Object.keys(source) as LanguageCode[]
export type LanguageCode = keyof typeof source

/** What a caller may hear in each language; `menu-3` says "for this language, press three", `digit-3` just "three". */
export const PROMPT_NAMES = [
  'greeting',
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((key) => `menu-${key}` as const),
  ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((digit) => `digit-${digit}` as const),
  'please-choose',
  'leave-message',
  'message-saved',
  'message-kept',
  'keep-or-again',
  'may-we-call',
  'call-keys',
  'enter-number',
  'number-wrong',
  'number-is',
  'number-right',
  'number-kept',
  'no-call',
  'pin-is',
  'pin-again',
  'pin-offer',
  'pin-enter',
  'pin-not-found',
  'pin-nothing-new',
  'pin-in-progress',
  'pin-please-ring',
  'pin-done',
  'pin-more',
  'pin-later',
  'hold-on',
  'try-later',
  'wait-keys',
  'your-place',
  'wait-minutes',
  'nobody-now',
  'emergency-is',
  'we-call-back',
  'free-announcement',
  'goodbye',
] as const
export type PromptName = (typeof PROMPT_NAMES)[number]

export interface Prompt {
  language: LanguageCode
  name: PromptName
  /** As a person reads it. */
  text: string
  /** As espeak-ng has to be given it: pinyin, or with the vowels written. */
  speech: string
  /** espeak-ng's voice. */
  voice: string
  /** Unicode name of the script the text is written in. */
  script: string
}

/** Every prompt of one language, in the order of PROMPT_NAMES. */
export function promptsOf(language: LanguageCode): Prompt[] {
  const { voice, script, ...sentences } = source[language]
  return PROMPT_NAMES.map((name) => ({ language, name, voice, script, ...bothForms(phraseOf(name, sentences)) }))
}

type Sentences = Omit<(typeof source)[LanguageCode], 'voice' | 'script'>

function phraseOf(name: PromptName, { keys, digits, menu, ...sentences }: Sentences): Phrase {
  if (name.startsWith('menu-')) return withKey(menu, keys[Number(name.slice('menu-'.length)) - 1])
  if (!name.startsWith('digit-')) return sentences[name as keyof typeof sentences]
  const digit = digits[Number(name.slice('digit-'.length))]
  if (digit === undefined) throw new Error('the catalogue names ten digits for each language')
  return digit
}

/** Text and speech are the same unless the catalogue gives both. */
type Phrase = string | { text: string; speech: string }

function bothForms(phrase: Phrase): { text: string; speech: string } {
  return typeof phrase === 'string' ? { text: phrase, speech: phrase } : phrase
}

function withKey(menu: Phrase, key: Phrase | undefined): Phrase {
  if (key === undefined) throw new Error('the catalogue names nine keys for each language')
  const [sentence, word] = [bothForms(menu), bothForms(key)]
  return { text: sentence.text.replace('{key}', word.text), speech: sentence.speech.replace('{key}', word.speech) }
}
