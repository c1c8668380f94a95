import { loadavg } from 'node:os'
import type { Bench } from '../../scripts/bench/bench.ts'
import { openHotlineCaller } from '../../scripts/bench/hotline-caller.ts'
import { openInspector, inspectable } from '../../scripts/bench/inspector.ts'
import { residentBytes } from '../../scripts/bench/process-usage.ts'
import { callsRecorded } from '../../scripts/bench/recorded-calls.ts'
import { freeTcpPort } from '../../scripts/lib/ports.ts'
import { startTestProduct } from '../helpers/product.ts'

const CALLS = 5_000
const WARM_UP_CALLS = 500
const PARTS = 5
const PER_SECOND = 20
/** On a machine that others keep busy the dialplan takes a call now and then. */
const ALL: ('inbound' | 'fallback')[] = ['inbound', 'fallback']
/** Grown by less than this is noise of the allocators: some kilobytes a call would be a leak of days, not of years. */
const GOAL_KB_PER_CALL = 4

type Sample = { serviceRss: number; asteriskRss: number; rss: number; heapUsed: number; external: number; arrayBuffers: number }

/** Memory of service and Asterisk over many calls, each from a number of its own, which end in a missed call. */
export const bench: Bench = {
  summary: `memory of service and Asterisk over ${CALLS} calls: RAM as it is, and heap after a forced collection`,
  async run(log, signal) {
    const load = loadavg()[0] ?? 0
    const port = await freeTcpPort('127.0.0.1')
    const product = await startTestProduct({ postgres: 'own', env: { NODE_OPTIONS: inspectable(port) } })
    try {
      const { caller, extensions } = await openHotlineCaller(product)
      const inspector = await openInspector(product.service.pid(), port)
      const run = (calls: number) => caller.run({ extension: extensions.hotline, calls, perSecond: PER_SECOND, signal })
      const sample = async (calls: number): Promise<Sample> => {
        await callsRecorded(product.db, calls, ALL)
        const [serviceRss, asteriskRss] = [await residentBytes(product.service.pid()), await residentBytes(product.asterisk.pid())]
        return { serviceRss, asteriskRss, ...(await inspector.collected()) }
      }
      try {
        let failed = (await run(WARM_UP_CALLS)).failed
        const samples = [await sample(WARM_UP_CALLS)]
        for (let part = 1; part <= PARTS; part++) {
          failed += (await run(CALLS / PARTS)).failed
          const after = (part * CALLS) / PARTS
          samples.push(await sample(WARM_UP_CALLS + after))
          log(`after ${after} calls: ${JSON.stringify(inMegabytes(samples.at(-1)!))}`)
        }
        const recorded = await callsRecorded(product.db, WARM_UP_CALLS + CALLS, ALL)
        return verdict(samples, { failed, recorded, load })
      } finally {
        inspector.close()
        caller.close()
      }
    } finally {
      await product.stop()
    }
  },
}

function verdict(samples: readonly Sample[], { failed, recorded, load }: { failed: number; recorded: number; load: number }) {
  const [first, last] = [samples[0]!, samples.at(-1)!]
  const perCall = (pick: (sample: Sample) => number) => rounded((pick(last) - pick(first)) / 1024 / CALLS)
  const figures = {
    ...named('Before', inMegabytes(first)),
    ...named('After', inMegabytes(last)),
    // What a collection leaves; what was there before one depends on when the last had been.
    serviceKbPerCall: perCall(({ rss }) => rss),
    heapKbPerCall: perCall(({ heapUsed }) => heapUsed),
    buffersKbPerCall: perCall(({ arrayBuffers }) => arrayBuffers),
    asteriskKbPerCall: perCall(({ asteriskRss }) => asteriskRss),
    calls: CALLS,
    failedCalls: failed,
    callsRecorded: recorded,
    loadAverageBefore: load,
    loadAverageAfter: loadavg()[0] ?? 0,
  }
  const grown = Math.max(figures.heapKbPerCall, figures.buffersKbPerCall)
  return {
    figures,
    ratio: null,
    goal: `heap and buffers grow by at most ${GOAL_KB_PER_CALL} kB a call, and each call has its row`,
    holds: grown <= GOAL_KB_PER_CALL && failed === 0 && recorded === WARM_UP_CALLS + CALLS,
  }
}

function inMegabytes({ serviceRss, rss, heapUsed, external, arrayBuffers, asteriskRss }: Sample): Record<string, number> {
  const bytes = { serviceMb: serviceRss, serviceCollectedMb: rss, heapMb: heapUsed, externalMb: external, buffersMb: arrayBuffers }
  const entries = Object.entries({ ...bytes, asteriskMb: asteriskRss })
  return Object.fromEntries(entries.map(([name, value]) => [name, rounded(value / 1024 / 1024)]))
}

const named = (suffix: string, figures: Record<string, number>) =>
  Object.fromEntries(Object.entries(figures).map(([name, value]) => [`${name}${suffix}`, value]))
const rounded = (value: number) => Math.round(value * 100) / 100
