/** A check's end: its verdict, what is on the board from now on, and when the number is looked at again; all in one transaction. */
import type { Tx } from '../../platform/db/db.ts'
import { announce } from '../../platform/live/announce.ts'
import { raiseAlert, resolveAlert } from '../alerts/service.ts'
import type { LineKind } from './contract.ts'
import { NUMBER_CHANGED } from './deps.ts'
import * as queries from './queries.ts'
import { alertFor, alertKinds, type Judgement, nextInMinutes } from './rules.ts'

export type OpenCheck = {
  id: string
  countryId: string
  lineKind: LineKind
  kind: 'call' | 'text'
  expectedLanguageCode: string | null
}

/** Told again, or too late, it changes nothing. */
export async function finishCheck(tx: Tx, check: OpenCheck, judged: Judgement, answeredAfterMs: number | null = null): Promise<void> {
  const { verdict, heardLanguageCode, detail } = judged
  if (!(await queries.finish(tx, check.id, { verdict, heardLanguageCode, detail: detail?.slice(0, 300) ?? null, answeredAfterMs }))) return
  const { countryId, lineKind: kind } = check
  const subject = `${countryId}-${kind}`
  const alert = alertFor({ countryId, kind }, judged, check.expectedLanguageCode)
  // What was not tried says nothing: what is on the board stays there.
  if (verdict !== 'not-made') {
    for (const each of alertKinds(check.kind)) if (each !== alert?.kind) await resolveAlert(tx, { kind: each, subject })
  }
  if (alert) await raiseAlert(tx, { ...alert, subject, countryId })
  const watch = await queries.lockWatch(tx, { countryId, kind })
  if (watch) await queries.bringForward(tx, { countryId, kind }, nextInMinutes(watch.everyMinutes, verdict))
  await announce(tx, NUMBER_CHANGED, subject)
}
