/** Visits as they come in: a factory is added, its roster imported from a file, the visit closed; closing plans the callbacks. */
import { setTimeout as wait } from 'node:timers/promises'
import type { AuditView, CloseAuditResult, FactoryView, ImportView } from '../../../server/domains/audits/contract.ts'
import type { DbPool } from '../../../server/platform/db/db.ts'
import { csvFile } from '../roster-file.ts'
import type { Desk } from './desk.ts'
import { type Life, newLife } from './lives.ts'
import type { YearVisit } from './plan.ts'

const LOOK_EVERY_MS = 50
const PLAN = { columns: { phone: 0, alias: 1, language: 2, days: 3, from: 4, to: 5 }, defaults: { consentMode: 'spoken' } }

export type Intake = {
  supervisor: Desk
  db: DbPool
  clientId: string
  /** As the vault finds a number. */
  numberIndex: (e164: string) => Buffer
  byNumber: Map<string, Life>
  byCallback: Map<string, Life>
}

/** @throws when not every worker is on the list, or not every callback is planned */
export async function takeIn({ supervisor, db, clientId, numberIndex, byNumber, byCallback }: Intake, visit: YearVisit): Promise<void> {
  const { workers, countryId, languageCodes, auditDate } = visit
  const lives = workers.map(newLife)
  for (const life of lives) byNumber.set(life.worker.phone, life)
  const factory = await supervisor.send<FactoryView>('POST', '/api/factories', {
    clientId,
    name: visit.factoryName,
    countryId,
    languageCodes,
  })
  const { id } = await supervisor.send<AuditView>('POST', '/api/audits', { factoryId: factory.id, auditDate })
  await importRoster(supervisor, id, lives)
  const { planned } = await supervisor.send<CloseAuditResult>('POST', `/api/audits/${id}/close`)
  if (planned !== lives.length) throw new Error(`${planned} of ${lives.length} callbacks planned for ${visit.factoryName}`)
  // An agent knows whom they speak with by listening; these look the number up, as the product does when a worker rings.
  const lifeOf = new Map(lives.map((life) => [numberIndex(life.worker.phone).toString('hex'), life]))
  const callbacks = await db
    .selectFrom('callback')
    .innerJoin('phoneNumber', 'phoneNumber.id', 'callback.phoneNumberId')
    .select(['callback.id', 'phoneNumber.blindIndex'])
    .where('callback.auditId', '=', id)
    .execute()
  for (const callback of callbacks) byCallback.set(callback.id, lifeOf.get(callback.blindIndex.toString('hex'))!)
}

async function importRoster(supervisor: Desk, auditId: string, lives: readonly Life[]): Promise<void> {
  const rows = lives.map(({ worker }, index) => [
    worker.phone,
    `Worker ${index + 1}`,
    worker.languageCode,
    worker.date ?? '',
    worker.from,
    worker.to,
  ])
  const file = csvFile([['phone', 'alias', 'language', 'days', 'from', 'to'], ...rows])
  let view = await supervisor.upload<ImportView>(`/api/audits/${auditId}/imports?isDryRun=false`, PLAN, file)
  while (view.status === 'running') {
    await wait(LOOK_EVERY_MS)
    view = await supervisor.get<ImportView>(`/api/audits/${auditId}/imports/${view.id}`)
  }
  if (view.added !== lives.length) throw new Error(`${view.added} of ${lives.length} workers imported: ${JSON.stringify(view.problems)}`)
}
