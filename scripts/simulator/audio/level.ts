import { SAMPLE_RATE } from './wav.ts'

const FULL_SCALE = 32768

/** Root mean square of 16-bit samples, 0 (silence) to 1 (full scale). */
export function rms(samples: Int16Array): number {
  let sum = 0
  for (const sample of samples) sum += sample * sample
  return samples.length === 0 ? 0 : Math.sqrt(sum / samples.length) / FULL_SCALE
}

/**
 * Amplitude of one frequency, 0 to 1 of full scale (Goertzel's algorithm).
 * @param hz 0 to 4000
 */
export function toneLevel(samples: Int16Array, hz: number): number {
  const turn = 2 * Math.cos((2 * Math.PI * hz) / SAMPLE_RATE)
  let previous = 0
  let beforeThat = 0
  for (const sample of samples) {
    const current = sample / FULL_SCALE + turn * previous - beforeThat
    beforeThat = previous
    previous = current
  }
  const power = previous * previous + beforeThat * beforeThat - turn * previous * beforeThat
  return samples.length === 0 ? 0 : (2 * Math.sqrt(Math.max(0, power))) / samples.length
}

/**
 * A pure tone.
 * @param level amplitude, 0 to 1 of full scale
 */
export function tone(hz: number, ms: number, level = 0.3): Int16Array {
  const step = (2 * Math.PI * hz) / SAMPLE_RATE
  return Int16Array.from({ length: (ms * SAMPLE_RATE) / 1000 }, (_, index) => Math.round(Math.sin(index * step) * level * 32767))
}
