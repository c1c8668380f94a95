/** A carrier that was left: its trunk leaves every list, and its calls keep their name. */
import type { FieldCipher } from '../../platform/crypto/field-cipher.ts'
import type { Tx } from '../../platform/db/db.ts'
import { Refused } from '../../platform/errors.ts'
import type { Scope } from '../../platform/http/policy.ts'
import { announce } from '../../platform/live/announce.ts'
import { record } from '../activity-log/service.ts'
import { resolveAlert } from '../alerts/service.ts'
import { setLogin } from './carrier-queries.ts'
import { COUNTRY_CHANGED } from './changes.ts'
import { TrunkNotFound } from './errors.ts'
import * as queries from './trunk-queries.ts'
import { TRUNK_PAUSED } from './trunks.ts'

type Removal = { actor: Scope; trunkId: string; now: Date; isInUse: () => Promise<boolean> }

/**
 * The country's numbers become the first other trunk's; the log-in is destroyed. Asterisk takes the trunk's calls until its configuration
 * is written again.
 * @param removal.isInUse asked once no call can begin over it any more: whether one goes on
 * @throws TrunkNotFound, Refused for a country's last trunk, and while a call goes on
 */
export async function removeTrunk({ cipher }: { cipher: FieldCipher }, tx: Tx, { actor, trunkId, now, isInUse }: Removal): Promise<void> {
  const countryId = (await queries.listTrunks(tx)).find(({ id }) => id === trunkId)?.countryId
  const all = countryId === undefined ? [] : await queries.lockTrunks(tx, countryId)
  if (countryId === undefined || !all.some(({ id }) => id === trunkId)) throw new TrunkNotFound()
  const [heir] = (await queries.listTrunks(tx, countryId)).filter(({ id }) => id !== trunkId)
  if (!heir) throw new Refused('last-trunk', 'A country needs a trunk: add another one before you remove its last.')
  if (await isInUse())
    throw new Refused('trunk-in-use', 'Calls go on over this trunk: stop calls out over it and wait until they are over.')
  await queries.setRemoved(tx, trunkId, { at: now, heirId: heir.id })
  const keyId = await setLogin(tx, trunkId, null)
  if (keyId) await cipher.destroyKey(tx, keyId)
  await resolveAlert(tx, { kind: TRUNK_PAUSED, subject: trunkId })
  const detail = { countryId, numbersTo: heir.id }
  await record(tx, { actorUserId: actor.userId, action: 'trunk.removed', subjectKind: 'trunk', subjectId: trunkId, detail })
  await announce(tx, COUNTRY_CHANGED, countryId)
}
