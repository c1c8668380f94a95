/** How loud a sound is, measured as Asterisk tells speech from silence: by the mean of 20 ms of samples without their sign. */
import { SAMPLE_RATE } from './telephone-wav.ts'

const FRAME = SAMPLE_RATE / 50

/** The loudest 20 ms of it, 0 (nothing at all) to 32,768. */
export function loudestFrame(samples: Int16Array): number {
  let loudest = 0
  for (let start = 0; start + FRAME <= samples.length; start += FRAME) {
    let sum = 0
    for (let at = start; at < start + FRAME; at++) sum += Math.abs(samples[at]!)
    loudest = Math.max(loudest, sum / FRAME)
  }
  return loudest
}
