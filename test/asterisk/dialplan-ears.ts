import { correlate, readWav, rms, SAME_SOUND, SAMPLE_RATE, toneLevel, type Sound } from '../helpers/audio/index.ts'
import type { Call } from '../helpers/phone/index.ts'

/**
 * The share of a prompt's seconds that can be heard, 0 to 1. Second by second, because a machine at its limit stretches
 * a prompt now and then, which a comparison of the whole takes for another sound.
 */
export function shareHeard(heard: Sound, prompt: string): number {
  const samples = readWav(prompt)
  const pieces = Array.from({ length: Math.floor(samples.length / SAMPLE_RATE) }, (_, second) =>
    samples.subarray(second * SAMPLE_RATE, (second + 1) * SAMPLE_RATE),
  )
  return pieces.filter((piece) => correlate(heard, piece).score >= SAME_SOUND).length / pieces.length
}

/** Waits for the end of the tone that asks for a message. */
export async function waitForTone(call: Call, timeoutMs = 45_000): Promise<void> {
  const isToneNow = () => {
    const latest = call.heard.subarray(-SAMPLE_RATE / 5)
    // A pure tone's amplitude is 1.41 times its level; a voice's part at one frequency is far below.
    return latest.length > 0 && rms(latest) > 0.05 && toneLevel(latest, 1000) / rms(latest) > 1.3
  }
  await call.waitUntil(isToneNow, 'the tone', timeoutMs)
  // While it records, Asterisk sends nothing at all.
  await call.waitForSilence(200)
}
