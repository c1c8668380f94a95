/** Will what is promised be kept? Asked before a visit is closed, and every minute of all that waits. */
import type { Db, Tx } from '../../../platform/db/db.ts'
import { inTransaction } from '../../../platform/db/transaction.ts'
import type { Clock } from '../../../platform/time/clock.ts'
import { DAY } from '../../../platform/time/duration.ts'
import { listRostered } from '../../agents/service.ts'
import { listOpenAlerts, messages, raiseAlert, resolveAlert } from '../../alerts/service.ts'
import { type CountryFacts, getCountryFacts, loadCountryFacts } from '../../countries/service.ts'
import * as queries from './demand-queries.ts'
import { type Demand, fitCallbacks, type FitGroup, isCovered } from './feasibility-rules.ts'

export type { Demand, FitGroup, MissReason } from './feasibility-rules.ts'
export { MINUTES_PER_CALLBACK } from './feasibility-rules.ts'

type Deps = { db: Db; clock: Clock }
const UNCOVERED = 'no-agent-for-language'
/** What is due later may still be given somebody. */
const LOOK_AHEAD_MS = 21 * DAY

/** Each wish of a plan that is not made yet: whether it fits beside what is promised already. */
export async function checkFit({ db }: Pick<Deps, 'db'>, countryId: string, wanted: readonly Demand[]): Promise<FitGroup[]> {
  if (!wanted.length) return []
  const [{ hours, trunks }, agents] = await Promise.all([getCountryFacts({ db }, countryId), listRostered({ db }, countryId)])
  const times = wanted.map(({ dueAt }) => dueAt.getTime())
  const from = new Date(Math.min(...times) - DAY)
  const until = new Date(Math.max(...times) + DAY)
  const others = await queries.listDemand(db, { countryId, from, until })
  return fitCallbacks({ wanted, others, agents, hours, trunk: together(trunks) })
}

/** What a country's trunks carry in all. */
function together(trunks: CountryFacts['trunks']) {
  const sum = (figure: 'maxChannels' | 'maxCallsPerHour') => trunks.reduce((total, trunk) => total + trunk[figure], 0)
  return { maxChannels: sum('maxChannels'), maxCallsPerHour: sum('maxCallsPerHour') }
}

/**
 * Puts on the board which languages of which countries nobody could ever take, and takes off what is covered again: each minute,
 * and with the closing of a visit.
 */
export async function watchCoverage({ db, clock }: Deps): Promise<void> {
  await inTransaction(db, async (tx) => {
    const [wishes, facts] = await Promise.all([
      queries.listWaitingWishes(tx, new Date(clock.now().getTime() + LOOK_AHEAD_MS)),
      loadCountryFacts({ db: tx }),
    ])
    const uncovered = new Map<string, Uncovered>()
    for (const countryId of new Set(wishes.map((wish) => wish.countryId))) {
      const own = wishes.filter((wish) => wish.countryId === countryId)
      for (const one of await uncoveredIn(tx, facts.get(countryId), own, clock.now())) uncovered.set(one.subject, one)
    }
    await put(tx, uncovered)
  })
}

type Uncovered = { subject: string; countryId: string; message: string }

async function uncoveredIn(
  tx: Tx,
  country: CountryFacts | undefined,
  wishes: readonly queries.CountryDemand[],
  now: Date,
): Promise<Uncovered[]> {
  if (!country) return []
  const agents = await listRostered({ db: tx }, country.id)
  const { hours } = country
  const missed = wishes.flatMap((wish) => {
    const cover = isCovered(wish, { agents, hours, now })
    return cover === 'covered' ? [] : [{ ...wish, cover }]
  })
  return [...new Set(missed.map(({ languageCode }) => languageCode))].map((code) => {
    const own = missed.filter(({ languageCode }) => languageCode === code)
    const n = own.reduce((sum, { count }) => sum + count, 0)
    const facts = { n, language: code, country: hours.countryName }
    const slot = own[0]!.slot
    const times = { start: slot?.startLocal ?? hours.opensAtLocal, end: slot?.endLocal ?? hours.closesAtLocal }
    const message =
      own[0]!.cover === 'no-agent'
        ? messages.say('alert-none-certified', facts)
        : messages.say('alert-none-on-shift', { ...facts, ...times })
    return { subject: `${country.id}-${code}`, countryId: country.id, message }
  })
}

/** Only what is new is said: an alert raised each minute would count for nothing. */
async function put(tx: Tx, uncovered: ReadonlyMap<string, Uncovered>): Promise<void> {
  const open = new Map((await listOpenAlerts(tx, UNCOVERED)).map((alert) => [alert.subject, alert.message]))
  for (const alert of uncovered.values())
    if (open.get(alert.subject) !== alert.message) await raiseAlert(tx, { ...alert, kind: UNCOVERED, severity: 'warning' })
  for (const subject of open.keys()) if (!uncovered.has(subject)) await resolveAlert(tx, { kind: UNCOVERED, subject })
}
