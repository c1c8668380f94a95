/** Which factories an auditor may see. */
import type { Db, Tx } from '../../platform/db/db.ts'
import { Unprocessable } from '../../platform/errors.ts'
import { record } from '../activity-log/service.ts'
import * as queries from './queries.ts'
import { endSessions } from './session-service.ts'

/** @property isAssigned may see the factory that was asked about */
export type Auditor = { id: string; displayName: string; isAssigned: boolean }
type Factory = { id: string; countryId: string }

/** Active auditors of the factory's country, by name. */
export function listAuditorsOf(db: Db, { id, countryId }: Factory): Promise<Auditor[]> {
  return queries.listAuditors(db, { factoryId: id, countryId })
}

/**
 * Gives a factory to these auditors of its country and takes it from all others. Who loses it is signed out: nothing goes on under the
 * old right.
 * @throws Unprocessable when one is no auditor of the country
 */
export async function giveFactory(
  tx: Tx,
  actorUserId: string,
  { id: factoryId, countryId }: Factory,
  userIds: readonly string[],
): Promise<void> {
  const auditors = await queries.lockAuditors(tx, { factoryId, countryId })
  const wanted = new Set(userIds)
  const known = new Set(auditors.map(({ id }) => id))
  if (userIds.some((id) => !known.has(id)))
    throw new Unprocessable('no-such-auditor', 'Somebody on the list is no auditor of this country any more. Load the page again.')
  for (const { id, isAssigned } of auditors.filter((auditor) => auditor.isAssigned !== wanted.has(auditor.id))) {
    await queries.setFactory(tx, id, factoryId, isAssigned ? 'taken' : 'given')
    if (isAssigned) await endSessions(tx, { userId: id })
    const action = isAssigned ? 'user.factory-taken' : 'user.factory-given'
    await record(tx, { actorUserId, action, subjectKind: 'user', subjectId: id, detail: { factoryId } })
  }
}
