import { HOUR } from '../../platform/time/duration.ts'
import type { SentenceName, StatusSentence } from '../prompts/sentence-rules.ts'

/** What arrived, as far as a reply goes. */
export type Meaning = 'text' | 'cut-off' | 'stop' | 'start'

export type ReplyFacts = {
  /** The country's own switch; off unless somebody turned it on. */
  isReplyOn: boolean
  /** The number may be written to: kept, not stopped, never refused. For `stop`: before it; for `start`: after it. */
  mayText: boolean
  /** The last sentence that went to this number by itself. */
  lastReplyAt: Date | null
  /** More texts within the hour than a person writes. */
  isFlood: boolean
  now: Date
}

/** An answer to every text would tell whoever looks at the phone how often its holder wrote. */
const REPLY_GAP_MS = HOUR
const MOST_TEXTS_AN_HOUR = 20

export const FLOOD_WINDOW_MS = HOUR
/** @param before texts of the same number within `FLOOD_WINDOW_MS` before this one */
export const isFlood = (before: number) => before >= MOST_TEXTS_AN_HOUR

/** The sentence that answers a text by itself, or null for silence. Never two within an hour to one number. */
export function replyTo(meaning: Meaning, { isReplyOn, mayText, lastReplyAt, isFlood: isTooMany, now }: ReplyFacts): SentenceName | null {
  if (!isReplyOn || !mayText || isTooMany) return null
  if (lastReplyAt && now.getTime() - lastReplyAt.getTime() < REPLY_GAP_MS) return null
  switch (meaning) {
    case 'text':
      return 'received'
    case 'cut-off':
      return 'too-long'
    case 'stop':
      return 'stopped'
    case 'start':
      return 'started'
  }
}

/**
 * The answer to a PIN, or null for silence. It was asked for, so neither the country's switch nor the last answer's hour is in its
 * way: whoever mistyped may write again at once. What may be tried is limited where PINs are kept.
 */
export function replyToPin(status: StatusSentence, { mayText, isFlood: isTooMany }: Pick<ReplyFacts, 'mayText' | 'isFlood'>) {
  return mayText && !isTooMany ? status : null
}
