import { loadavg } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Bench } from '../../scripts/bench/bench.ts'
import { openHotlineCaller } from '../../scripts/bench/hotline-caller.ts'
import { cpuSecondsOfTree, postmasterPid } from '../../scripts/bench/process-usage.ts'
import { callsRecorded } from '../../scripts/bench/recorded-calls.ts'
import { startTestProduct, type TestProduct } from '../helpers/product.ts'

const GOAL_RATIO = 3
const CALLS = 600
const PER_SECOND = 20
const WARM_UP_CALLS = 100
const IDLE_MS = 10_000
/** After the last call: what is written behind a call's back is charged to it. */
const SETTLE_MS = 3_000

const PARTS = ['service', 'postgres', 'asterisk'] as const
type Usage = Record<(typeof PARTS)[number], number>

/** What a call costs in CPU, above what the same processes use without calls. */
export const bench: Bench = {
  summary: "CPU a call of the service and of Postgres, against Asterisk's own, and against a plain dialplan extension",
  async run(log, signal) {
    const load = loadavg()[0] ?? 0
    const product = await startTestProduct({ postgres: 'own' })
    try {
      const { caller, extensions } = await openHotlineCaller(product)
      try {
        const usage = await usageOf(product)
        const run = (extension: string, calls: number) => caller.run({ extension, calls, perSecond: PER_SECOND, signal })
        for (const extension of Object.values(extensions)) await run(extension, WARM_UP_CALLS)
        await pause(SETTLE_MS)
        const idlePerMs = perUnit(await during(usage, () => pause(IDLE_MS)), IDLE_MS)
        const measure = async (extension: string) => {
          const startedAt = performance.now()
          let failed = 0
          const used = await during(usage, async () => {
            failed = (await run(extension, CALLS)).failed
            // Nothing is left for the next to pay, on a busy machine too.
            await callsRecorded(product.db, WARM_UP_CALLS + CALLS)
            await pause(SETTLE_MS)
          })
          const ms = performance.now() - startedAt
          return { failed, perCall: perUnit(minus(used, scaled(idlePerMs, ms)), CALLS) }
        }
        const hotline = await measure(extensions.hotline)
        const dialplan = await measure(extensions.dialplan)
        log(`a hotline call: ${JSON.stringify(hotline.perCall)}; a plain one: ${JSON.stringify(dialplan.perCall)}`)
        const recorded = await callsRecorded(product.db, WARM_UP_CALLS + CALLS)
        return verdict({ hotline, dialplan, recorded, idle: scaled(idlePerMs, 1000), load })
      } finally {
        caller.close()
      }
    } finally {
      await product.stop()
    }
  },
}

/** Milliseconds of CPU so far. */
async function usageOf({ service, asterisk, folder }: TestProduct): Promise<() => Promise<Usage>> {
  const pids = { service: service.pid(), postgres: await postmasterPid(join(folder, 'postgres')), asterisk: asterisk.pid() }
  const msOf = async (pid: number) => 1000 * (await cpuSecondsOfTree(pid))
  return async () => ({ service: await msOf(pids.service), postgres: await msOf(pids.postgres), asterisk: await msOf(pids.asterisk) })
}

async function during(usage: () => Promise<Usage>, work: () => Promise<unknown>): Promise<Usage> {
  const before = await usage()
  await work()
  return minus(await usage(), before)
}

const map = (usage: Usage, change: (ms: number, part: keyof Usage) => number) =>
  Object.fromEntries(PARTS.map((part) => [part, change(usage[part], part)])) as Usage
const minus = (usage: Usage, less: Usage) => map(usage, (ms, part) => ms - less[part])
const scaled = (usage: Usage, by: number) => map(usage, (ms) => ms * by)
const perUnit = (usage: Usage, units: number) => scaled(usage, 1 / units)

type Measured = { failed: number; perCall: Usage }

function verdict(all: { hotline: Measured; dialplan: Measured; recorded: number; idle: Usage; load: number }) {
  const { hotline, dialplan, recorded, idle, load } = all
  const { service, postgres, asterisk } = hotline.perCall
  const ratio = rounded((service + postgres) / asterisk)
  const isWhole = hotline.failed === 0 && recorded === WARM_UP_CALLS + CALLS
  return {
    figures: {
      serviceMsPerCall: rounded(service),
      postgresMsPerCall: rounded(postgres),
      asteriskMsPerCall: rounded(asterisk),
      asteriskMsPerPlainCall: rounded(dialplan.perCall.asterisk),
      ratioToPlainCall: rounded((service + postgres + asterisk) / dialplan.perCall.asterisk),
      serviceIdleMsPerSecond: rounded(idle.service),
      postgresIdleMsPerSecond: rounded(idle.postgres),
      calls: CALLS,
      failedCalls: hotline.failed + dialplan.failed,
      callsRecorded: recorded,
      loadAverageBefore: load,
      loadAverageAfter: loadavg()[0] ?? 0,
    },
    ratio,
    goal: `service and Postgres together use at most ${GOAL_RATIO} times the CPU that Asterisk uses for the same call, and each call has its row`,
    holds: ratio <= GOAL_RATIO && isWhole,
  }
}

const rounded = (value: number) => Math.round(value * 100) / 100
