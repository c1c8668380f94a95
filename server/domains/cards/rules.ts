import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import type { CardWords } from './contract.ts'
import { CARD_WORDS } from './words-rules.ts'

/** How the country answers its callers; anything but `answer` costs them nothing. */
export type AnsweringMode = 'answer' | 'free-announcement' | 'ring-and-hang-up'

/** The words of a card in a language; null where nobody has written them. Texts reach every card's number, whatever calls cost. */
export function cardWords(languageCode: string, answeringMode: AnsweringMode): CardWords | null {
  const words = CARD_WORDS[languageCode]
  if (!words) return null
  const { callOrText, ringAndHangUp, yourLanguage, anyHour, nobodyTold } = words
  if (answeringMode === 'answer') return { invitation: callOrText, lines: [yourLanguage, anyHour, nobodyTold] }
  return { invitation: callOrText, lines: [ringAndHangUp, yourLanguage, nobodyTold] }
}

/** A number as people of its own country write and dial it. @param did E.164 */
export function nationalNumber(did: string): string {
  return parsePhoneNumberFromString(did)?.formatNational() ?? did
}
