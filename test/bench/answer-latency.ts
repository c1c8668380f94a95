import { loadavg } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import type { Bench } from '../../scripts/bench/bench.ts'
import { openHotlineCaller } from '../../scripts/bench/hotline-caller.ts'
import type { BlockResult } from '../../scripts/bench/paced-caller.ts'
import { percentile } from '../../scripts/bench/percentile.ts'
import { callsRecorded } from '../../scripts/bench/recorded-calls.ts'
import { startTestProduct } from '../helpers/product.ts'

const GOAL_RATIO = 1.5
// Many short blocks: whatever else the machine does hits both kinds alike.
const RATES = [
  { perSecond: 10, rounds: 2, callsInBlock: 100 },
  { perSecond: 40, rounds: 5, callsInBlock: 120 },
]
const WARM_UP = { calls: 40, perSecond: 10 }
/** What a block leaves behind (rows, missed calls) is done before the next begins, so that it is not charged to the other kind. */
const SETTLE_MS = 750

type Kind = 'hotline' | 'dialplan'
type Rate = (typeof RATES)[number]

/** The whole product and callers who hang up at once; the yardstick is an extension of the same Asterisk in the same run. */
export const bench: Bench = {
  summary: 'INVITE to 200 at 10 and 40 calls/s: the hotline, and a plain dialplan extension that writes the same journal entry',
  async run(log, signal) {
    const load = loadavg()[0] ?? 0
    const product = await startTestProduct({ postgres: 'own' })
    try {
      const { caller, extensions } = await openHotlineCaller(product)
      const block = (kind: Kind, size: { calls: number; perSecond: number }) => caller.run({ extension: extensions[kind], signal, ...size })
      try {
        for (const kind of ['hotline', 'dialplan'] as const) await block(kind, WARM_UP)
        const figures: Record<string, number> = {}
        for (const rate of RATES) Object.assign(figures, await measure(rate, block, log))
        figures['hotlineCallsRecorded'] = await callsRecorded(product.db, expectedCalls())
        return verdict({ ...figures, loadAverageBefore: load, loadAverageAfter: loadavg()[0] ?? 0 })
      } finally {
        caller.close()
      }
    } finally {
      await product.stop()
    }
  },
}

async function measure(
  { perSecond, rounds, callsInBlock }: Rate,
  block: (kind: Kind, size: { calls: number; perSecond: number }) => Promise<BlockResult>,
  log: (line: string) => void,
): Promise<Record<string, number>> {
  const answeredMs: Record<Kind, number[]> = { hotline: [], dialplan: [] }
  let failed = 0
  for (let round = 0; round < rounds; round++) {
    for (const kind of ['hotline', 'dialplan'] as const) {
      const result = await block(kind, { calls: callsInBlock, perSecond })
      answeredMs[kind].push(...result.answeredMs)
      failed += result.failed
      await pause(SETTLE_MS)
    }
  }
  const figures = { ...figuresOf('hotline', perSecond, answeredMs.hotline), ...figuresOf('dialplan', perSecond, answeredMs.dialplan) }
  log(`${perSecond} calls/s: ${JSON.stringify(figures)}${failed ? `, ${failed} calls were not answered` : ''}`)
  return { ...figures, [`failedCallsAt${perSecond}PerSecond`]: failed }
}

function figuresOf(kind: Kind, perSecond: number, answeredMs: number[]): Record<string, number> {
  const at = `At${perSecond}PerSecond`
  const entries = [50, 95, 99].map((percent) => [`${kind}P${percent}Ms${at}`, rounded(percentile(answeredMs, percent))] as const)
  return { ...Object.fromEntries(entries), [`${kind}Calls${at}`]: answeredMs.length }
}

function verdict(figures: Record<string, number>) {
  const ours = figures['hotlineP99MsAt40PerSecond'] ?? NaN
  const ratio = rounded(ours / (figures['dialplanP99MsAt40PerSecond'] ?? NaN))
  const failed = RATES.reduce((sum, { perSecond }) => sum + (figures[`failedCallsAt${perSecond}PerSecond`] ?? 0), 0)
  const isAllRecorded = figures['hotlineCallsRecorded'] === expectedCalls()
  return {
    figures,
    ratio,
    goal: `at 40 calls/s the hotline's p99 is at most ${GOAL_RATIO} times the dialplan's, every call is answered, and the service has a row of each`,
    holds: ratio <= GOAL_RATIO && failed === 0 && isAllRecorded,
  }
}

const expectedCalls = () => WARM_UP.calls + RATES.reduce((sum, { rounds, callsInBlock }) => sum + rounds * callsInBlock, 0)

const rounded = (value: number) => Math.round(value * 100) / 100
