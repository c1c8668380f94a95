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

/** Root mean square in dB below full scale, to a tenth. @param samples 16 bit */
export function levelOf(samples: Int16Array): number {
  let sum = 0
  for (const sample of samples) sum += sample * sample
  const share = Math.sqrt(sum / Math.max(1, samples.length)) / 32_768
  return Math.max(-90, Math.round(200 * Math.log10(Math.max(share, 1e-5))) / 10)
}
