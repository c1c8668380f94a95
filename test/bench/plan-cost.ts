import type { Bench } from '../../scripts/bench/bench.ts'
import { closeAudit } from '../../server/domains/audits/service.ts'
import { planAuditCallbacks, type VisitWorker } from '../../server/domains/callbacks/service.ts'
import { saveCountries } from '../../server/domains/countries/service.ts'
import type { Slot } from '../../server/domains/callbacks/contract.ts'
import { FieldCipher } from '../../server/platform/crypto/field-cipher.ts'
import type { DbPool } from '../../server/platform/db/db.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { fixedClock } from '../../server/platform/time/clock.ts'
import { dhaka } from '../helpers/hours.ts'
import { BANGLADESH, LANGUAGES } from '../helpers/hotline.ts'
import { testKeyRing } from '../helpers/keys.ts'
import { makeSite, makeVisit } from '../helpers/visit.ts'
import { withDurableDatabase } from '../helpers/durable-database.ts'

const WORKERS = 5_000
/** Of the one by one; all five thousand would take minutes. */
const ONE_BY_ONE = 500
const GOAL_SECONDS = 2
const SLOTS: Slot[] = [
  { startLocal: '08:00', endLocal: '11:00' },
  { startLocal: '11:00', endLocal: '14:00' },
  { startLocal: '18:00', endLocal: '21:00' },
  { weekdays: [7], startLocal: '09:00', endLocal: '21:00' },
  { date: '2026-12-08', startLocal: '19:00', endLocal: '20:00' },
]

/** Closing a visit of 5,000 workers, on a Postgres that keeps every commit; beside it the same planner asked for one worker at a time. */
export const bench: Bench = {
  summary: `closing a visit of ${WORKERS} workers, planned together against one by one`,
  async run(log, signal) {
    return withDurableDatabase(([db]) => measure(db, log, signal))
  },
}

async function measure(db: DbPool, log: (line: string) => void, signal: AbortSignal) {
  const deps = { db, cipher: new FieldCipher(testKeyRing()), clock: fixedClock(dhaka('2026-12-01', '17:00')) }
  await inTransaction(db, (tx) => saveCountries(tx, LANGUAGES, [BANGLADESH]))
  const { factoryId, userId } = await makeSite(db)
  const supervisor = { userId, role: 'supervisor' as const, countryIds: ['BD'], factoryIds: [], clientId: null }

  const together = await makeVisit(db, { factoryId, workers: WORKERS, slots: SLOTS })
  const { seconds: closeSeconds, result } = await timed(() => closeAudit(deps, supervisor, together))
  if (result.planned !== WORKERS) throw new Error(`${result.planned} of ${WORKERS} were planned`)
  log(`${WORKERS} together: ${closeSeconds} s`)
  signal.throwIfAborted()

  const oneByOne = await makeVisit(db, { factoryId, workers: ONE_BY_ONE, slots: SLOTS })
  const workers = await listWorkers(db, oneByOne)
  const visit = {
    auditId: oneByOne,
    countryId: 'BD',
    timeZone: 'Asia/Dhaka',
    lastDate: '2026-12-01',
    offsetDays: 5,
    questionnaireId: null,
  }
  const single = await timed(() =>
    inTransaction(db, async (tx) => {
      for (const worker of workers) await planAuditCallbacks(deps, tx, visit, [worker])
    }),
  )
  const oneByOneSeconds = rounded((single.seconds / ONE_BY_ONE) * WORKERS)
  log(`${ONE_BY_ONE} one by one: ${single.seconds} s, so ${WORKERS}: ${oneByOneSeconds} s`)
  return {
    figures: { closeSeconds, oneByOneSeconds },
    ratio: rounded(closeSeconds / oneByOneSeconds),
    goal: `a visit of ${WORKERS} workers is closed within ${GOAL_SECONDS} s`,
    holds: closeSeconds <= GOAL_SECONDS,
  }
}

async function listWorkers(db: DbPool, auditId: string): Promise<VisitWorker[]> {
  const rows = await db
    .selectFrom('interview')
    .innerJoin('worker', 'worker.id', 'interview.workerId')
    .select(['worker.id as workerId', 'worker.phoneNumberId', 'worker.languageCode', 'interview.slot'])
    .where('interview.auditId', '=', auditId)
    .execute()
  return rows.map(({ slot, ...row }) => ({ ...row, slot: slot as Slot })) as VisitWorker[]
}

async function timed<T>(work: () => Promise<T>): Promise<{ seconds: number; result: T }> {
  const startedAt = performance.now()
  const result = await work()
  return { seconds: rounded((performance.now() - startedAt) / 1000), result }
}

const rounded = (value: number) => Math.round(value * 100) / 100
