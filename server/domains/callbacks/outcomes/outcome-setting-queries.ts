import type { Db, Tx } from '../../../platform/db/db.ts'
import type { SettableOutcome } from '../contract.ts'
import type { Setting } from './outcome-table-rules.ts'

/** What a country has set apart from the defaults. */
export async function listSettings(db: Db, countryId: string): Promise<Setting[]> {
  return db
    .selectFrom('outcomeSetting')
    .select(['outcome', 'counts', 'delayMinutes', 'mostTimes'])
    .where('countryId', '=', countryId)
    .$narrowType<{ outcome: SettableOutcome }>()
    .execute()
}

/** In place of all there were. */
export async function replaceSettings(
  tx: Tx,
  { countryId, settings, actorUserId }: { countryId: string; settings: readonly Setting[]; actorUserId: string },
): Promise<void> {
  await tx.deleteFrom('outcomeSetting').where('countryId', '=', countryId).execute()
  if (!settings.length) return
  const values = settings.map((setting) => ({ ...setting, countryId, updatedByUserId: actorUserId }))
  await tx.insertInto('outcomeSetting').values(values).execute()
}
