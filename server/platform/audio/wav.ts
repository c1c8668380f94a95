/** Telephone wav files as samples, and back: mono, 16 bit, 8 kHz. */
import { SAMPLE_RATE } from './telephone-wav.ts'

/**
 * Samples of a wav file in memory; `name` is used in the error only.
 * A header that says "0 bytes" (a recorder killed before it wrote the sizes) is read to the end of the file.
 * @throws WavNotUsable when the file has another format
 */
export function decodeWav(bytes: Uint8Array, name = 'buffer'): Int16Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 44 || tag(view, 0) !== 'RIFF' || tag(view, 8) !== 'WAVE') throw new WavNotUsable(name, 'no RIFF/WAVE header')
  for (let at = 12; at + 8 <= bytes.length;) {
    const size = view.getUint32(at + 4, true)
    if (tag(view, at) === 'fmt ') checkFormat(view, at + 8, name)
    if (tag(view, at) === 'data') return samplesOf(view, at + 8, size)
    at += 8 + size + (size % 2)
  }
  throw new WavNotUsable(name, 'no data chunk')
}

/** The bytes of a mono 16-bit 8 kHz wav file. */
export function encodeWav(samples: Int16Array): Buffer {
  const dataBytes = samples.length * 2
  const file = Buffer.alloc(44 + dataBytes)
  file.write('RIFF', 0, 'latin1')
  file.writeUInt32LE(36 + dataBytes, 4)
  file.write('WAVEfmt ', 8, 'latin1')
  file.writeUInt32LE(16, 16)
  file.writeUInt16LE(1, 20)
  file.writeUInt16LE(1, 22)
  file.writeUInt32LE(SAMPLE_RATE, 24)
  file.writeUInt32LE(SAMPLE_RATE * 2, 28)
  file.writeUInt16LE(2, 32)
  file.writeUInt16LE(16, 34)
  file.write('data', 36, 'latin1')
  file.writeUInt32LE(dataBytes, 40)
  samples.forEach((sample, index) => file.writeInt16LE(sample, 44 + index * 2))
  return file
}

export class WavNotUsable extends Error {
  readonly code = 'wav-not-usable'
  constructor(name: string, why: string) {
    super(`${name}: ${why}; wanted mono 16-bit PCM at ${SAMPLE_RATE} Hz`)
  }
}

function checkFormat(view: DataView, at: number, name: string): void {
  const format = [view.getUint16(at, true), view.getUint16(at + 2, true), view.getUint32(at + 4, true), view.getUint16(at + 14, true)]
  if (format.join() !== [1, 1, SAMPLE_RATE, 16].join()) throw new WavNotUsable(name, `format ${format.join('/')}`)
}

function samplesOf(view: DataView, at: number, size: number): Int16Array {
  const available = view.byteLength - at
  const count = Math.floor((size === 0 ? available : Math.min(size, available)) / 2)
  return Int16Array.from({ length: count }, (_, index) => view.getInt16(at + index * 2, true))
}

function tag(view: DataView, at: number): string {
  return String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3))
}
