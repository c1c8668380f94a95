import { SAMPLE_RATE } from '../../../scripts/simulator/audio/wav.ts'
import { NotHeard, type Call } from '../phone/index.ts'
import { correlate, SAME_SOUND, samplesOf, type Sound } from './correlate.ts'

const LOOK_EVERY_MS = 250
/** Samples: a player may leave out the silence at a prompt's end. */
const END_TOLERANCE = 1600

/**
 * Waits until a prompt was heard to its end on a call; looks again after each quarter second of new audio.
 * @param sinceMs only what was heard from there on counts: a prompt that is said a second time is never mistaken for the first
 * @returns where it began in call.heard, and how alike it is
 * @throws NotHeard with the best score so far, after the timeout or when the call ends without it
 */
export async function hears(call: Call, source: Sound, timeoutMs = 20_000, sinceMs = 0): Promise<{ score: number; offsetMs: number }> {
  const wanted = samplesOf(source)
  let best = { score: 0, offsetMs: 0 }
  const begin = Math.round((sinceMs * SAMPLE_RATE) / 1000)
  let searchedTo = begin
  const look = (): boolean => {
    const heard = call.heard
    // Only where the prompt can have been completed since the last look: to search minutes again and again would starve the call.
    const from = Math.max(begin, searchedTo - wanted.length)
    const found = correlate(heard.subarray(from), wanted)
    if (found.score > best.score) best = { score: found.score, offsetMs: found.offsetMs + (from * 1000) / SAMPLE_RATE }
    searchedTo = heard.length
    const end = (best.offsetMs * SAMPLE_RATE) / 1000 + wanted.length
    return best.score >= SAME_SOUND && heard.length >= end - END_TOLERANCE
  }
  const isDue = (): boolean => call.heardMs - (searchedTo * 1000) / SAMPLE_RATE >= LOOK_EVERY_MS
  try {
    await call.waitUntil(() => isDue() && look(), 'the prompt', timeoutMs)
  } catch (error) {
    if (!(error instanceof NotHeard)) throw error
    // The call may have ended just behind the prompt, within the quarter second.
    look()
    if (best.score < SAME_SOUND) throw new NotHeard(`${error.message} (best score ${best.score.toFixed(2)})`, { cause: error })
  }
  return best
}
