import { currentMs, wallClock } from '../text/time.svelte.ts'
import type { IntakeEntry, IntakeVisit } from './api.ts'
import { judgeNumber, NumbersOfVisit } from './number.ts'
import { noWish, slotOf, type Wish, wishProblem } from './when.ts'

/** What is missing, as the last part of a text's key `intake.missing.…`. */
export type Missing = 'number' | 'language' | 'day' | 'past' | 'hours' | 'consent'

/** The worker being entered, in memory alone; emptied the moment the entry is sealed. */
export class Draft {
  phone = $state('')
  /** The auditor has left the field: now a number too short is wrong, not unfinished. */
  isPhoneLeft = $state(false)
  isTwice = $state(false)
  alias = $state('')
  codeWord = $state('')
  languageCode = $state('')
  wish = $state<Wish>(noWish())
  isSharedPhone = $state(false)
  mayShowCardNumber = $state(false)
  /** Never ticked beforehand: the auditor says how the worker agreed. */
  consentMode = $state<'' | 'spoken' | 'written'>('')

  #visit = $state.raw() as IntakeVisit
  readonly #numbers = new NumbersOfVisit()

  constructor(visit: IntakeVisit) {
    this.#visit = visit
    this.empty()
  }
  /** The visit as the server says it is by now. */
  isOf(visit: IntakeVisit): void {
    this.#visit = visit
  }

  readonly verdict = $derived.by(() => judgeNumber(this.#visit.countryId, this.phone, this.isPhoneLeft))
  readonly language = $derived.by(() => this.#visit.languages.find(({ code }) => code === this.languageCode))

  get today(): string {
    return wallClock(currentMs(), this.#visit.timeZone).slice(0, 10)
  }

  /** Flags a number that was entered on this phone already. */
  async lookTwice(): Promise<void> {
    const { verdict } = this
    this.isTwice = verdict.kind === 'good' && (await this.#numbers.has(verdict.e164))
  }

  missing(): Missing | null {
    if (this.verdict.kind !== 'good') return 'number'
    if (!this.language) return 'language'
    return wishProblem(this.wish, this.today) ?? (this.consentMode === '' ? 'consent' : null)
  }

  toEntry(consentTextVersion: number): IntakeEntry {
    const { verdict, consentMode } = this
    if (verdict.kind !== 'good' || consentMode === '') throw new Error('this entry is not complete')
    return {
      ...{ phone: verdict.e164, languageCode: this.languageCode, slot: slotOf(this.wish), isSharedPhone: this.isSharedPhone },
      ...{ consentMode, consentTextVersion, mayShowCardNumber: this.mayShowCardNumber },
      ...(this.alias.trim() && { alias: this.alias.trim() }),
      ...(this.codeWord.trim() && { codeWord: this.codeWord.trim() }),
    }
  }

  /** Once sealed: what was entered is remembered only as a keyed hash, in memory. */
  async done(): Promise<void> {
    const { verdict } = this
    if (verdict.kind === 'good') await this.#numbers.note(verdict.e164)
    this.empty()
  }

  empty(): void {
    this.phone = this.alias = this.codeWord = ''
    this.isPhoneLeft = this.isTwice = this.isSharedPhone = this.mayShowCardNumber = false
    this.consentMode = ''
    this.wish = noWish()
    // Who comes next most often speaks the same; with one language there is nothing to choose.
    if (this.#visit.languages.length === 1) this.languageCode = this.#visit.languages[0]!.code
  }
}

/** By visit: signing in again, or a look at another visit, takes nothing away that was being entered. In this page's memory only. */
const drafts = new Map<string, Draft>()

export function draftOf(visit: IntakeVisit): Draft {
  const draft = drafts.get(visit.auditId) ?? new Draft(visit)
  drafts.set(visit.auditId, draft)
  draft.isOf(visit)
  return draft
}
/** Another auditor has the phone. */
export function forgetDrafts(): void {
  drafts.clear()
}
