/** A country's trunks: which there are, in which order calls out try them, and which may carry one more call. */
import type { Db, Tx } from '../../platform/db/db.ts'
import { onConstraint } from '../../platform/db/errors.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { Refused, Unprocessable } from '../../platform/errors.ts'
import type { Scope } from '../../platform/http/policy.ts'
import { announce } from '../../platform/live/announce.ts'
import { maskNumbers } from '../../platform/log.ts'
import type { Clock } from '../../platform/time/clock.ts'
import { record } from '../activity-log/service.ts'
import { messages, raiseAlert, resolveAlert } from '../alerts/service.ts'
import { COUNTRY_CHANGED } from './changes.ts'
import type { AddTrunk } from './contract.ts'
import { TrunkNotFound } from './errors.ts'
import { assertOwnLine } from './lines.ts'
import * as queries from './trunk-queries.ts'
import { checkLimits, type TrunkUsage } from './trunk-rules.ts'

export const TRUNK_PAUSED = 'trunk-paused'
const MOST_OF_A_COUNTRY = 9

export type TrunkCheck = { kind: 'ok'; maxCallSeconds: number } | { kind: 'refused'; reason: string }

/** Locks all of a country's trunks until the transaction ends: for whoever may need a second one. */
export async function lockTrunks(tx: Tx, countryId: string): Promise<void> {
  await queries.lockTrunks(tx, countryId)
}

/**
 * Whether one more call may go out now; locks the trunk until the transaction ends, so that calls starting together are
 * counted one after the other. Over a cap of an hour or a day the trunk is paused until a person resumes it.
 * @param usage counted after the lock is held
 */
export async function checkTrunk(
  tx: Tx,
  { trunkId, now, usage }: { trunkId: string; now: Date; usage: () => Promise<TrunkUsage> },
): Promise<TrunkCheck> {
  const trunk = await queries.lockTrunk(tx, trunkId)
  if (!trunk) return { kind: 'refused', reason: 'The trunk was removed.' }
  const decision = checkLimits(trunk, await usage(), now)
  switch (decision.kind) {
    case 'refused':
      return decision
    case 'pause':
      await pauseTrunk(tx, { trunkId, reason: decision.reason, resumesAt: null, now })
      return { kind: 'refused', reason: `The trunk was paused: ${decision.reason}` }
    case 'resume':
      await unpause(tx, { trunkId, countryId: trunk.countryId, actorUserId: null })
      return { kind: 'ok', maxCallSeconds: trunk.maxCallSeconds }
    case 'ok':
      return { kind: 'ok', maxCallSeconds: trunk.maxCallSeconds }
  }
}

/** @property actorUserId null: a cap, or its failures @property resumesAt tried again by itself from then on; null: until a person resumes it */
export type Pause = { trunkId: string; reason: string; resumesAt: Date | null; now: Date; actorUserId?: string | null }

/** Stops calls out over a trunk. One that a person or a cap paused stays so: a pause that ends by itself does not replace it. */
export async function pauseTrunk(tx: Tx, { trunkId, reason, resumesAt, now, actorUserId = null }: Pause): Promise<void> {
  const trunk = await queries.lockTrunk(tx, trunkId)
  // Removed while the outcome of its last call was still to be named: no call goes out over it as it is.
  if (!trunk) return
  if (trunk.pausedReason !== null && trunk.resumesAt === null) return
  await queries.setPaused(tx, trunkId, { at: now, reason, resumesAt })
  await record(tx, { actorUserId, action: 'trunk.paused', subjectKind: 'trunk', subjectId: trunkId, detail: { reason } })
  await raiseAlert(tx, {
    kind: TRUNK_PAUSED,
    subject: trunkId,
    // What ends by itself is looked at by whoever has the time; what waits for a person must be seen by one.
    severity: resumesAt === null ? 'critical' : 'warning',
    message: `${messages.say('alert-trunk-paused', { trunk: trunkId })} ${reason}`,
    countryId: trunk.countryId,
  })
  await announce(tx, COUNTRY_CHANGED, trunk.countryId)
}

type ByPerson = { actor: Scope; trunkId: string }

