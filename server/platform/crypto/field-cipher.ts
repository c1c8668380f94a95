import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import { insertDataKeys } from '../db/data-keys.ts'
import { afterCommit } from '../db/transaction.ts'
import type { Db, Tx } from '../db/db.ts'
import { announce } from '../live/announce.ts'
import { KeyDestroyed, KeyMissing, KeyRingLocked, MasterKeyMissing } from './errors.ts'
import { KeyCache } from './key-cache.ts'
import type { KeyRing, MasterKey } from './key-files.ts'
import { KEY_BYTES, open, seal } from './seal.ts'

/** Where a sealed value lives: `table:column:rowid`. It opens nowhere else. */
export type SealContext = `${string}:${string}:${string}`

/** A data key that was just made. */
export type NewKey = { id: string; seal(context: SealContext, plain: string): Buffer }

/** Announced when a data key was destroyed, so that other processes forget it. */
export const KEY_DESTROYED = 'keyring.destroyed'

/**
 * Seals fields with data keys that live wrapped in schema `keyring`: one key per worker, number or case.
 * Destroying the key erases all it sealed, in backups too.
 */
export class FieldCipher {
  private ring: KeyRing | undefined
  private readonly cache = new KeyCache()

  constructor(ring: KeyRing) {
    this.ring = ring
  }

  /** Makes a data key in the change's own transaction. @param purpose such as 'worker', 'case' @returns its id */
  async newKey(tx: Tx, purpose: string): Promise<string> {
    const { master } = this.unlocked()
    const id = randomUUID()
    const key = randomBytes(KEY_BYTES)
    const wrapped = seal(master.key, wrapContext(id), key)
    await tx.insertInto('keyring.dataKey').values({ id, purpose, masterKeyId: master.id, wrapped }).execute()
    // Used in a moment, as a rule. If the transaction rolls back, nobody ever hears of its id.
    this.cache.put(id, key)
    return id
  }

  /** As `newKey`, many at once, in one statement. They seal here and now and are not kept: thousands would drive out the keys in use. */
  async newKeys(tx: Tx, purpose: string, count: number): Promise<NewKey[]> {
    const { master } = this.unlocked()
    const made = Array.from({ length: count }, () => {
      const id = randomUUID()
      const key = randomBytes(KEY_BYTES)
      return { id, key, wrapped: seal(master.key, wrapContext(id), key) }
    })
    await insertDataKeys(tx, {
      purpose,
      masterKeyId: master.id,
      ids: made.map(({ id }) => id),
      wrapped: made.map(({ wrapped }) => wrapped),
    })
    return made.map(({ id, key }) => ({ id, seal: (context, plain) => seal(key, context, Buffer.from(plain)) }))
  }

  /** @throws KeyDestroyed, KeyMissing, MasterKeyMissing, KeyRingLocked */
  async seal(db: Db, keyId: string, context: SealContext, plain: string | Uint8Array): Promise<Buffer> {
    return seal(await this.dataKey(db, keyId), context, typeof plain === 'string' ? Buffer.from(plain) : plain)
  }

  /** @throws SealBroken when the value is not what was sealed for this place, and as `seal` */
  async openBytes(db: Db, keyId: string, context: SealContext, sealed: Uint8Array): Promise<Buffer> {
    return open(await this.dataKey(db, keyId), context, sealed)
  }

  /** @throws as `openBytes` */
  async openText(db: Db, keyId: string, context: SealContext, sealed: Uint8Array): Promise<string> {
    return (await this.openBytes(db, keyId, context, sealed)).toString()
  }

  /** Erases: what this key sealed cannot be opened again, here or from a backup. Destroying twice is no error. @throws KeyMissing */
  async destroyKey(tx: Tx, keyId: string): Promise<void> {
    const row = await tx.selectFrom('keyring.dataKey').select('destroyedAt').where('id', '=', keyId).forUpdate().executeTakeFirst()
    if (!row) throw new KeyMissing(`no data key ${keyId}`)
    if (row.destroyedAt) return
    await tx
      .updateTable('keyring.dataKey')
      .set((eb) => ({ wrapped: null, masterKeyId: null, destroyedAt: eb.fn<Date>('now', []) }))
      .where('id', '=', keyId)
      .execute()
    await announce(tx, KEY_DESTROYED, keyId)
    this.cache.drop(keyId)
    afterCommit(tx, () => this.forget(keyId))
  }

  /** Another process destroyed it. */
  forget(keyId: string): void {
    this.cache.markDestroyed(keyId)
  }

  /** Messages about destroyed keys may have been missed: read every key again. */
  forgetAll(): void {
    this.cache.clear()
  }

  /**
   * Keyed hash for look-ups by exact value: the same number gives the same 32 bytes, and without the key it cannot be tried out.
   * @param kind keeps different uses apart, such as 'phone'
   */
  blindIndex(kind: string, value: string | Uint8Array): Buffer {
    return createHmac('sha256', this.unlocked().blindIndexKey).update(`${kind}\0`).update(value).digest()
  }

  /** The key itself, for sealing in chunks; stays inside this folder. */
  async dataKey(db: Db, keyId: string): Promise<Buffer> {
    const ring = this.unlocked()
    const cached = this.cache.get(keyId)
    if (cached) return cached
    const row = await db.selectFrom('keyring.dataKey').select(['wrapped', 'masterKeyId']).where('id', '=', keyId).executeTakeFirst()
    if (!row) throw new KeyMissing(`no data key ${keyId}`)
    if (!row.wrapped || !row.masterKeyId) throw new KeyDestroyed(`data key ${keyId} was destroyed`)
    const key = open(masterOf(ring, row.masterKeyId).key, wrapContext(keyId), row.wrapped)
    this.cache.put(keyId, key)
    return key
  }

  /** Drops all keys from memory; nothing can be opened until the process starts anew. */
  lock(): void {
    for (const key of [this.ring?.master.key, this.ring?.previous?.key, this.ring?.blindIndexKey]) key?.fill(0)
    this.ring = undefined
    this.cache.clear()
  }

  private unlocked(): KeyRing {
    if (!this.ring) throw new KeyRingLocked('the keys were locked: restart the service to open them again')
    return this.ring
  }
}

export function wrapContext(keyId: string): SealContext {
  return `data_key:wrapped:${keyId}`
}

export function masterOf({ master, previous }: Pick<KeyRing, 'master' | 'previous'>, id: string): MasterKey {
  const found = [master, previous].find((key) => key?.id === id)
  if (!found) throw new MasterKeyMissing(`a data key is wrapped by master key ${id}, which was not given`)
  return found
}
