/**
 * A new master key, in three steps that may each be stopped anywhere:
 *   1. old only                     as always
 *   2. new, with old as "previous"  `rewrapAll` moves every data key; both kinds open meanwhile
 *   3. new only                     `assertMasterKeys` says at start when step 2 was not finished
 */
import type { Db, Tx } from '../db/db.ts'
import { inTransaction } from '../db/transaction.ts'
import { MasterKeyMissing } from './errors.ts'
import { masterOf, wrapContext } from './field-cipher.ts'
import type { KeyRing } from './key-files.ts'
import { open, seal } from './seal.ts'

type Options = { batch?: number; onBatch?: (rewrapped: number) => void }

/**
 * Wraps every data key that is under another master key with the current one, a batch per transaction: killed half-way it
 * goes on where it stopped, and several processes may run it at once. Sealed values are not touched.
 * @returns how many keys this run moved
 * @throws MasterKeyMissing when a key is under neither master key
 */
export async function rewrapAll(db: Db, ring: KeyRing, { batch = 500, onBatch }: Options = {}): Promise<number> {
  let total = 0
  for (;;) {
    const moved = await inTransaction(db, (tx) => rewrapBatch(tx, ring, batch))
    if (moved === 0) return total
    total += moved
    onBatch?.(total)
  }
}

async function rewrapBatch(tx: Tx, ring: KeyRing, batch: number): Promise<number> {
  const rows = await tx
    .selectFrom('keyring.dataKey')
    .select(['id', 'wrapped', 'masterKeyId'])
    .where('destroyedAt', 'is', null)
    .where('masterKeyId', '!=', ring.master.id)
    .limit(batch)
    .forUpdate()
    .skipLocked()
    .execute()
  for (const { id, wrapped, masterKeyId } of rows) {
    if (!wrapped || !masterKeyId) continue
    const plain = open(masterOf(ring, masterKeyId).key, wrapContext(id), wrapped)
    const again = seal(ring.master.key, wrapContext(id), plain)
    plain.fill(0)
    await tx.updateTable('keyring.dataKey').set({ wrapped: again, masterKeyId: ring.master.id }).where('id', '=', id).execute()
  }
  return rows.length
}

/**
 * Checks at start that every data key can be opened with the master keys given, so that a wrong key file is noticed before
 * the first call and not at the first voicemail played.
 * @throws MasterKeyMissing
 */
export async function assertMasterKeys(db: Db, ring: KeyRing): Promise<void> {
  const given = [ring.master, ring.previous].flatMap((key) => (key ? [key.id] : []))
  const rows = await db
    .selectFrom('keyring.dataKey')
    .select((eb) => ['masterKeyId', eb.fn.countAll<number>().as('keys')])
    .where('destroyedAt', 'is', null)
    .where('masterKeyId', 'not in', given)
    .groupBy('masterKeyId')
    .execute()
  if (!rows.length) return
  const listed = rows.map(({ masterKeyId, keys }) => `${keys} under ${masterKeyId}`).join(', ')
  throw new MasterKeyMissing(`data keys are wrapped by master keys that were not given: ${listed}; given: ${given.join(', ')}`)
}
