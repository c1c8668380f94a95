import { BadPhone, normalisePhone } from '../workers/rules.ts'

/** Who wrote: a number of the line's country, nobody named, or something we could never write or ring back to. */
export type Sender = { kind: 'kept'; e164: string } | { kind: 'withheld' } | { kind: 'unusable' }

/**
 * @param from as SIP or a gateway names the sender: `"Name" <sip:+88017…@carrier;user=phone>`, `tel:+88017…`, `+88017…`, `BANK`
 * @param countryId of the line that was written to
 */
export function senderOf(from: string, countryId: string): Sender {
  const user = (/(?:sips?|tel):([^@;>?]*)/iu.exec(from)?.[1] ?? from).trim()
  const written = unescaped(user)
  if (written === '' || /^(anonymous|unknown|restricted|private)$/iu.test(written)) return { kind: 'withheld' }
  try {
    return { kind: 'kept', e164: normalisePhone(countryId, written) }
  } catch (error) {
    if (!(error instanceof BadPhone)) throw error
    return { kind: 'unusable' }
  }
}

function unescaped(user: string): string {
  try {
    return decodeURIComponent(user)
  } catch (error) {
    if (!(error instanceof URIError)) throw error
    return user
  }
}
