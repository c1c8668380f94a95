/**
 * Whether a sentence was heard over a telephone line. Unlike plain correlation it bears what lines do to a long sound: a lost
 * packet that shortens it, a clock that runs a little fast, a beginning that was missed.
 */
import { setImmediate as breathe } from 'node:timers/promises'
import { correlate } from './correlate.ts'
import { SAMPLE_RATE } from './telephone-wav.ts'

/** From this score on it is that sentence; another one of the same voice stays well below. */
export const SAME_SENTENCE = 0.6
/** Below this (root mean square, of full scale) a line is silent: hiss and comfort noise stay under it. */
const SILENT = 0.003

const WINDOW = 0.6 * SAMPLE_RATE
/** Windows with less of the sentence's loudness are pauses. */
const PAUSE_SHARE = 0.1

/**
 * @returns 0 (nothing alike) to 1. The whole at once when that fits, else window by window, each wherever it fits best. Other
 *   work goes on in between: one look takes some tens of milliseconds.
 */
export async function likeness(heard: Int16Array, sentence: Int16Array): Promise<number> {
  const whole = correlate(heard, sentence).score
  if (whole >= SAME_SENTENCE) return whole
  const windows = windowsOf(sentence)
  let weight = 0
  let sum = 0
  for (const { samples, energy } of windows) {
    await breathe()
    sum += energy * correlate(heard, samples).score
    weight += energy
  }
  return Math.max(whole, weight === 0 ? 0 : sum / weight)
}

/** Nothing that a person would call a sound. */
export function isSilent(samples: Int16Array): boolean {
  const loudest = windowsOf(samples, 0).reduce((most, { samples: part, energy }) => Math.max(most, energy / part.length), 0)
  return Math.sqrt(loudest) / 32768 < SILENT
}

function windowsOf(samples: Int16Array, pauseShare = PAUSE_SHARE): { samples: Int16Array; energy: number }[] {
  const parts: { samples: Int16Array; energy: number }[] = []
  for (let at = 0; at < samples.length; at += WINDOW) {
    const part = samples.subarray(at, at + WINDOW)
    // What is left over at the end says too little by itself.
    if (part.length < WINDOW / 2 && parts.length > 0) break
    parts.push({ samples: part, energy: part.reduce((sum, sample) => sum + sample * sample, 0) })
  }
  const mean = parts.reduce((sum, { energy }) => sum + energy, 0) / Math.max(1, parts.length)
  return parts.filter(({ energy }) => energy >= mean * pauseShare)
}
