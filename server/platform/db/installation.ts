import type { Db, Tx } from './db.ts'

export type DataKind = 'demo' | 'real'
/**
 * How the calendar clock is set: shared by all processes.
 * @property offsetMs calendar clock minus real time while it runs; 0 with real data
 * @property standsAt where it stands; null: it runs
 */
export type ClockSetting = { offsetMs: number; standsAt: Date | null }
export type Installation = { dataKind: DataKind; clock: ClockSetting }

export async function getInstallation(db: Db): Promise<Installation> {
  const row = await db.selectFrom('installation').select(['dataKind', 'clockOffsetMs', 'clockStandsAt']).executeTakeFirstOrThrow()
  return { dataKind: row.dataKind as DataKind, clock: { offsetMs: row.clockOffsetMs, standsAt: row.clockStandsAt } }
}

/** Marks the data as made up, so that the calendar clock may be set. The demo's seed does. */
export async function markAsDemo(tx: Tx): Promise<void> {
  await tx.updateTable('installation').set({ dataKind: 'demo' }).execute()
}

export async function saveClock(tx: Tx, { offsetMs, standsAt }: ClockSetting): Promise<void> {
  await tx.updateTable('installation').set({ clockOffsetMs: offsetMs, clockStandsAt: standsAt }).execute()
}
