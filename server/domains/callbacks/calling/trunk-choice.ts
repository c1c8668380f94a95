/** Which of a country's trunks a call goes over: the first in order that may carry one more. */
import type { Tx } from '../../../platform/db/db.ts'
import { HOUR } from '../../../platform/time/duration.ts'
import { localDate } from '../../../platform/time/local.ts'
import { checkTrunk, type CountryFacts, isPaused, lockTrunks } from '../../countries/service.ts'
import * as attempts from './attempt-queries.ts'
import type { TrunkTelephony } from '../ports.ts'
import { startOfDay } from '../planning/slot-rules.ts'

export type TrunkChoice = { kind: 'chosen'; trunkId: string; maxCallSeconds: number } | { kind: 'none'; reason: string }

type Choosing = {
  country: Pick<CountryFacts, 'id' | 'trunks' | 'hours'>
  now: Date
  trunkState: TrunkTelephony['trunkState']
  /** Those that failed for this call already. */
  except?: readonly string[]
  /** Calls promised to agents and not begun yet, over whichever trunk. */
  promised?: number
}

/**
 * Locks the country's trunks until the transaction ends. One that answers no questions is tried after all others, for it may take calls
 * all the same, and after these one that Asterisk was not told of yet. Over a cap of an hour or a day a trunk is paused, and the next one is looked at.
 */
export async function chooseTrunk(tx: Tx, { country, now, trunkState, except = [], promised = 0 }: Choosing): Promise<TrunkChoice> {
  await lockTrunks(tx, country.id)
  let promisedHere = promised
  let firstReason: string | undefined
  for (const trunk of inOrder(country.trunks, trunkState)) {
    if (except.includes(trunk.id)) continue
    let used = 0
    const usage = async () => {
      const counted = await trunkUse(tx, { trunkId: trunk.id, timeZone: country.hours.timeZone }, now)
      used = Number(counted.callsNow)
      return { ...counted, callsNow: used + promisedHere }
    }
    const check = await checkTrunk(tx, { trunkId: trunk.id, now, usage })
    if (check.kind === 'ok') return { kind: 'chosen', trunkId: trunk.id, maxCallSeconds: check.maxCallSeconds }
    firstReason ??= check.reason
    if (!isPaused(trunk, now)) promisedHere = Math.max(0, promisedHere - Math.max(0, trunk.maxChannels - used))
  }
  return { kind: 'none', reason: firstReason ?? 'There is no trunk.' }
}

function inOrder(trunks: CountryFacts['trunks'], trunkState: TrunkTelephony['trunkState']): CountryFacts['trunks'] {
  const doubt = ({ id, answersOptions, toldAt }: CountryFacts['trunks'][number]) => {
    if (toldAt === null) return 2
    return answersOptions && trunkState(id) === 'silent' ? 1 : 0
  }
  // Sorting keeps the order of those in equal doubt.
  return trunks.toSorted((one, other) => doubt(one) - doubt(other))
}

/** What calls to and from workers use of a trunk. @param of.timeZone the country's: minutes are counted in its local day */
export function trunkUse(tx: Tx, { trunkId, timeZone }: { trunkId: string; timeZone: string }, now: Date) {
  const dayStart = startOfDay(localDate(now, timeZone), timeZone)
  return attempts.trunkUsage(tx, trunkId, { now, hourAgo: new Date(now.getTime() - HOUR), dayStart })
}
