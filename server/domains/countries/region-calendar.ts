/** Public holidays as date-holidays knows them, asked of a thread of its own. */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** A country, or a part of it: "IN", "IN-TN". */
export type Region = { code: string; name: string }
/** @property name in English @property ownName in the region's language; null where it is the same or not known */
export type RegionHoliday = { date: string; name: string; ownName: string | null }
export type CalendarQuestion =
  { ask: 'regions'; countryId: string } | { ask: 'holidays'; region: string; firstYear: number; lastYear: number }

/** The country and those of its parts that have a calendar, the country first; empty when there is none. */
export function listRegions(countryId: string): Promise<Region[]> {
  return ask<Region[]>({ ask: 'regions', countryId })
}

/**
 * Full days that are public holidays in a region, in order, both years included. Days that go by the moon are worked out, and
 * may be off by one where the moon is looked for.
 * @returns null for a region without a calendar
 */
export function regionHolidays(region: string, firstYear: number, lastYear: number): Promise<RegionHoliday[] | null> {
  return ask<RegionHoliday[] | null>({ ask: 'holidays', region, firstYear, lastYear })
}

async function ask<Answer>(question: CalendarQuestion): Promise<Answer> {
  const worker = new Worker(new URL('./region-calendar-worker.ts', import.meta.url), { workerData: question })
  try {
    // An error of the worker rejects this wait.
    const [answer] = (await once(worker, 'message')) as [Answer]
    return answer
  } finally {
    await worker.terminate()
  }
}
