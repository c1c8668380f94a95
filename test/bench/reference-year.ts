import { loadavg } from 'node:os'
import { join } from 'node:path'
import type { Bench } from '../../scripts/bench/bench.ts'
import { cpuSecondsOfTree, postmasterPid } from '../../scripts/bench/process-usage.ts'
import { SetupProblem } from '../../scripts/lib/setup-problem.ts'
import { WHOLE_YEAR, type YearSize } from '../helpers/reference-year/plan.ts'
import { runYear, type YearResult } from '../helpers/reference-year/year.ts'
import type { TestProduct } from '../helpers/product.ts'

const GOAL_MINUTES = 20
const FEWEST_CALLBACKS = 100

/** The reference year by real calls through the real Asterisk; a part of it with RINGBACK_BENCH_CALLBACKS. */
export const bench: Bench = {
  summary: `the reference year, ${WHOLE_YEAR.audits} visits and ${WHOLE_YEAR.callbacks} callbacks by real calls (RINGBACK_BENCH_CALLBACKS: a part of it)`,
  async run(log, signal) {
    const size = partOfYear(process.env['RINGBACK_BENCH_CALLBACKS'])
    const load = loadavg()[0] ?? 0
    let [seconds, cpu]: [number, Cpu] = [0, none]
    const year = await runYear({ size, postgres: 'own', log, signal }, async (product, goThrough) => {
      const [beganMs, before] = [performance.now(), await cpuOf(product)]
      const result = await goThrough()
      seconds = (performance.now() - beganMs) / 1000
      cpu = map(await cpuOf(product), (used, part) => used - before[part])
      return result
    })
    return verdict({ size, year, seconds, cpu, load })
  },
}

/** The same year with fewer in it; its visits lie on as many days while they can. */
function partOfYear(callbacks: string | undefined): YearSize {
  if (callbacks === undefined) return WHOLE_YEAR
  const wanted = Number(callbacks)
  if (!Number.isInteger(wanted) || wanted < FEWEST_CALLBACKS || wanted > WHOLE_YEAR.callbacks) {
    throw new SetupProblem(`RINGBACK_BENCH_CALLBACKS is a number from ${FEWEST_CALLBACKS} to ${WHOLE_YEAR.callbacks}.`)
  }
  const part = (of: number) => Math.max(1, Math.round((of * wanted) / WHOLE_YEAR.callbacks))
  const { audits, grievances, violations, underAge, visitDays, agents } = WHOLE_YEAR
  return {
    ...{ callbacks: wanted, audits: Math.max(10, part(audits)), agents },
    ...{ grievances: part(grievances), violations: part(violations), underAge: part(underAge), visitDays: part(visitDays) },
  }
}

const PARTS = ['service', 'postgres', 'asterisk', 'people'] as const
/** Seconds of CPU; `people`: this process, which is the phones, the agents and the carriers. */
type Cpu = Record<(typeof PARTS)[number], number>
const none: Cpu = { service: 0, postgres: 0, asterisk: 0, people: 0 }

const map = (cpu: Cpu, change: (seconds: number, part: keyof Cpu) => number) =>
  Object.fromEntries(PARTS.map((part) => [part, change(cpu[part], part)])) as Cpu

async function cpuOf({ service, asterisk, folder }: TestProduct): Promise<Cpu> {
  const { user, system } = process.cpuUsage()
  return {
    service: await cpuSecondsOfTree(service.pid()),
    postgres: await cpuSecondsOfTree(await postmasterPid(join(folder, 'postgres'))),
    asterisk: await cpuSecondsOfTree(asterisk.pid()),
    people: (user + system) / 1_000_000,
  }
}

type Measured = { size: YearSize; year: YearResult; seconds: number; cpu: Cpu; load: number }

function verdict({ size, year, seconds, cpu, load }: Measured) {
  const { shown, shownToClient, expected, ends, wrongs, rings } = year
  const keys = Object.keys(expected) as (keyof typeof expected)[]
  const differing = [shown, shownToClient].flatMap((figures) => keys.filter((key) => figures[key] !== expected[key])).length
  const isExact = differing + Object.values({ ...ends, ...wrongs }).reduce((sum, count) => sum + count, 0) === 0
  const perRing = map(cpu, (used) => (used * 1000) / rings)
  const minutes = seconds / 60
  return {
    figures: {
      ...{ minutes: rounded(minutes), callbacks: shown.callbacks, factories: shown.factories, workersReached: shown.workersReached },
      ...{
        grievances: shown.grievances ?? 0,
        violations: shown.violations ?? 0,
        underAge: shown.underAge ?? 0,
        figuresThatDiffer: differing,
      },
      ...{ rings, ringsPerSecond: rounded(rings / year.seconds.calling), brokenOffConversations: year.told.brokenOff },
      ...{ lost: ends.lost, neverRung: ends.neverRung, triesMiscounted: ends.miscounted, held: ends.held, openTries: ends.open },
      ...{ doubled: wrongs.doubled, outsideSlot: wrongs['outside-slot'], tooSoon: wrongs['too-soon'] },
      ...{ productDays: year.days, stops: year.stops, trunksResumed: year.trunksResumed, agents: size.agents },
      ...{
        intakeSeconds: rounded(year.seconds.intake),
        callingSeconds: rounded(year.seconds.calling),
        tailSeconds: rounded(year.seconds.tail),
      },
      ...{ serviceMsPerRing: rounded(perRing.service), postgresMsPerRing: rounded(perRing.postgres) },
      ...{ asteriskMsPerRing: rounded(perRing.asterisk), simulatedPeopleMsPerRing: rounded(perRing.people) },
      coresBusy: rounded(Object.values(cpu).reduce((sum, used) => sum + used, 0) / seconds),
      serviceCoreBusy: rounded(cpu.service / seconds),
      dashboardMs: rounded(year.dashboardMs),
      loadAverageBefore: load,
    },
    ratio: null,
    goal: `the whole year within ${GOAL_MINUTES} minutes on two cores; nobody lost, rung twice or outside their hours, and every figure as it was put in`,
    holds: isExact && (minutes * WHOLE_YEAR.callbacks) / size.callbacks <= GOAL_MINUTES,
  }
}

const rounded = (value: number) => Math.round(value * 100) / 100
