import { readWav } from '../../../scripts/simulator/audio/wav.ts'
import { correlate as correlateSamples } from '../../../server/platform/audio/correlate.ts'

/** A wav's path or its samples at 8 kHz. */
export type Sound = string | Int16Array

/** From this score on two recordings are the same sound. */
export const SAME_SOUND = 0.8

/** As the product's own, for files too. */
export const correlate = (heard: Sound, source: Sound) => correlateSamples(samplesOf(heard), samplesOf(source))

/** True when the prompt can be heard somewhere, whole. */
export function containsPrompt(heard: Sound, source: Sound): boolean {
  return correlate(heard, source).score >= SAME_SOUND
}

/** Samples of a wav or the samples themselves. */
export function samplesOf(sound: Sound): Int16Array {
  return typeof sound === 'string' ? readWav(sound) : sound
}
