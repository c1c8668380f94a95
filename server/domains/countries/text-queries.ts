import type { Db, Tx } from '../../platform/db/db.ts'
import type { CarrierRow } from './carrier-queries.ts'

const lines = (db: Db) =>
  db
    .selectFrom('countryLine as line')
    .innerJoin('country', 'country.id', 'line.countryId')
    .innerJoin('trunk', 'trunk.id', 'line.trunkId')
    .select(['line.did', 'line.kind', 'line.fixedLanguageCode', 'line.trunkId', 'trunk.carrierHost', 'trunk.carrierPort'])
    .select(['trunk.transport', 'trunk.numberFormat', 'country.callingCode'])
    .$narrowType<Pick<CarrierRow, 'transport' | 'numberFormat'>>()
    .select(['country.id as countryId', 'country.name', 'country.timeZone', 'country.languageCodes', 'country.isTextReplyOn'])

export function findLineByDid(db: Db, did: string) {
  return lines(db).where('line.did', '=', did).executeTakeFirst()
}

export function findCardLine(db: Db, countryId: string) {
  return lines(db).where('line.countryId', '=', countryId).where('line.kind', '=', 'card').executeTakeFirst()
}

export function listCardLines(db: Db) {
  return lines(db).where('line.kind', '=', 'card').orderBy('country.name').execute()
}

/** @returns false when there is no such country */
export async function updateTextReply(tx: Tx, countryId: string, isTextReplyOn: boolean): Promise<boolean> {
  const result = await tx.updateTable('country').set({ isTextReplyOn }).where('id', '=', countryId).executeTakeFirst()
  return result.numUpdatedRows === 1n
}
