/** The tone before a message, made here: it must be there when every file is gone. */
import { SAMPLE_RATE, withHeader } from './telephone-wav.ts'

const HERTZ = 1000
const SAMPLES = 0.4 * SAMPLE_RATE
const FADE = SAMPLE_RATE / 50
/** Of full scale: a root mean square of −20 dB, as loud as a prompt. */
const AMPLITUDE = 0.1 * Math.SQRT2

/** 400 ms that swell and fade, for an abrupt tone clicks; a whole wav file. */
export function toneWav(): Buffer {
  const samples = Buffer.alloc(SAMPLES * 2)
  for (let index = 0; index < SAMPLES; index++) {
    const swell = Math.min(1, index / FADE, (SAMPLES - index) / FADE)
    const value = Math.sin((2 * Math.PI * HERTZ * index) / SAMPLE_RATE) * AMPLITUDE * swell
    samples.writeInt16LE(Math.round(value * 32_767), index * 2)
  }
  return withHeader(samples)
}
