/**
 * The number watchdog: each of our numbers is called and texted by ourselves, and what it answers is judged.
 *
 * rules.ts what is right · running.ts one check from claim to verdict · finishing.ts verdict to alert · recognising.ts what came in
 * and is ours · views.ts what is shown · live.ts the list as it changes.
 */
import type { Tx } from '../../platform/db/db.ts'
import { readCursor, toPage } from '../../platform/db/page.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { NotFound, Refused } from '../../platform/errors.ts'
import type { Scope } from '../../platform/http/policy.ts'
import { announce } from '../../platform/live/announce.ts'
import { record } from '../activity-log/service.ts'
import { resolveAlert } from '../alerts/service.ts'
import type { ChangeWatch, CheckPage, CheckQuery, NumberView } from './contract.ts'
import { NUMBER_CHANGED, NUMBER_DUE, type WatchdogDeps } from './deps.ts'
import * as queries from './queries.ts'
import { alertKinds } from './rules.ts'
import { findNumber, maySee, subjectOf, toView } from './views.ts'

export { NUMBER_CHANGED, NUMBER_DUE, type RunnerDeps, type WatchdogDeps } from './deps.ts'
export { numbersTopic } from './live.ts'
export { listNumbers } from './views.ts'
export { type CameIn, ownTexts, recogniseCall } from './recognising.ts'
export { createNumberWatchdog, type NumberWatchdog } from './running.ts'

/** Checks are kept for three months. */
export const forgetOldChecks = ({ db }: WatchdogDeps) => queries.forgetOld(db)

/** A check takes half a minute and costs a call. */
const AGAIN_AFTER_SECONDS = 60

export class NumberNotFound extends NotFound {
  constructor() {
    super('number-not-found', 'This number is not set up, or is not yours.')
  }
}

/** Newest first. @throws NumberNotFound */
export async function listChecks(
  { db }: WatchdogDeps,
  reader: Scope,
  name: queries.NumberName,
  { after, limit = 20 }: CheckQuery,
): Promise<CheckPage> {
  if (!maySee(reader, name.countryId)) throw new NumberNotFound()
  const rows = await queries.listChecks(db, name, { limit: limit + 1, after: after === undefined ? undefined : readCursor(after) })
  return toPage(rows, limit, toView, ({ id, exactStartedAt }) => ({ at: exactStartedAt, id }))
}

/** How and how often. What is not looked at any more is not on the board either. @throws NumberNotFound */
export async function changeWatch({ db }: WatchdogDeps, actor: Scope, name: queries.NumberName, change: ChangeWatch): Promise<NumberView> {
  await inTransaction(db, async (tx) => {
    const watch = await lockMine(tx, actor, name)
    if (Object.keys(change).length === 0) return
    await queries.setWatch(tx, name, change)
    if (change.everyMinutes !== undefined && change.everyMinutes < watch.everyMinutes) {
      await queries.bringForward(tx, name, change.everyMinutes)
    }
    for (const kind of ['call', 'text'] as const) {
      if ((kind === 'call' ? change.callWay : change.textWay) !== 'off') continue
      for (const alert of alertKinds(kind)) await resolveAlert(tx, { kind: alert, subject: subjectOf(name) })
    }
    const subject = { subjectKind: 'number', subjectId: subjectOf(name) }
    const changed = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
    await record(tx, { actorUserId: actor.userId, action: 'number-watch.changed', ...subject, detail: changed })
    await announce(tx, NUMBER_CHANGED, subjectOf(name))
  })
  return (await findNumber({ db }, name))!
}

/** The number is checked at once, whenever it would be due. @throws NumberNotFound, Refused when it is off or was checked a moment ago */
export async function checkNow({ db }: WatchdogDeps, actor: Scope, name: queries.NumberName): Promise<NumberView> {
  await inTransaction(db, async (tx) => {
    const watch = await lockMine(tx, actor, name)
    if (watch.callWay === 'off' && watch.textWay === 'off') throw new Refused('number-check-off', 'Checks of this number are switched off.')
    const seconds = await queries.secondsSinceLast(tx, name)
    if (seconds !== undefined && seconds < AGAIN_AFTER_SECONDS) {
      throw new Refused('number-checked-just-now', 'This number was checked a moment ago: wait a minute.')
    }
    await queries.askFor(tx, name, actor.userId)
    const subject = { subjectKind: 'number', subjectId: subjectOf(name) }
    await record(tx, { actorUserId: actor.userId, action: 'number-check.asked', ...subject })
    await announce(tx, NUMBER_DUE, subjectOf(name))
    await announce(tx, NUMBER_CHANGED, subjectOf(name))
  })
  return (await findNumber({ db }, name))!
}

async function lockMine(tx: Tx, actor: Scope, name: queries.NumberName) {
  if (!maySee(actor, name.countryId)) throw new NumberNotFound()
  await queries.addMissing(tx)
  const watch = await queries.lockWatch(tx, name)
  if (!watch) throw new NumberNotFound()
  return watch
}
