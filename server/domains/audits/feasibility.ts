/** Before a visit is closed: which of its callbacks could not be kept, and what to do about it. Nothing is written. */
import type { Scope } from '../../platform/http/policy.ts'
import { checkFit, type Demand, MINUTES_PER_CALLBACK, planAuditDue } from '../callbacks/service.ts'
import { findOwnAudit } from './access.ts'
import type { Feasibility } from './contract.ts'
import { adviceOn, type Group } from './advice-rules.ts'
import * as queries from './queries.ts'
import type { AuditDeps } from './service.ts'
import { untranslatedOf } from './untranslated.ts'

const MOST_GROUPS = 200

/** As closing now would plan. Who asked not to be called is counted too: an auditor must not learn of it from a difference. @throws AuditNotFound */
export async function getFeasibility(deps: Pick<AuditDeps, 'db' | 'clock'>, reader: Scope, auditId: string): Promise<Feasibility> {
  const { countryId, timeZone, lastDate, callbackOffsetDays: offsetDays, questionnaireId } = await findOwnAudit(deps.db, reader, auditId)
  const asked = await queries.listUnplanned(deps.db, auditId)
  const planFor = await planAuditDue(deps, deps.db, { auditId, countryId, timeZone, lastDate, offsetDays })
  const wanted: Demand[] = []
  const groups: Group[] = []
  for (const { languageCode, slot, count } of asked) {
    const plan = planFor(slot)
    const { startLocal, endLocal } = slot
    if (plan.kind === 'planned') wanted.push({ languageCode, count, slot: plan.slot, timeZone, dueAt: plan.dueAt })
    else
      groups.push({
        languageCode,
        date: lastDate,
        startLocal,
        endLocal,
        wanted: count,
        fits: 0,
        agents: 0,
        reason: 'never-open',
        moreNeeded: 0,
      })
  }
  for (const { slot, count, languageCode, date, fits, agents, reason, moreNeeded } of await checkFit(deps, countryId, wanted)) {
    const { startLocal, endLocal } = slot!
    groups.push({ languageCode, date, startLocal, endLocal, wanted: count, fits, agents, reason, moreNeeded })
  }
  return {
    wanted: groups.reduce((sum, group) => sum + group.wanted, 0),
    fits: groups.reduce((sum, group) => sum + group.fits, 0),
    minutesPerCallback: MINUTES_PER_CALLBACK,
    untranslated: await untranslatedOf(deps, questionnaireId, asked),
    groups: groups.slice(0, MOST_GROUPS).map((group) => ({ ...group, advice: adviceOn(group) })),
  }
}
