import type {
  CloseAuditResult,
  IntakeEntry,
  IntakeResult,
  IntakeSetup,
  IntakeVisit,
  SyncIntake,
} from '../../../server/domains/audits/contract.ts'
import { request, Unreachable } from '../api/http.ts'
import { whoAmI as askWhoAmI } from '../api/session.ts'

export type { CloseAuditResult, IntakeEntry, IntakeResult, IntakeSetup, IntakeVisit }

/** A phone at the edge of its network may wait for ever; asked again later is as good, for every request here may be repeated. */
const DEADLINE_MS = 30_000

export const getSetup = () => soon(request<IntakeSetup>('GET', '/api/intake'))
export const whoAmI = () => soon(askWhoAmI())
export const sendEntries = (auditId: string, entries: SyncIntake['entries']) =>
  soon(request<{ results: IntakeResult[] }>('POST', `/api/intake/${auditId}/entries`, { entries }))
export const closeVisit = (auditId: string) => soon(request<CloseAuditResult>('POST', `/api/audits/${auditId}/close`))

/** @throws Unreachable when the answer does not come in time */
async function soon<T>(reply: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Unreachable('The server did not answer in time.')), DEADLINE_MS)
  })
  try {
    return await Promise.race([reply, tooLate])
  } finally {
    clearTimeout(timer)
  }
}
