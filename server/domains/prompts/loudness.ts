import { HIGHEST_PEAK, PROMPT_LEVEL } from '../../../asterisk-config/sounds/loudness.ts'

/** As loud as every other prompt (root mean square), as far as no sample is clipped. @param samples 16 bit, not all 0 */
export function levelled(samples: Int16Array): Int16Array {
  let [sum, peak] = [0, 1]
  for (const sample of samples) {
    sum += sample * sample
    peak = Math.max(peak, Math.abs(sample))
  }
  const gain = Math.min((PROMPT_LEVEL * 32768) / Math.sqrt(Math.max(1, sum / samples.length)), (HIGHEST_PEAK * 32768) / peak)
  return samples.map((sample) => Math.round(sample * gain))
}
