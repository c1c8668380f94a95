import { readFileSync, writeFileSync } from 'node:fs'
import { decodeWav, encodeWav } from '../../../server/platform/audio/wav.ts'

export { SAMPLE_RATE } from '../../../server/platform/audio/telephone-wav.ts'
export { decodeWav, encodeWav, WavNotUsable } from '../../../server/platform/audio/wav.ts'

/** Samples of a mono 16-bit 8 kHz wav file. @throws WavNotUsable when the file has another format */
export function readWav(path: string): Int16Array {
  return decodeWav(readFileSync(path), path)
}

/** Writes mono 16-bit 8 kHz. */
export function writeWav(path: string, samples: Int16Array): void {
  writeFileSync(path, encodeWav(samples))
}
