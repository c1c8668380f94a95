/** What is shown of our numbers. */
import type { Db } from '../../platform/db/db.ts'
import type { Scope } from '../../platform/http/policy.ts'
import { listCountries, loadLineFacts } from '../countries/service.ts'
import type { CheckView, NumberView } from './contract.ts'
import type { WatchdogDeps } from './deps.ts'
import * as queries from './queries.ts'
import { expectationOf } from './rules.ts'

/** Our numbers by country, each with its newest checks: an administrator's are all, a supervisor's those of their countries. */
export async function listNumbers({ db }: WatchdogDeps, reader: Pick<Scope, 'role' | 'countryIds'>): Promise<NumberView[]> {
  return (await allNumbers(db)).filter(({ countryId }) => maySee(reader, countryId))
}

/** One number as it is now; undefined when there is no such one. */
export async function findNumber({ db }: WatchdogDeps, name: queries.NumberName): Promise<NumberView | undefined> {
  return (await allNumbers(db)).find(({ countryId, kind }) => countryId === name.countryId && kind === name.kind)
}

/** What alerts and the log call it. */
export const subjectOf = ({ countryId, kind }: queries.NumberName) => `${countryId}-${kind}`

export const maySee = ({ role, countryIds }: Pick<Scope, 'role' | 'countryIds'>, countryId: string) =>
  role === 'administrator' || countryIds.includes(countryId)

async function allNumbers(db: Db): Promise<NumberView[]> {
  const [lines, countries, watches, newest] = await Promise.all([
    loadLineFacts({ db }),
    listCountries({ db }),
    queries.listWatches(db),
    queries.listNewest(db),
  ])
  const nameOf = new Map(countries.map(({ id, name }) => [id, name]))
  const numbers = [...lines.values()].map((line): NumberView => {
    const { countryId, kind, did } = line
    const isThis = (row: { countryId: string; lineKind: string }) => row.countryId === countryId && row.lineKind === kind
    const watch = watches.find(isThis)
    const expected = expectationOf(line)
    const last = (wanted: 'call' | 'text') => newest.find((row) => isThis(row) && row.kind === wanted)
    const [call, text] = [last('call'), last('text')]
    const [callWay, textWay] = [watch?.callWay ?? 'trunk', watch?.textWay ?? 'loop'] as [NumberView['callWay'], NumberView['textWay']]
    const isOff = callWay === 'off' && textWay === 'off'
    return {
      ...{ countryId, kind, did, callWay, textWay },
      countryName: nameOf.get(countryId) ?? countryId,
      everyMinutes: watch?.everyMinutes ?? 60,
      nextAt: !watch || isOff ? null : watch.nextAt.toISOString(),
      expectedLanguageCode: expected.kind === 'speaks' ? expected.languageCode : null,
      lastCall: call ? toView(call) : null,
      lastText: text ? toView(text) : null,
    }
  })
  return numbers.sort((a, b) => a.countryName.localeCompare(b.countryName) || a.kind.localeCompare(b.kind))
}

export function toView(row: queries.CheckRow): CheckView {
  const { id, startedAt, finishedAt, expectedLanguageCode, heardLanguageCode, answeredAfterMs, detail, requestedByUserId } = row
  return {
    ...{ id, expectedLanguageCode, heardLanguageCode, answeredAfterMs, detail },
    kind: row.kind as CheckView['kind'],
    way: row.way as CheckView['way'],
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
    verdict: row.verdict as CheckView['verdict'],
    isRequested: requestedByUserId !== null,
  }
}
