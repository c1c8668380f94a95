import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { KeyDestroyed, KeyMissing, KeyRingLocked, MasterKeyMissing, SealBroken } from '../../server/platform/crypto/errors.ts'
import { FieldCipher } from '../../server/platform/crypto/field-cipher.ts'
import type { KeyRing } from '../../server/platform/crypto/key-files.ts'
import { CHUNK_BYTES, openRecording, sealRecording } from '../../server/platform/crypto/recording-cipher.ts'
import { assertMasterKeys, rewrapAll } from '../../server/platform/crypto/rotation.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { testKeyRing } from '../helpers/keys.ts'
import { collect } from '../helpers/collect.ts'
import { createTestDatabase, type TestDatabase } from '../helpers/postgres.ts'

let database: TestDatabase
let ring: KeyRing
let cipher: FieldCipher
beforeAll(async () => void (database = await createTestDatabase()))
afterAll(() => database.drop())
beforeEach(async () => {
  await sql`truncate keyring.data_key`.execute(database.db)
  ring = testKeyRing()
  cipher = new FieldCipher(ring)
})

const place = (): `${string}:${string}:${string}` => `worker:alias_sealed:${randomUUID()}`
const newKey = () => inTransaction(database.db, (tx) => cipher.newKey(tx, 'worker'))
const destroy = (keyId: string, by = cipher) => inTransaction(database.db, (tx) => by.destroyKey(tx, keyId))

test('a field sealed by one process opens in another that has the same key files', async () => {
  const [keyId, context] = [await newKey(), place()]
  const sealed = await cipher.seal(database.db, keyId, context, 'worker 4')
  expect(await new FieldCipher(ring).openText(database.db, keyId, context, sealed)).toBe('worker 4')
})

test('a key made in a transaction that rolls back is gone', async () => {
  let keyId = ''
  const failed = inTransaction(database.db, async (tx) => {
    keyId = await cipher.newKey(tx, 'worker')
    await cipher.seal(tx, keyId, place(), 'used at once')
    throw new Error('rolled back')
  })
  await expect(failed).rejects.toThrow('rolled back')
  await expect(new FieldCipher(ring).seal(database.db, keyId, place(), 'x')).rejects.toThrow(KeyMissing)
})

test('a ciphertext moved to another row, column or key does not open', async () => {
  const [one, other] = [await newKey(), await newKey()]
  const sealed = await cipher.seal(database.db, one, 'worker:alias_sealed:1', 'x')
  for (const moved of ['worker:alias_sealed:2', 'worker:note_sealed:1', 'texts:alias_sealed:1'] as const) {
    await expect(cipher.openText(database.db, one, moved, sealed)).rejects.toThrow(SealBroken)
  }
  await expect(cipher.openText(database.db, other, 'worker:alias_sealed:1', sealed)).rejects.toThrow(SealBroken)
})

test('a wrapped key moved to another row does not open', async () => {
  const [one, other] = [await newKey(), await newKey()]
  const { wrapped } = await database.db.selectFrom('keyring.dataKey').select('wrapped').where('id', '=', one).executeTakeFirstOrThrow()
  await database.db.updateTable('keyring.dataKey').set({ wrapped }).where('id', '=', other).execute()
  await expect(new FieldCipher(ring).seal(database.db, other, place(), 'x')).rejects.toThrow(SealBroken)
})

test('after its key is destroyed nothing opens what it sealed, not even from memory', async () => {
  const [keyId, context] = [await newKey(), place()]
  const sealed = await cipher.seal(database.db, keyId, context, 'to be erased')
  await destroy(keyId)
  await expect(cipher.openText(database.db, keyId, context, sealed)).rejects.toThrow(KeyDestroyed)
  await destroy(keyId)
  const row = await database.db.selectFrom('keyring.dataKey').select(['wrapped', 'masterKeyId']).where('id', '=', keyId).executeTakeFirst()
  expect(row).toEqual({ wrapped: null, masterKeyId: null })
})

test('another process forgets a destroyed key when it is told', async () => {
  const [keyId, context] = [await newKey(), place()]
  const sealed = await cipher.seal(database.db, keyId, context, 'to be erased')
  const other = new FieldCipher(ring)
  await other.openText(database.db, keyId, context, sealed)
  await destroy(keyId)
  other.forget(keyId)
  await expect(other.openText(database.db, keyId, context, sealed)).rejects.toThrow(KeyDestroyed)
})

