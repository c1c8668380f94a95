import { expect } from 'vitest'
import { tone, toneLevel } from '../helpers/audio/index.ts'
import type { Call } from '../helpers/phone/index.ts'

/** Each speaks in a tone of their own, and hears the other's. */
export async function bothHear(worker: Call, agent: Call): Promise<void> {
  const before = [worker.heard.length, agent.heard.length] as const
  await Promise.all([worker.play(tone(1000, 1500)), agent.play(tone(440, 1500))])
  const [toWorker, toAgent] = [worker.heard.subarray(before[0]), agent.heard.subarray(before[1])]
  expect(toneLevel(toWorker, 440)).toBeGreaterThan(5 * toneLevel(toWorker, 700))
  expect(toneLevel(toAgent, 1000)).toBeGreaterThan(5 * toneLevel(toAgent, 700))
}
