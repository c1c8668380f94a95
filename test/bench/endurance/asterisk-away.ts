/** Asterisk is killed and away for minutes: the service waits for it, and takes calls as soon as it is back. */
import { setTimeout as pause } from 'node:timers/promises'
import { readWav } from '../../../scripts/simulator/audio/wav.ts'
import { startTestProduct, type TestProduct } from '../../helpers/product.ts'
import { until } from './agents.ts'
import { openCallers } from './live-callers.ts'
import type { Part } from './part.ts'

const GOAL_MS = 10_000
const WATCH_MS = 30_000

export const asteriskAway: Part = async (log, { seconds, signal }) => {
  const product = await startTestProduct({ postgres: 'own' })
  try {
    const callers = await openCallers(product)
    try {
      log(`Asterisk is killed, and away for ${seconds} s`)
      let saidNotReady = false
      await product.asterisk.restart({
        how: 'KILL',
        meanwhile: async () => {
          await pause(seconds * 1000, undefined, { signal })
          saidNotReady = !(await isReady(product))
        },
      })
      const backAt = performance.now()
      await until('the service is ready again', () => isReady(product), WATCH_MS)
      const readyMs = Math.round(performance.now() - backAt)
      const { country, callers: bangladesh } = callers.bangladesh
      const greeting = readWav(`${product.folder}/sounds/bn/greeting.wav`).length / 8
      const call = bangladesh.ring(country.cardDid, new Int16Array(1600))
      await until('the greeting', () => call.heardMs >= greeting - 600, WATCH_MS)
      bangladesh.hangUp(call)
      const taken = async () => (await product.db.selectFrom('call').select('id').where('flow', '=', 'inbound').execute()).length
      await until('the call is the service’s', async () => (await taken()) === 1, WATCH_MS)
      log(`ready ${readyMs} ms after Asterisk was; the next call was the service’s`)
      return {
        figures: {
          awaySeconds: seconds,
          awaySaidNotReady: Number(saidNotReady),
          awayReadyAgainMs: readyMs,
          awayAnsweredMs: Math.round(call.answeredMs ?? NaN),
        },
        holds: saidNotReady && readyMs <= GOAL_MS,
      }
    } finally {
      callers.close()
    }
  } finally {
    await product.stop()
  }
}

async function isReady({ url }: TestProduct): Promise<boolean> {
  return (await fetch(`${url}/ready`)).ok
}
