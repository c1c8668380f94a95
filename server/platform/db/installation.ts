import type { Db, Tx } from './db.ts'

export type DataKind = 'demo' | 'real'
/** @property clockOffsetMs calendar clock minus real time; 0 with real data */
export type Installation = { dataKind: DataKind; clockOffsetMs: number }

export async function getInstallation(db: Db): Promise<Installation> {
  const row = await db.selectFrom('installation').select(['dataKind', 'clockOffsetMs']).executeTakeFirstOrThrow()
  return { dataKind: row.dataKind as DataKind, clockOffsetMs: row.clockOffsetMs }
}

/** Marks the data as made up, so that the calendar clock may be set. The demo's seed does. */
export async function markAsDemo(tx: Tx): Promise<void> {
  await tx.updateTable('installation').set({ dataKind: 'demo' }).execute()
}

export async function saveClockOffset(tx: Tx, clockOffsetMs: number): Promise<void> {
  await tx.updateTable('installation').set({ clockOffsetMs }).execute()
}
