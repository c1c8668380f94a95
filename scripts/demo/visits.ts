import { type AuditDeps, addInterview, closeAudit } from '../../server/domains/audits/service.ts'
import { addAudit } from '../../server/domains/audits/visits.ts'
import type { Scope } from '../../server/platform/http/policy.ts'
import { DAY } from '../../server/platform/time/duration.ts'
import { localDate } from '../../server/platform/time/local.ts'
import { closedRoster, countries, type DemoCountry, factoryNameOf } from './programme.ts'

type Seed = { clientId: string; supervisorEmail: string }

/**
 * A factory in each country with a visit five days ago that is closed, so that callbacks are due now, and one visit of
 * today that is open and empty. Through the same use cases as the console's. Does nothing where a factory exists already.
 */
export async function seedVisits(deps: AuditDeps, { clientId, supervisorEmail }: Seed): Promise<void> {
  const user = await deps.db
    .selectFrom('appUser')
    .select(['id', 'countryIds'])
    .where('email', '=', supervisorEmail)
    .executeTakeFirstOrThrow()
  const actor: Scope = { userId: user.id, role: 'supervisor', countryIds: user.countryIds, factoryIds: [], clientId: null }
  for (const country of countries) {
    const factoryId = await makeFactory(deps, country, clientId)
    if (!factoryId) continue
    const now = deps.clock.now()
    const past = await addAudit(deps, actor, { factoryId, auditDate: localDate(new Date(now.getTime() - 5 * DAY), country.timeZone) })
    for (const [index, ending] of closedRoster.entries()) {
      await addInterview(deps, actor, past.id, {
        alias: `Worker ${index + 1}`,
        phone: country.workerPrefix + ending,
        languageCode: country.languageCodes[index % country.languageCodes.length]!,
        slot: { startLocal: '00:00', endLocal: '23:59' },
        isSharedPhone: false,
        consentMode: 'spoken',
        mayShowCardNumber: false,
      })
    }
    await closeAudit(deps, actor, past.id)
    await addAudit(deps, actor, { factoryId, auditDate: localDate(now, country.timeZone) })
  }
}

async function makeFactory({ db }: AuditDeps, country: DemoCountry, clientId: string): Promise<string | undefined> {
  const { id: countryId, timeZone, languageCodes } = country
  const row = await db
    .insertInto('factory')
    .values({ clientId, name: factoryNameOf(country), countryId, timeZone, languageCodes })
    .onConflict((conflict) => conflict.columns(['clientId', 'name']).doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id
}
