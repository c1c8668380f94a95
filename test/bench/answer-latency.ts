import { loadavg } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { inboundContext } from '../../asterisk-config/names.ts'
import type { Bench } from '../../scripts/bench/bench.ts'
import { PacedCaller, type BlockResult } from '../../scripts/bench/paced-caller.ts'
import { percentile } from '../../scripts/bench/percentile.ts'
import { addPlainExtension, PLAIN_EXTENSION } from '../../scripts/bench/plain-extension.ts'
import { trunkIdOf } from '../../scripts/demo/programme.ts'
import { startTestProduct, type TestProduct } from '../helpers/product.ts'

const GOAL_RATIO = 1.5
// Many short blocks: whatever else the machine does hits both kinds alike.
const RATES = [
  { perSecond: 10, rounds: 2, callsInBlock: 100 },
  { perSecond: 40, rounds: 5, callsInBlock: 120 },
]
const WARM_UP = { calls: 40, perSecond: 10 }
/** What a block leaves behind (rows, missed calls) is done before the next begins, so that it is not charged to the other kind. */
const SETTLE_MS = 750
const RECORDED_WITHIN_MS = 30_000

type Kind = 'hotline' | 'dialplan'
type Rate = (typeof RATES)[number]

/** The whole product and callers who hang up at once; the yardstick is an extension of the same Asterisk in the same run. */
export const bench: Bench = {
  summary: 'INVITE to 200 at 10 and 40 calls/s: the hotline, and a plain dialplan extension that writes the same journal entry',
  async run(log, signal) {
    const load = loadavg()[0] ?? 0
    const product = await startTestProduct({ postgres: 'own' })
    try {
      const { caller, extensions } = await connect(product)
      const block = (kind: Kind, size: { calls: number; perSecond: number }) => caller.run({ extension: extensions[kind], signal, ...size })
      try {
        for (const kind of ['hotline', 'dialplan'] as const) await block(kind, WARM_UP)
        const figures: Record<string, number> = {}
        for (const rate of RATES) Object.assign(figures, await measure(rate, block, log))
        figures['hotlineCallsRecorded'] = await callsRecorded(product, expectedCalls())
        return verdict({ ...figures, loadAverageBefore: load, loadAverageAfter: loadavg()[0] ?? 0 })
      } finally {
        caller.close()
      }
    } finally {
      await product.stop()
    }
  },
}

async function connect({ demo, asterisk, folder }: TestProduct) {
  const country = demo.countries.find(({ languages }) => languages.length === 1)
  if (!country) throw new Error('the demo has no country with one language, so no answer without a menu')
  const authorization = `Basic ${Buffer.from(`${asterisk.ariUser}:${asterisk.ariPassword}`).toString('base64')}`
  await addPlainExtension({
    folder: asterisk.folder,
    ariUrl: asterisk.ariUrl,
    authorization,
    context: inboundContext(trunkIdOf(country)),
    did: country.cardDid,
    sound: join(folder, 'sounds', country.languages[0]!, 'greeting'),
  })
  // Numbers as many as there are calls; the demo's own workers differ in the last two digits alone.
  const caller = await PacedCaller.open(country.carrier, { host: '127.0.0.1', port: asterisk.sipPort }, country.workerPrefix.slice(0, -2))
  return { caller, extensions: { hotline: country.cardDid, dialplan: PLAIN_EXTENSION } }
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

/** Rows of calls that the service, not the dialplan's fallback, has answered and seen end. */
async function callsRecorded({ db }: TestProduct, expected: number): Promise<number> {
  const until = performance.now() + RECORDED_WITHIN_MS
  for (;;) {
    const { count } = await db
      .selectFrom('call')
      .select((eb) => eb.fn.countAll<string>().as('count'))
      .where('flow', '=', 'inbound')
      .where('status', '=', 'ended')
      .executeTakeFirstOrThrow()
    if (Number(count) >= expected || performance.now() > until) return Number(count)
    await pause(500)
  }
}

const rounded = (value: number) => Math.round(value * 100) / 100
