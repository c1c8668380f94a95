import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import type { LineFacts } from '../countries/service.ts'
import type { CardWords } from './contract.ts'
import { CARD_WORDS } from './words-rules.ts'

/**
 * The words of a card in a language; null where nobody has written them. Texts reach every card's number, whatever calls cost.
 * @param answeringMode anything but `answer` costs the caller nothing
 */
export function cardWords(languageCode: string, answeringMode: LineFacts['answeringMode']): CardWords | null {
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
