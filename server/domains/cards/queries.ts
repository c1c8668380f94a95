import type { Db } from '../../platform/db/db.ts'

/** A visit's batches, newest first; those withdrawn are left out. */
export function listBatches(db: Db, auditId: string) {
  return db
    .selectFrom('cardBatch')
    .innerJoin('appUser', 'appUser.id', 'cardBatch.issuedBy')
    .select(['cardBatch.id', 'cardBatch.languageCode', 'cardBatch.cards', 'cardBatch.did', 'cardBatch.issuedAt'])
    .select('appUser.displayName as issuedByName')
    .where('cardBatch.auditId', '=', auditId)
    .where('cardBatch.withdrawnAt', 'is', null)
    .orderBy('cardBatch.issuedAt', 'desc')
    .orderBy('cardBatch.id', 'desc')
    .limit(200)
    .execute()
}

type BatchToInsert = { auditId: string; languageCode: string; cards: number; did: string; issuedBy: string; issuedAt: Date }

export async function insertBatch(db: Db, batch: BatchToInsert): Promise<string> {
  return (await db.insertInto('cardBatch').values(batch).returning('id').executeTakeFirstOrThrow()).id
}

/** @returns whether there was such a batch, not withdrawn before */
export async function withdrawBatch(db: Db, { auditId, batchId, now }: { auditId: string; batchId: string; now: Date }): Promise<boolean> {
  const result = await db
    .updateTable('cardBatch')
    .set({ withdrawnAt: now })
    .where('id', '=', batchId)
    .where('auditId', '=', auditId)
    .where('withdrawnAt', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}
