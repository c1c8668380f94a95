import { listCountryIds, moveCarrier, saveCountries } from '../../server/domains/countries/service.ts'
import type { Db } from '../../server/platform/db/db.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { countries, DEMO_HOURS, languages, trunkIdOf } from './programme.ts'

/**
 * Languages, countries, trunks and lines of the demo. A country that is there already keeps what people have set up since; only
 * its simulated carrier moves along with the product's port.
 */
export async function seedCountries(db: Db, carrierPort: number): Promise<void> {
  const setUp = countries.map(({ id, name, callingCode, timeZone, languageCodes, cardDid, callbackDid, carrierHost }) => ({
    id,
    name,
    callingCode,
    timeZone,
    languageCodes,
    ...DEMO_HOURS,
    openWeekdays: [1, 2, 3, 4, 5, 6, 7],
    trunk: { id: trunkIdOf({ id }), carrierHost, carrierPort },
    cardDid,
    callbackDid,
    holidays: [],
  }))
  await inTransaction(db, async (tx) => {
    const known = new Set(await listCountryIds(tx))
    await saveCountries(
      tx,
      [...languages],
      setUp.filter(({ id }) => !known.has(id)),
    )
    for (const { trunk } of setUp) await moveCarrier(tx, trunk)
  })
}
