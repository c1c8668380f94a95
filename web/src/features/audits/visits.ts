import type { AuditQuery } from '../../../../server/domains/audits/contract.ts'
import { type AuditRow, listAudits } from '../../api/audits.ts'
import { addressFilter } from '../../ui/filter.ts'
import { PagedList } from '../../ui/paged-list.svelte.ts'

const NAMES = ['countryId', 'clientId', 'factoryId', 'status', 'from', 'to'] as const
export type VisitFilter = Record<(typeof NAMES)[number], string>
export const visitFilter = addressFilter(NAMES)

/** The visits of a filter, from the newest on. */
export const createVisits = () =>
  new PagedList<AuditRow, VisitFilter>(async (filter, after) => {
    const { audits, next } = await listAudits({ ...(filter as AuditQuery), limit: 30, ...(after !== undefined && { after }) })
    return { items: audits, next }
  })
