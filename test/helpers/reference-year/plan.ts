/**
 * The reference year, folded onto a few days of the product's calendar: which visits there are, who is on their lists, what each
 * worker's phone does when it is called and what is said when it is answered. All of it follows from the size and a seed.
 */
import { workerNumber } from '../../../scripts/simulator/numbers.ts'
import { addLocalDays } from '../../../server/platform/time/local.ts'
import { type Chance, createChance } from './chance.ts'

/** @property visitDays the visits lie on so many days; callbacks fall due from five days later on */
export type YearSize = {
  callbacks: number
  audits: number
  grievances: number
  violations: number
  underAge: number
  visitDays: number
  agents: number
}

export const WHOLE_YEAR: YearSize = {
  callbacks: 33_760,
  audits: 552,
  grievances: 244,
  violations: 44,
  underAge: 14,
  visitDays: 13,
  agents: 60,
}

/** Where the programme's workers are; India's and Türkiye's agents speak both languages. */
export const SHARES = [
  { countryId: 'BD', timeZone: 'Asia/Dhaka', share: 0.34, languages: { bn: 1 } },
  { countryId: 'CN', timeZone: 'Asia/Shanghai', share: 0.22, languages: { zh: 1 } },
  { countryId: 'IN', timeZone: 'Asia/Kolkata', share: 0.18, languages: { hi: 0.6, ta: 0.4 } },
  { countryId: 'VN', timeZone: 'Asia/Ho_Chi_Minh', share: 0.16, languages: { vi: 1 } },
  { countryId: 'TR', timeZone: 'Europe/Istanbul', share: 0.1, languages: { tr: 0.7, ar: 0.3 } },
] as const

/** A Monday. */
export const FIRST_DAY = '2027-01-04'
const DAYS_TO_CALLBACK = 5

/** What a phone does when it is called, by try. */
export type Line = 'answers' | 'no-answer' | 'busy' | 'rejects' | 'switched-off' | 'dead'
const LINES = { answers: 70, 'no-answer': 16, busy: 7, rejects: 3, 'switched-off': 4 }
const DEAD_SHARE = 0.01
/** What comes of a conversation, by conversation. */
export type Talk = 'complete' | 'partial' | 'someone-else' | 'not-safe-now' | 'refused'
const TALKS = { complete: 92, partial: 1.5, 'someone-else': 2.5, 'not-safe-now': 2.5, refused: 1.5 }
/** Written out so far; after them every call is answered, and goes well. */
const FORESEEN = 8
const MOST_TRIES = 4

/** The options of the questionnaire's "What is it about?", and "retaliation", which is a question of its own. */
const KINDS = { wages: 26, hours: 22, safety: 16, abuse: 14, forced: 3, union: 5, coaching: 4, other: 6, retaliation: 4 }
export type Kind = keyof typeof KINDS | 'children'

export const WINDOWS = [
  { share: 40, from: '08:00', to: '14:00' },
  { share: 35, from: '14:00', to: '21:00' },
  { share: 25, from: '18:00', to: '21:00' },
] as const
const DATED_SHARE = 0.15

/** @property date the day they asked for; null: any. From its fifth day after the visit on. */
export type YearWorker = {
  phone: string
  languageCode: string
  timeZone: string
  from: string
  to: string
  date: string | null
  firstDay: string
  lines: readonly Line[]
  talks: readonly Talk[]
  grievance: Kind | null
}
export type YearVisit = { factoryName: string; countryId: string; languageCodes: string[]; auditDate: string; workers: YearWorker[] }

/** Visits in the order of their days. */
export function planYear(size: YearSize, seed: number): YearVisit[] {
  const chance = createChance(seed)
  const visits = Array.from({ length: size.audits }, (_, index) => emptyVisit(index, size))
  const made = new Map<string, number>()
  for (let index = 0; index < size.callbacks; index++) {
    const visit = visits[index % visits.length]!
    visit.workers.push(newWorker(visit, made, chance))
  }
  const talkative = shuffled(visits.flatMap(({ workers }) => workers).filter(willTell), chance)
  if (talkative.length < size.grievances) throw new Error(`only ${talkative.length} of the year's workers will be reached`)
  talkative.slice(0, size.grievances).forEach((worker, index) => {
    worker.grievance = index < size.underAge ? 'children' : chance.pick(KINDS)
  })
  return visits.sort((a, b) => a.auditDate.localeCompare(b.auditDate))
}

function emptyVisit(index: number, { audits, visitDays }: YearSize): YearVisit {
  const share = (index + 0.5) / audits
  let below = 0
  const { countryId, languages } = SHARES.find((country) => share < (below += country.share)) ?? SHARES[0]
  const auditDate = addLocalDays(FIRST_DAY, index % visitDays)
  return { factoryName: `Factory ${index + 1}`, countryId, languageCodes: Object.keys(languages), auditDate, workers: [] }
}

function newWorker({ countryId, languageCodes, auditDate }: YearVisit, made: Map<string, number>, chance: Chance): YearWorker {
  const { timeZone, languages } = SHARES.find((country) => country.countryId === countryId)!
  const number = made.get(countryId) ?? 0
  made.set(countryId, number + 1)
  const languageCode = chance.pick(languages as Record<string, number>)
  const window = WINDOWS[Number(chance.pick({ 0: WINDOWS[0].share, 1: WINDOWS[1].share, 2: WINDOWS[2].share }))]!
  const firstDay = addLocalDays(auditDate, DAYS_TO_CALLBACK)
  const isDead = chance.next() < DEAD_SHARE
  return {
    phone: workerNumber({ id: countryId, languages: languageCodes }, languageCode, number),
    ...{ languageCode, timeZone, from: window.from, to: window.to, firstDay },
    date: chance.next() < DATED_SHARE ? addLocalDays(firstDay, chance.below(3)) : null,
    lines: Array.from({ length: FORESEEN }, () => (isDead ? 'dead' : chance.pick(LINES))),
    talks: Array.from({ length: FORESEEN }, () => chance.pick(TALKS)),
    grievance: null,
  }
}

/** Whether, whatever day it gets, a conversation is led to its end before the tries are used up. */
function willTell({ lines, talks }: YearWorker): boolean {
  const answeredAt = lines.indexOf('answers')
  return answeredAt >= 0 && answeredAt < MOST_TRIES - 2 && talks[0] === 'complete'
}

function shuffled<T>(items: T[], chance: Chance): T[] {
  for (let last = items.length - 1; last > 0; last--) {
    const other = chance.below(last + 1)
    ;[items[last], items[other]] = [items[other]!, items[last]!]
  }
  return items
}
