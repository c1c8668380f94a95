/** Many interviewed workers at once: a roster's file has thousands, each with keys of its own. */
import { randomUUID } from 'node:crypto'
import type { FieldCipher } from '../../platform/crypto/field-cipher.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import { aliasContext, codeWordContext, numberContext } from './contexts.ts'
import * as queries from './roster-queries.ts'

type Deps = { cipher: FieldCipher }

/** By what a number is found; the number cannot be had back from it. @param e164 as `normalisePhone` returns it */
export const numberIndex = ({ cipher }: Deps, e164: string): Buffer => cipher.blindIndex('phone', e164)

/** Ids of those of these numbers that are in the vault, by number. */
export async function findKnownNumbers(deps: Deps, db: Db, e164s: readonly string[]): Promise<Map<string, string>> {
  return new Map((await listKnown(deps, db, e164s)).map(({ e164, id }) => [e164, id]))
}

async function listKnown(deps: Deps, db: Db, e164s: readonly string[]): Promise<{ e164: string; id: string; isErased: boolean }[]> {
  const byIndex = new Map(e164s.map((e164) => [numberIndex(deps, e164).toString('hex'), e164]))
  const rows = await queries.listByIndex(
    db,
    [...byIndex.keys()].map((index) => Buffer.from(index, 'hex')),
  )
  return rows.map(({ id, blindIndex, isErased }) => ({ e164: byIndex.get(blindIndex.toString('hex'))!, id, isErased }))
}

/** Numbers that were erased, and of which only their wish for silence was known, are told to us again. */
export async function renewNumbers({ cipher }: Deps, tx: Tx, numbers: readonly { id: string; e164: string }[]): Promise<void> {
  const keys = await cipher.newKeys(tx, 'phone-number', numbers.length)
  const made = numbers.map(({ id, e164 }, at) => ({ id, dataKeyId: keys[at]!.id, e164Sealed: keys[at]!.seal(numberContext(id), e164) }))
  const renewed = new Set(await queries.renewNumbers(tx, made))
  for (const { id, dataKeyId } of made) if (!renewed.has(id)) await cipher.destroyKey(tx, dataKeyId)
}

export type NewRosterWorker = { e164: string; languageCode: string; alias?: string | undefined; codeWord?: string | undefined }

/**
 * As `addRosterWorker`, many of one factory in few statements. Some hundreds at a time: sealing them holds up whatever else this
 * process does. @returns their ids, in order
 */
export async function addRosterWorkers(
  deps: Deps,
  tx: Tx,
  { countryId, factoryId }: { countryId: string; factoryId: string },
  workers: readonly NewRosterWorker[],
): Promise<string[]> {
  const numbers = await findOrCreateNumbers(deps, tx, countryId, [...new Set(workers.map(({ e164 }) => e164))])
  const keys = await deps.cipher.newKeys(tx, 'worker', workers.length)
  const rows = workers.map(({ e164, languageCode, alias, codeWord }, at) => {
    const [id, key] = [randomUUID(), keys[at]!]
    return {
      ...{ id, phoneNumberId: numbers.get(e164)!, dataKeyId: key.id, languageCode },
      aliasSealed: alias === undefined ? null : key.seal(aliasContext(id), alias),
      codeWordSealed: codeWord === undefined ? null : key.seal(codeWordContext(id), codeWord),
    }
  })
  await queries.insertWorkers(tx, { countryId, factoryId }, rows)
  return rows.map(({ id }) => id)
}

async function findOrCreateNumbers(deps: Deps, tx: Tx, countryId: string, e164s: readonly string[]): Promise<Map<string, string>> {
  const listed = await listKnown(deps, tx, e164s)
  const erased = listed.filter(({ isErased }) => isErased)
  if (erased.length) await renewNumbers(deps, tx, erased)
  const known = new Map(listed.map(({ e164, id }) => [e164, id]))
  const fresh = e164s.filter((e164) => !known.has(e164))
  const keys = await deps.cipher.newKeys(tx, 'phone-number', fresh.length)
  const rows = fresh.map((e164, at) => {
    const [id, key] = [randomUUID(), keys[at]!]
    return { id, blindIndex: numberIndex(deps, e164), dataKeyId: key.id, e164Sealed: key.seal(numberContext(id), e164) }
  })
  const inserted = new Set(await queries.insertNumbers(tx, countryId, rows))
  // A call of the same number at the same moment: the other one's row it is.
  const lost = rows.flatMap(({ id, dataKeyId }, at) => (inserted.has(id) ? [] : [{ dataKeyId, e164: fresh[at]! }]))
  for (const { dataKeyId } of lost) await deps.cipher.destroyKey(tx, dataKeyId)
  const theirs = await findKnownNumbers(
    deps,
    tx,
    lost.map(({ e164 }) => e164),
  )
  return new Map([...known, ...theirs, ...rows.flatMap(({ id }, at) => (inserted.has(id) ? [[fresh[at]!, id] as const] : []))])
}
