import { describe, expect, test } from 'vitest'
import { sql } from 'kysely'
import {
  addRosterWorker,
  findOrCreateCaller,
  noteLanguage,
  findOrCreateNumber,
  openAlias,
  openNumber,
} from '../../server/domains/workers/service.ts'
import { KeyDestroyed, SealBroken } from '../../server/platform/crypto/errors.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { type Hotline, makeHotline, numberOf } from '../helpers/hotline.ts'

const E164 = numberOf(1234)

describe('the vault', () => {
  test('keeps a number once, however often and by however many calls at once it is met', async () => {
    const hotline = await makeHotline()
    const ids = await Promise.all(Array.from({ length: 8 }, () => keep(hotline, E164)))
    expect(new Set(ids).size).toBe(1)
    expect(await keep(hotline, E164)).toBe(ids[0])
    expect(await keep(hotline, numberOf(1235))).not.toBe(ids[0])
    expect(await openNumber(hotline.deps, hotline.db, ids[0]!)).toBe(E164)
  })

  test('makes one unnamed caller a number, and remembers the language chosen last', async () => {
    const hotline = await makeHotline()
    const phoneNumberId = await keep(hotline, E164)
    const caller = (languageCode: string) =>
      inTransaction(hotline.db, async (tx) => {
        const { id } = await findOrCreateCaller(hotline.deps, tx, { phoneNumberId, countryId: 'BD', languageCode })
        await noteLanguage(tx, id, languageCode)
        return id
      })
    const ids = await Promise.all([caller('bn'), caller('bn'), caller('bn')])
    expect(new Set([...ids, await caller('en')]).size).toBe(1)
    const worker = await hotline.db
      .selectFrom('worker')
      .select(['languageCode', 'origin'])
      .where('id', '=', ids[0])
      .executeTakeFirstOrThrow()
    expect(worker).toEqual({ languageCode: 'en', origin: 'caller' })
  })

  test('gives each interviewed worker a row and a key of their own, on a shared phone too', async () => {
    const hotline = await makeHotline()
    const [one, two] = [await addWorker(hotline, 'Alias 1'), await addWorker(hotline, 'Alias 2')]
    expect(one.workerId).not.toBe(two.workerId)
    expect(one.phoneNumberId).toBe(two.phoneNumberId)
    const rows = await hotline.db.selectFrom('worker').select(['id as workerId', 'dataKeyId', 'aliasSealed']).orderBy('createdAt').execute()
    expect(new Set(rows.map(({ dataKeyId }) => dataKeyId)).size).toBe(2)
    expect(await Promise.all(rows.map((row) => openAlias(hotline.deps, row)))).toEqual(['Alias 1', 'Alias 2'])
  })

  test('holds neither number nor alias in clear, in no column and no encoding', async () => {
    const hotline = await makeHotline()
    await addWorker(hotline, 'A-very-own-alias')
    const tables = ['phone_number', 'worker', 'activity', 'keyring.data_key']
    const { rows } = await sql<{ dump: string }>`select ${sql.join(
      tables.map((table) => sql`coalesce((select string_agg(t::text, ' ') from ${sql.table(table)} t), '')`),
      sql` || `,
    )} as dump`.execute(hotline.db)
    const dump = rows[0]!.dump.toLowerCase()
    expect(dump.length).toBeGreaterThan(200)
    for (const secret of [E164.slice(1), 'A-very-own-alias']) {
      const forms = [secret, Buffer.from(secret).toString('hex'), Buffer.from(secret).toString('base64')]
      for (const form of forms) expect(dump.includes(form.toLowerCase())).toBe(false)
    }
  })

  test('opens a number in its own row only', async () => {
    const hotline = await makeHotline()
    const [one, two] = [await keep(hotline, E164), await keep(hotline, numberOf(1235))]
    const { e164Sealed, dataKeyId } = await hotline.db
      .selectFrom('phoneNumber')
      .select(['e164Sealed', 'dataKeyId'])
      .where('id', '=', one)
      .executeTakeFirstOrThrow()
    await hotline.db.updateTable('phoneNumber').set({ e164Sealed, dataKeyId }).where('id', '=', two).execute()
    await expect(openNumber(hotline.deps, hotline.db, two)).rejects.toThrow(SealBroken)
  })

  test('forgets a number whose key was destroyed', async () => {
    const hotline = await makeHotline()
    const id = await keep(hotline, E164)
    const { dataKeyId } = await hotline.db.selectFrom('phoneNumber').select('dataKeyId').where('id', '=', id).executeTakeFirstOrThrow()
    await inTransaction(hotline.db, (tx) => hotline.deps.cipher.destroyKey(tx, dataKeyId))
    await expect(openNumber(hotline.deps, hotline.db, id)).rejects.toThrow(KeyDestroyed)
  })
})

function keep(hotline: Hotline, e164: string): Promise<string> {
  return inTransaction(hotline.db, (tx) => findOrCreateNumber(hotline.deps, tx, { e164, countryId: 'BD' }))
}

function addWorker(hotline: Hotline, alias: string) {
  const worker = { e164: E164, countryId: 'BD', alias, languageCode: 'bn', factoryId: hotline.factoryId }
  return inTransaction(hotline.db, (tx) => addRosterWorker(hotline.deps, tx, worker))
}
