import { anyOf } from '../../platform/db/any-of.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import type { ShiftHours } from './shift-rules.ts'

/** One row of a week, or of a day that differs; such a day without hours is off. */
export type ShiftRow = { agentUserId: string; countryId: string } & (
  | (ShiftHours & { weekday: number; date?: undefined })
  | { date: string; weekday?: undefined; startLocal: string | null; endLocal: string | null }
)

/** Of these countries, for every agent, in the order of day and time. */
export async function listShifts(db: Db, countryIds: readonly string[]): Promise<ShiftRow[]> {
  const rows = await db
    .selectFrom('agentShift')
    .select(['agentUserId', 'countryId', 'weekday', 'shiftDate', 'startsAtLocal', 'endsAtLocal'])
    .where('countryId', '=', anyOf(countryIds))
    .orderBy('weekday')
    .orderBy('shiftDate')
    .orderBy('startsAtLocal')
    .execute()
  return rows.map(({ agentUserId, countryId, weekday, shiftDate, startsAtLocal, endsAtLocal }) =>
    weekday === null
      ? { agentUserId, countryId, date: String(shiftDate), startLocal: startsAtLocal, endLocal: endsAtLocal }
      : { agentUserId, countryId, weekday, startLocal: startsAtLocal!, endLocal: endsAtLocal! },
  )
}

/** Instead of whatever was there. */
export async function replaceShifts(tx: Tx, agentUserId: string, countryId: string, rows: readonly ShiftRow[]): Promise<void> {
  await tx.deleteFrom('agentShift').where('agentUserId', '=', agentUserId).where('countryId', '=', countryId).execute()
  if (!rows.length) return
  const values = rows.map(({ weekday = null, date = null, startLocal, endLocal }) => ({
    ...{ agentUserId, countryId, weekday, shiftDate: date },
    ...{ startsAtLocal: startLocal, endsAtLocal: endLocal },
  }))
  await tx.insertInto('agentShift').values(values).execute()
}
