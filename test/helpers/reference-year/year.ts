/**
 * A year of the programme through the whole product: visits come in and are closed, callbacks fall due, agents' and workers' phones
 * ring over SIP through a real Asterisk, answers, grievances and findings go in by the API, and at the end the books are compared.
 */
import type { Dashboard, DashboardFigures } from '../../../server/domains/reports/contract.ts'
import type { CurrentSession } from '../../../server/domains/users/contract.ts'
import { addLocalDays, localDate } from '../../../server/platform/time/local.ts'
import type { DbPool } from '../../../server/platform/db/db.ts'
import { productCipher, startTestProduct, type TestProduct } from '../product.ts'
import { openBoard } from './board.ts'
import { type Calendar, openCalendar } from './calendar.ts'
import { startWork, type Told } from './at-work.ts'
import { takeIn } from './intake.ts'
import { noWrongs, startLines, type Wrongs } from './lines.ts'
import type { Desk } from './desk.ts'
import type { Life } from './lives.ts'
import { gatherPeople, inTurns, type People } from './people.ts'
import { FIRST_DAY, planYear, type YearSize, type YearVisit } from './plan.ts'
import { reviewCases } from './review.ts'
import { compareEnds, expectedFigures, minus, readEnds } from './verdict.ts'

const SEED = 552
/** The client's figures change then. */
const MONTH_IS_OVER = '2027-02-01'
/** The shortest a country may set. */
const RING_SECONDS = 5
const LEGS_PORTS = 4
/** Product days there are for it. */
const MOST_DAYS = 24
/** Whoever does nothing for half an hour is signed out: those who have nothing to do before its end look in. */
const LOOK_IN_MS = 5 * 60_000

export type YearOptions = { size: YearSize; postgres: 'own' | 'shared'; log?: (line: string) => void; signal?: AbortSignal }

export type YearResult = {
  /** Of the dashboard: what it shows supervisors of the year, what the client when the month is over, and what was put in. */
  shown: DashboardFigures
  shownToClient: DashboardFigures
  expected: DashboardFigures
  ends: ReturnType<typeof compareEnds>
  wrongs: Wrongs
  told: Told
  findings: Record<string, number>
  rings: number
  /** Product days from the first visit to the last call. */
  days: number
  stops: number
  trunksResumed: number
  boardReopened: number
  seconds: { intake: number; calling: number; tail: number }
  dashboardMs: number
}

/** @param during wraps the part that is the year itself, without starting the product */
export async function runYear(
  options: YearOptions,
  during: (product: TestProduct, year: () => Promise<YearResult>) => Promise<YearResult> = (_, year) => year(),
): Promise<YearResult> {
  const product = await startTestProduct({
    postgres: options.postgres,
    env: { RINGBACK_CLOCK: 'demo' },
    rtpPortCount: 200 + LEGS_PORTS * options.size.agents,
    arrange,
  })
  try {
    const people = await gatherPeople(product, options.size.agents)
    try {
      return await during(product, () => goThrough(product, people, options))
    } finally {
      await people.stop()
    }
  } finally {
    await product.stop()
  }
}

/** Countries as a real programme has them; the caps of a trunk are an hour's, and hours of this calendar are long. */
async function arrange(db: DbPool): Promise<void> {
  await db.updateTable('country').set({ ringTimeoutSeconds: RING_SECONDS, opensAtLocal: '08:00', closesAtLocal: '22:00' }).execute()
  await db.updateTable('trunk').set({ maxChannels: 200, maxCallsPerHour: 100_000, maxMinutesPerDay: 100_000 }).execute()
  const over = { status: 'closed', closedAt: new Date(), closedReason: 'Not of this year.' }
  await db.updateTable('callback').set(over).where('status', '=', 'waiting').execute()
}

