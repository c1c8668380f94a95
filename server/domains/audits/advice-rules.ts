import type { Feasibility } from './contract.ts'

export type Group = Omit<Feasibility['groups'][number], 'advice'>

/** What to do about callbacks that do not fit, one English sentence; null when all fit. Nobody is dropped in any case: what misses its first day is called on the next. */
export function adviceOn({ reason, languageCode, date, startLocal, endLocal, moreNeeded, wanted, fits }: Group): string | null {
  const language = new Intl.DisplayNames(['en'], { type: 'language' }).of(languageCode) ?? languageCode
  const hours = `${date} ${startLocal}–${endLocal}`
  switch (reason) {
    case null:
      return null
    case 'no-agent':
      return `Nobody is certified in ${language}: certify an agent before ${date}.`
    case 'no-shift':
      return `Nobody certified in ${language} is on shift on ${hours}: change a shift.`
    case 'too-few-agents':
      return `${wanted - fits} would be called later: put ${moreNeeded} more who speak ${language} on shift on ${hours}.`
    case 'too-few-channels':
      return `${wanted - fits} would be called later: the trunk carries too few calls at a time on ${hours}; ask for ${moreNeeded} more channels.`
    case 'never-open':
      return `The hours asked for, ${startLocal}–${endLocal}, never fall into calling hours: ask these ${wanted} workers for another time.`
  }
}
