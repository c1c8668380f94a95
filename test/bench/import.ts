import type { Bench } from '../../scripts/bench/bench.ts'
import { createRosterImports, getImport } from '../../server/domains/audits/import/service.ts'
import { saveCountries } from '../../server/domains/countries/service.ts'
import { FieldCipher } from '../../server/platform/crypto/field-cipher.ts'
import type { DbPool } from '../../server/platform/db/db.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { BANGLADESH, LANGUAGES } from '../helpers/hotline.ts'
import { testKeyRing } from '../helpers/keys.ts'
import { csvFile, xlsxFile } from '../helpers/roster-file.ts'
import { makeSite } from '../helpers/visit.ts'
import { withDurableDatabase } from '../helpers/durable-database.ts'

const ROWS = 50_000
const GOAL_SECONDS = 30
const PLAN = { columns: { phone: 0, alias: 1, language: 2, from: 3, to: 4 }, defaults: { consentMode: 'spoken' as const } }

/** One for all imports, as in a service: with other keys nobody is known again. */
const CIPHER = new FieldCipher(testKeyRing())

/** A roster of 50,000 rows, as CSV and as a workbook, each into a visit of its own, on a Postgres that keeps every commit; then the first again. */
export const bench: Bench = {
  summary: `importing a roster of ${ROWS} rows, CSV and XLSX, and the same file again`,
  async run(log, signal) {
    return withDurableDatabase(([db]) => measure(db, log, signal))
  },
}

async function measure(db: DbPool, log: (line: string) => void, signal: AbortSignal) {
  await inTransaction(db, (tx) => saveCountries(tx, LANGUAGES, [BANGLADESH]))
  const site = await makeSite(db)
  const csv = csvFile(rosterOf(0))
  const xlsx = await xlsxFile(rosterOf(ROWS))
  log(`${ROWS} rows: ${csv.length} bytes of CSV, ${xlsx.length} of XLSX`)
  const [ofCsv, ofXlsx] = [await newVisit(db, site.factoryId), await newVisit(db, site.factoryId)]
  const run = async (name: string, auditId: string, file: Buffer, added: number) => {
    signal.throwIfAborted()
    const took = await timed(db, site.userId, auditId, file, added)
    log(
      `${name}: ${took.seconds} s, of this process's own time ${took.cpuSeconds} s; this process was held up for ${took.longestHoldUpMs} ms at most`,
    )
    return took
  }
  const first = await run('CSV', ofCsv, csv, ROWS)
  const workbook = await run('XLSX', ofXlsx, xlsx, ROWS)
  const again = await run('CSV again', ofCsv, csv, 0)
  return {
    figures: {
      ...{ csvSeconds: first.seconds, xlsxSeconds: workbook.seconds, againSeconds: again.seconds },
      ...{ csvCpuSeconds: first.cpuSeconds, xlsxCpuSeconds: workbook.cpuSeconds },
      longestHoldUpMs: Math.max(...[first, workbook, again].map(({ longestHoldUpMs }) => longestHoldUpMs)),
    },
    ratio: null,
    goal: `${ROWS} rows are imported within ${GOAL_SECONDS} s`,
    holds: Math.max(first.seconds, workbook.seconds) <= GOAL_SECONDS,
  }
}

/** Each row a worker with a number of their own. */
function rosterOf(from: number): string[][] {
  const number = (n: number) => `01${String(700_000_000 + from + n)}`
  return [
    ['phone', 'alias', 'language', 'from', 'to'],
    ...Array.from({ length: ROWS }, (_, n) => [number(n), `Worker ${n}`, n % 7 ? 'bn' : 'English', n % 2 ? '18:00' : '09:30', '20:00']),
  ]
}

async function newVisit(db: DbPool, factoryId: string): Promise<string> {
  const visit = { factoryId, auditDate: '2026-12-01', status: 'open' }
  return (await db.insertInto('audit').values(visit).returning('id').executeTakeFirstOrThrow()).id
}

async function timed(db: DbPool, userId: string, auditId: string, file: Buffer, added: number) {
  const deps = { db, cipher: CIPHER, log: { warn: (fact: object) => console.error(fact) } } as never
  const supervisor = { userId, role: 'supervisor' as const, countryIds: ['BD'], factoryIds: [], clientId: null }
  const imports = createRosterImports(deps)
  const startedAt = performance.now()
  const cpuBefore = process.cpuUsage()
  let [lastTick, longest] = [startedAt, 0]
  const { id } = await imports.start(supervisor, { auditId, file, plan: PLAN, isDryRun: false })
  // Ticks show how long whatever else this process does had to wait.
  const ticks = setInterval(() => {
    const now = performance.now()
    longest = Math.max(longest, now - lastTick - 5)
    lastTick = now
  }, 5)
  try {
    for (;;) {
      const { status, added: so, message } = await getImport({ db }, supervisor, auditId, id)
      if (status === 'failed' || (status === 'done' && so !== added)) throw new Error(`${status}: ${so} added. ${message}`)
      if (status === 'done')
        return { seconds: tenths(performance.now() - startedAt), cpuSeconds: cpuSince(cpuBefore), longestHoldUpMs: Math.round(longest) }
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  } finally {
    clearInterval(ticks)
    await imports.stop()
  }
}

const tenths = (ms: number) => Math.round(ms / 100) / 10

/** Of all its threads: what the machine's other work cannot lengthen. */
function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before)
  return tenths((user + system) / 1000)
}