/** A person stops calls out over a trunk; calls that go on are left. @throws TrunkNotFound also when it is not theirs */
export async function stopTrunk(
  { db, clock }: { db: Db; clock: Clock },
  { actor, trunkId, reason }: ByPerson & { reason: string },
): Promise<void> {
  await inTransaction(db, async (tx) => {
    await lockOwn(tx, { actor, trunkId })
    const said = `${messages.say('trunk-stopped-by-hand')} ${maskNumbers(reason)}`
    await pauseTrunk(tx, { trunkId, reason: said, resumesAt: null, now: clock.now(), actorUserId: actor.userId })
  })
}

/** A person has looked: calls go out again. Resuming one that is not paused is no error. @throws TrunkNotFound also when it is not theirs */
export async function resumeTrunk({ db }: { db: Db }, { actor, trunkId }: ByPerson): Promise<void> {
  await inTransaction(db, async (tx) => {
    const { countryId, pausedReason } = await lockOwn(tx, { actor, trunkId })
    if (pausedReason !== null) await unpause(tx, { trunkId, countryId, actorUserId: actor.userId })
  })
}

/**
 * A further trunk of a country, the last that calls out try, with what most carriers want until `saveCarrier` says otherwise. Asterisk
 * hears of it when its configuration is written again; a call that tries it before goes on over the next. @throws LineNotFound, Refused
 */
export async function addTrunk(
  { db }: { db: Db },
  { actor, countryId, trunk }: { actor: Scope; countryId: string; trunk: AddTrunk },
): Promise<void> {
  assertOwnLine(actor, countryId)
  await inTransaction(db, async (tx) => {
    const all = await queries.listTrunks(tx, countryId)
    if (all.length >= MOST_OF_A_COUNTRY) throw new Refused('enough-trunks', 'A country has nine trunks at most.')
    const dialOrder = 1 + Math.max(0, ...all.map((each) => each.dialOrder))
    const taken = {
      trunk_pkey: () =>
        new Refused('trunk-exists', 'There is a trunk of this name already, or was: its calls keep it. Choose another name.'),
    }
    await onConstraint(queries.insertTrunk(tx, { ...trunk, countryId, dialOrder }), taken)
    const { carrierHost, carrierPort } = trunk
    const detail = { countryId, carrierHost, carrierPort }
    await record(tx, { actorUserId: actor.userId, action: 'trunk.added', subjectKind: 'trunk', subjectId: trunk.id, detail })
    await announce(tx, COUNTRY_CHANGED, countryId)
  })
}

/** Calls out try the trunks in this order from the next one on. @throws LineNotFound, Unprocessable when it is not each of them once */
export async function orderTrunks(
  { db }: { db: Db },
  { actor, countryId, trunkIds }: { actor: Scope; countryId: string; trunkIds: readonly string[] },
): Promise<void> {
  assertOwnLine(actor, countryId)
  await inTransaction(db, async (tx) => {
    const all = await queries.lockTrunks(tx, countryId)
    const isWhole = trunkIds.length === all.length && all.every(({ id }) => trunkIds.includes(id))
    if (!isWhole) throw new Unprocessable('trunk-order', 'The order must name each trunk of the country once.')
    for (const [index, id] of trunkIds.entries()) await queries.setDialOrder(tx, id, index + 1)
    const detail = { order: trunkIds.join(' ') }
    await record(tx, { actorUserId: actor.userId, action: 'country.trunks-ordered', subjectKind: 'country', subjectId: countryId, detail })
    await announce(tx, COUNTRY_CHANGED, countryId)
  })
}

async function lockOwn(tx: Tx, { actor: { role, countryIds }, trunkId }: ByPerson): Promise<queries.TrunkRow> {
  const trunk = await queries.lockTrunk(tx, trunkId)
  if (!trunk || (role !== 'administrator' && !countryIds.includes(trunk.countryId))) throw new TrunkNotFound()
  return trunk
}

async function unpause(tx: Tx, { trunkId, countryId, actorUserId }: { trunkId: string; countryId: string; actorUserId: string | null }) {
  await queries.setPaused(tx, trunkId, null)
  await record(tx, { actorUserId, action: 'trunk.resumed', subjectKind: 'trunk', subjectId: trunkId })
  await resolveAlert(tx, { kind: TRUNK_PAUSED, subject: trunkId })
  await announce(tx, COUNTRY_CHANGED, countryId)
}
