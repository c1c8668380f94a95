import type { LineForFlow } from '../../server/telephony/flow/types.ts'

/** A line that is open, answers as usual and rings no agents, unless said otherwise: its callers leave a message. */
export function lineOf(languages: string[], own: Partial<LineForFlow> = {}): LineForFlow {
  return {
    countryId: 'BD',
    languages,
    fixedLanguage: null,
    isOpen: true,
    answeringMode: 'answer',
    emergencyNumber: null,
    queueLimitSeconds: 0,
    canCallBack: true,
    ...own,
  }
}