async function goThrough(product: TestProduct, { staff, agents }: People, options: YearOptions): Promise<YearResult> {
  const { size, log = () => {}, signal = new AbortController().signal } = options
  const { db } = product
  const { supervisor, administrator } = staff
  const visits = planYear(size, SEED)
  const [byNumber, byCallback] = [new Map<string, Life>(), new Map<string, Life>()]
  const calendar = await openCalendar(db, administrator, new Date(`${FIRST_DAY}T00:00:00Z`))
  const [before, clientBefore] = [await totalFor(supervisor), await totalFor(staff.client)]
  const { clientId } = (await staff.client.get<CurrentSession>('/api/session')).user
  if (clientId === null) throw new Error('the demo’s client user belongs to no client')
  const numberIndex = await readNumberIndex(product)
  const wrongs = noWrongs()
  const work = startWork({ byCallback, agents, now: calendar.now })
  const lines = await startLines(product, { byNumber, wrongs, now: calendar.now })
  const board = await openBoard(product.url, supervisor.cookie, work)
  const lookingIn = setInterval(() => void Promise.allSettled(Object.values(staff).map((desk) => desk.get('/api/session'))), LOOK_IN_MS)
  try {
    const intake = (visit: YearVisit) => takeIn({ supervisor, db, clientId, numberIndex, byNumber, byCallback }, visit)
    const resume = () => resumeTrunks(db, supervisor)
    const progress = () => {
      assertRuns(product.asterisk.pid())
      return lines.rings()
    }
    const steps = await step({ ...{ calendar, visits, intake, resume, log, signal }, progress, failure: work.failure })
    const today = localDate(calendar.now(), 'UTC')
    const findings = await reviewCases(staff['case-handler'], size, today)
    const askedMs = performance.now()
    const after = await totalFor(supervisor)
    const dashboardMs = performance.now() - askedMs
    await calendar.jump(new Date(`${MONTH_IS_OVER}T00:00:00Z`))
    const clientAfter = await totalFor(staff.client)
    const factoryOf = new Map(visits.flatMap(({ factoryName, workers }) => workers.map((worker) => [worker, factoryName] as const)))
    const underAge = [...work.told.cases.values()].filter(({ worker }) => worker.grievance === 'children').length
    const put = { grievances: work.told.cases.size, violations: findings['violation'] ?? 0, underAge }
    return {
      shown: minus(after, before),
      shownToClient: minus(clientAfter, clientBefore),
      expected: expectedFigures(byCallback, factoryOf, put),
      ends: compareEnds(await readEnds(db, [...byCallback.keys()]), byCallback),
      ...{ wrongs, findings, dashboardMs, ...steps },
      told: work.told,
      rings: lines.rings(),
      boardReopened: board.reopened(),
    }
  } finally {
    clearInterval(lookingIn)
    board.close()
    await lines.stop()
  }
}

async function readNumberIndex(product: TestProduct): Promise<(e164: string) => Buffer> {
  const cipher = await productCipher(product)
  return (e164) => cipher.blindIndex('phone', e164)
}

const totalFor = async (desk: Desk) => (await desk.get<Dashboard>('/api/dashboard')).total

type Steps = {
  calendar: Calendar
  visits: readonly YearVisit[]
  intake: (visit: YearVisit) => Promise<void>
  /** @returns how many trunks were paused */
  resume: () => Promise<number>
  progress: () => number
  failure: () => Error | undefined
  log: (line: string) => void
  signal: AbortSignal
}

/** Day by day: the day's visits come in, then the calendar goes from one due time to the next. */
async function step({ calendar, visits, intake, resume, progress, failure, log, signal }: Steps) {
  const took = { days: 0, stops: 0, trunksResumed: 0, seconds: { intake: 0, calling: 0, tail: 0 } }
  const left = [...visits]
  const unblock = async () => void (took.trunksResumed += await resume())
  for (;;) {
    const day = left[0]?.auditDate
    const dayBegins = day === undefined ? undefined : new Date(`${day}T00:00:00Z`)
    const next = await calendar.next()
    const to = [dayBegins, next].filter((instant) => instant !== undefined).sort((a, b) => a.getTime() - b.getTime())[0]
    if (!to) return took
    if (to > calendar.now()) await calendar.jump(to)
    const beganMs = performance.now()
    if (to === dayBegins) {
      await inTurns(left.splice(0, left.findLastIndex(({ auditDate }) => auditDate === day) + 1), intake)
      took.seconds.intake += (performance.now() - beganMs) / 1000
      continue
    }
    const rung = progress()
    const { ms, tailMs } = await calendar.settled({ progress, unblock, signal })
    const failed = failure()
    if (failed) throw failed
    took.stops++
    took.days = daysSince(FIRST_DAY, calendar.now())
    if (took.days > MOST_DAYS) throw new Error(`the year is not over after ${MOST_DAYS} days`)
    took.seconds.calling += ms / 1000
    took.seconds.tail += tailMs / 1000
    log(
      `${calendar.now().toISOString()}: ${progress() - rung} rung in ${(ms / 1000).toFixed(1)} s, the last of them ${(tailMs / 1000).toFixed(1)} s`,
    )
  }
}

/** Nobody starts it again here, and calls that died with it would be waited for without end. */
function assertRuns(asteriskPid: number): void {
  try {
    process.kill(asteriskPid, 0)
  } catch (error) {
    throw new Error('Asterisk died during the year; the kernel’s log may say of what', { cause: error })
  }
}

/** A trunk that called a tenth of its numbers dead waits for a person. */
async function resumeTrunks(db: DbPool, supervisor: Desk): Promise<number> {
  const paused = await db.selectFrom('trunk').select('id').where('pausedReason', 'is not', null).execute()
  for (const { id } of paused) await supervisor.send('POST', `/api/trunks/${id}/resume`)
  return paused.length
}

function daysSince(first: string, now: Date): number {
  const today = localDate(now, 'UTC')
  let days = 1
  for (let day = first; day < today; day = addLocalDays(day, 1)) days++
  return days
}
