import { randomInt } from 'node:crypto'
import type { DbPool } from '../../server/platform/db/db.ts'
import type { Demo } from '../../scripts/seed-demo.ts'

/**
 * Gives each country's carrier a loopback address of this product's own, so that products can run side by side.
 * @returns the demo with those addresses
 */
export async function moveCarriers(db: DbPool, demo: Demo): Promise<Demo> {
  const network = `127.${randomInt(64, 250)}.${randomInt(1, 250)}`
  const countries = demo.countries.map((country, index) => ({
    ...country,
    carrier: { ...country.carrier, host: `${network}.${index + 1}` },
  }))
  for (const { id, carrier } of countries) {
    await db.updateTable('trunk').set({ carrierHost: carrier.host }).where('countryId', '=', id).execute()
  }
  return { ...demo, countries }
}