test('destroying rolls back with its transaction', async () => {
  const [keyId, context] = [await newKey(), place()]
  const sealed = await cipher.seal(database.db, keyId, context, 'kept')
  const failed = inTransaction(database.db, async (tx) => {
    await cipher.destroyKey(tx, keyId)
    throw new Error('rolled back')
  })
  await expect(failed).rejects.toThrow('rolled back')
  expect(await cipher.openText(database.db, keyId, context, sealed)).toBe('kept')
})

test('a destroyed key cannot be brought back, and no key row can be deleted', async () => {
  const keyId = await newKey()
  const row = await database.db.selectFrom('keyring.dataKey').selectAll().where('id', '=', keyId).executeTakeFirstOrThrow()
  await destroy(keyId)
  const { wrapped, masterKeyId } = row
  const revive = database.db.updateTable('keyring.dataKey').set({ wrapped, masterKeyId, destroyedAt: null }).where('id', '=', keyId)
  await expect(revive.execute()).rejects.toThrow('stays destroyed')
  await expect(database.db.deleteFrom('keyring.dataKey').where('id', '=', keyId).execute()).rejects.toThrow('not deleted')
})

test('locked, the keys are gone from memory', async () => {
  const keyId = await newKey()
  const { blindIndexKey } = ring
  cipher.lock()
  await expect(cipher.seal(database.db, keyId, place(), 'x')).rejects.toThrow(KeyRingLocked)
  expect(() => cipher.blindIndex('phone', 'x')).toThrow(KeyRingLocked)
  expect(blindIndexKey).toEqual(Buffer.alloc(32))
})

async function* inPieces(bytes: Buffer) {
  yield bytes.subarray(0, 1000)
  yield bytes.subarray(1000)
}

test('a recording is sealed and played in parts by a data key of the ring', async () => {
  const keyId = await newKey()
  const recordingId = randomUUID()
  const bytes = Buffer.alloc(CHUNK_BYTES + 10, 'abc')
  const chunks = await collect(sealRecording(cipher, { db: database.db, keyId, recordingId }, inPieces(bytes)))
  const recording = { id: recordingId, byteLength: bytes.length, readChunk: async (sequence: number) => chunks[sequence]?.sealed }
  const range = { start: CHUNK_BYTES - 2, end: CHUNK_BYTES + 2 }
  const part = await collect(openRecording(cipher, { db: database.db, keyId, recording }, range))
  expect(Buffer.concat(part)).toEqual(bytes.subarray(range.start, range.end))
})

test('a new master key in three steps, stopped half-way and taken up again, loses nothing', async () => {
  const sealed = await Promise.all(
    Array.from({ length: 25 }, async (_, index) => {
      const [keyId, context] = [await newKey(), place()]
      return { keyId, context, index, bytes: await cipher.seal(database.db, keyId, context, `text ${index}`) }
    }),
  )
  const opensAll = async (by: KeyRing) => {
    const reader = new FieldCipher(by)
    const texts = await Promise.all(sealed.map(({ keyId, context, bytes }) => reader.openText(database.db, keyId, context, bytes)))
    expect(texts).toEqual(sealed.map(({ index }) => `text ${index}`))
  }
  const rotating: KeyRing = { ...ring, master: testKeyRing().master, previous: ring.master }
  const newOnly: KeyRing = { ...rotating, previous: undefined }

  await expect(assertMasterKeys(database.db, newOnly)).rejects.toThrow(MasterKeyMissing)
  const stopAfterTwo = (rewrapped: number) => {
    if (rewrapped >= 10) throw new Error('killed')
  }
  await expect(rewrapAll(database.db, rotating, { batch: 5, onBatch: stopAfterTwo })).rejects.toThrow('killed')
  await opensAll(rotating)
  await expect(assertMasterKeys(database.db, newOnly)).rejects.toThrow(MasterKeyMissing)

  expect(await rewrapAll(database.db, rotating, { batch: 5 })).toBe(15)
  await opensAll(newOnly)
  await assertMasterKeys(database.db, newOnly)
  expect(await rewrapAll(database.db, rotating)).toBe(0)
})
