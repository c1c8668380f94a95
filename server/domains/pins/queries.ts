import type { Db, Tx } from '../../platform/db/db.ts'

/** Reserves a PIN. @returns false when it is taken */
export async function reservePin(db: Db, blindIndex: Buffer): Promise<boolean> {
  const result = await db
    .insertInto('pin')
    .values({ blindIndex })
    .onConflict((conflict) => conflict.column('blindIndex').doNothing())
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

/** Gives a PIN, reserved or not, to a worker. @returns whose it is now */
export async function givePin(tx: Tx, given: { blindIndex: Buffer; workerId: string; at: Date }): Promise<string> {
  const { blindIndex, workerId, at: givenAt } = given
  await tx
    .insertInto('pin')
    .values({ blindIndex, workerId, givenAt })
    .onConflict((conflict) => conflict.column('blindIndex').doUpdateSet({ workerId, givenAt }).where('pin.workerId', 'is', null))
    .execute()
  return (await findWorkerOf(tx, blindIndex))!
}

/** Null when nobody was given it. */
export async function findWorkerOf(db: Db, blindIndex: Buffer): Promise<string | null> {
  const row = await db.selectFrom('pin').select('workerId').where('blindIndex', '=', blindIndex).executeTakeFirst()
  return row?.workerId ?? null
}

/** Where a call that enters a PIN came from and to. Undefined while its row is on its way. */
export function findTrier(db: Db, callId: string) {
  return db.selectFrom('call').select(['lineDid', 'phoneNumberId']).where('id', '=', callId).executeTakeFirst()
}

/** Tries on one of our numbers wait for each other, until the transaction ends: a limit cannot be run past. */
export async function lockLine(tx: Tx, lineDid: string): Promise<void> {
  await tx.selectFrom('countryLine').select('did').where('did', '=', lineDid).forNoKeyUpdate().execute()
}

export type Trier = { lineDid: string; phoneNumberId: string | null }

export async function countMisses(db: Db, { lineDid, phoneNumberId }: Trier, since: Date): Promise<{ bySame: number; onLine: number }> {
  const { bySame, onLine } = await db
    .selectFrom('pinMiss')
    .select((eb) => [
      eb.fn
        .countAll<number>()
        .filterWhere(phoneNumberId === null ? eb('phoneNumberId', 'is', null) : eb('phoneNumberId', '=', phoneNumberId))
        .filterWhere(phoneNumberId === null ? eb('lineDid', '=', lineDid) : eb.lit(true))
        .as('bySame'),
      eb.fn.countAll<number>().filterWhere('lineDid', '=', lineDid).as('onLine'),
    ])
    .where('missedAt', '>', since)
    .where((eb) => eb.or([eb('lineDid', '=', lineDid), ...(phoneNumberId === null ? [] : [eb('phoneNumberId', '=', phoneNumberId)])]))
    .executeTakeFirstOrThrow()
  return { bySame: Number(bySame), onLine: Number(onLine) }
}

export async function insertMiss(tx: Tx, miss: Trier & { missedAt: Date }): Promise<void> {
  await tx.insertInto('pinMiss').values(miss).execute()
}

/** @returns how many rows went */
export async function deleteOld(db: Db, before: Date): Promise<number> {
  const misses = await db.deleteFrom('pinMiss').where('missedAt', '<', before).executeTakeFirst()
  const reserved = await db.deleteFrom('pin').where('workerId', 'is', null).where('createdAt', '<', before).executeTakeFirst()
  return Number(misses.numDeletedRows + reserved.numDeletedRows)
}

/** As the activity-log names a number of ours: `BD-card`. */
export async function lineName(db: Db, lineDid: string): Promise<string> {
  const { countryId, kind } = await db
    .selectFrom('countryLine')
    .select(['countryId', 'kind'])
    .where('did', '=', lineDid)
    .executeTakeFirstOrThrow()
  return `${countryId}-${kind}`
}

export async function countOf(db: Db, workerId: string): Promise<number> {
  const { count } = await db
    .selectFrom('pin')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('workerId', '=', workerId)
    .executeTakeFirstOrThrow()
  return Number(count)
}
