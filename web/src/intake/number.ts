/**
 * Judged on the phone by the very rules of the server, which judges again: two sets of rules would soon differ, and the
 * auditor would hear of it when the worker has gone home. Hence the one import from the server that is not a type.
 */
import { BadPhone, normalisePhone } from '../../../server/domains/workers/rules.ts'

export type NumberVerdict = { kind: 'nothing' } | { kind: 'unfinished' } | { kind: 'bad' } | { kind: 'good'; e164: string }

/** Fewer digits than any subscriber's number has are no error yet. */
const FEWEST_DIGITS = 7

/** @param raw as written: digits of any script, leading 0 or +, spaces @param isFinished the auditor has left the field */
export function judgeNumber(countryId: string, raw: string, isFinished: boolean): NumberVerdict {
  if (!raw.trim()) return { kind: 'nothing' }
  try {
    return { kind: 'good', e164: normalisePhone(countryId, raw) }
  } catch (error) {
    if (!(error instanceof BadPhone)) throw error
    const digits = raw.replace(/[^\p{Nd}]/gu, '').length
    return { kind: !isFinished && digits < FEWEST_DIGITS + 3 ? 'unfinished' : 'bad' }
  }
}

/**
 * Which numbers were entered on this phone during this visit, to flag the second time. A country has some 10⁹ numbers: a hash
 * of one, even with a key that lies beside it, is tried out in minutes, and a factory that has its workers' list needs only
 * thousands of tries. So nothing of this is ever stored: the key is made in memory, cannot be exported and is gone with the
 * page, and what is compared is the keyed hash, so that not even the memory holds numbers longer than the form does.
 * After a reload the phone starts anew; the server flags what was missed when the entries arrive.
 */
export class NumbersOfVisit {
  readonly #key = crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  readonly #tags = new Set<string>()

  async has(e164: string): Promise<boolean> {
    return this.#tags.has(await this.#tagOf(e164))
  }

  async note(e164: string): Promise<void> {
    this.#tags.add(await this.#tagOf(e164))
  }

  async #tagOf(e164: string): Promise<string> {
    const tag = await crypto.subtle.sign('HMAC', (await this.#key) as CryptoKey, new TextEncoder().encode(e164))
    return new Uint8Array(tag).join()
  }
}
