import { NotHeard, type Call } from '../phone/index.ts'
import { correlate, SAME_SOUND, samplesOf, type Sound } from './correlate.ts'

const LOOK_EVERY_MS = 250

/**
 * Waits until a prompt was heard whole on a call; looks again after each quarter second of new audio.
 * @returns where it began in call.heard, and how alike it is
 * @throws NotHeard with the best score so far, after the timeout or when the call ends without it
 */
export async function hears(call: Call, source: Sound, timeoutMs = 20_000): Promise<{ score: number; offsetMs: number }> {
  const wanted = samplesOf(source)
  let best = { score: 0, offsetMs: 0 }
  let lookedAt = 0
  const isHeard = (): boolean => {
    const isDue = Date.now() - lookedAt >= LOOK_EVERY_MS || call.isEnded
    if (!isDue || best.score >= SAME_SOUND) return best.score >= SAME_SOUND
    lookedAt = Date.now()
    best = correlate(call.heard, wanted)
    return best.score >= SAME_SOUND
  }
  try {
    await call.waitUntil(isHeard, 'the prompt', timeoutMs)
  } catch (error) {
    if (error instanceof NotHeard) throw new NotHeard(`${error.message} (best score ${best.score.toFixed(2)})`, { cause: error })
    throw error
  }
  return best
}
