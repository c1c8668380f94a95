/** The key pair that auditors' phones seal to. The private half lies in the database, sealed under a data key of the ring. */
import { randomUUID } from 'node:crypto'
import { type EnvelopeKeyPair, newEnvelopeKeyPair } from '../../platform/crypto/envelope.ts'
import type { FieldCipher, SealContext } from '../../platform/crypto/field-cipher.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { record } from '../activity-log/service.ts'
import * as queries from './intake-queries.ts'

type Deps = { db: Db; cipher: FieldCipher }
export type PublicIntakeKey = { id: string; publicKey: Buffer }

/** The key phones are to seal to now; made when there is none yet. */
export async function currentIntakeKey({ db, cipher }: Deps): Promise<PublicIntakeKey> {
  const current = await queries.findCurrentKey(db)
  return current ?? inTransaction(db, (tx) => makeKey(cipher, tx, null))
}

/**
 * Phones get a new key with their next sign-in. Entries sealed to the old one still open: a phone may have been away for
 * days, and its workers' numbers are nowhere else.
 */
export function rotateIntakeKey({ db, cipher }: Deps, actorUserId: string | null): Promise<PublicIntakeKey> {
  return inTransaction(db, async (tx) => {
    const old = await queries.findCurrentKey(tx)
    if (old) await queries.retireKey(tx, old.id)
    return makeKey(cipher, tx, actorUserId)
  })
}

/** The pair of a key that was handed out, in use or retired; undefined when there is no such key. @throws KeyDestroyed */
export async function openKeyPair(cipher: FieldCipher, db: Db, id: string): Promise<EnvelopeKeyPair | undefined> {
  const key = await queries.findKey(db, id)
  if (!key) return undefined
  const privateKey = await cipher.openBytes(db, key.dataKeyId, privateContext(id), key.privateKeySealed)
  return { publicKey: key.publicKey, privateKey }
}

async function makeKey(cipher: FieldCipher, tx: Tx, actorUserId: string | null): Promise<PublicIntakeKey> {
  const id = randomUUID()
  const { publicKey, privateKey } = newEnvelopeKeyPair()
  const dataKeyId = await cipher.newKey(tx, 'intake-key')
  const privateKeySealed = await cipher.seal(tx, dataKeyId, privateContext(id), privateKey)
  privateKey.fill(0)
  if (await queries.insertKey(tx, { id, publicKey, dataKeyId, privateKeySealed })) {
    await record(tx, { actorUserId, action: 'intake-key.made', subjectKind: 'intake-key', subjectId: id })
    return { id, publicKey }
  }
  // Two phones asked at the same moment: the other one's key it is.
  await cipher.destroyKey(tx, dataKeyId)
  const theirs = await queries.findCurrentKey(tx)
  if (!theirs) throw new Error('an intake key was refused as a second one, but there is no first')
  return theirs
}

const privateContext = (id: string): SealContext => `intake_key:private_key:${id}`
