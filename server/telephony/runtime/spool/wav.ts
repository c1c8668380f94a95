/** Wav files as Asterisk leaves them, whole or not. Pure. */

export type Wav = { wav: Buffer; durationMs: number; wasBroken: boolean }

const RIFF_HEADER = 12
const CHUNK_HEADER = 8

/**
 * Puts right what a killed Asterisk left: it writes the sizes last, so they are 0 or too small although the sound is there.
 * @returns the file with the sizes that fit its length; undefined when it holds no sound at all
 */
export function repairWav(file: Buffer): Wav | undefined {
  if (file.length < RIFF_HEADER || file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WAVE') return undefined
  const format = findChunk(file, 'fmt ')
  const data = findChunk(file, 'data')
  if (!format || !data || format.start + 16 > file.length) return undefined
  const bytesPerSecond = file.readUInt32LE(format.start + 8)
  const blockBytes = file.readUInt16LE(format.start + 12)
  if (!bytesPerSecond || !blockBytes) return undefined

  const present = file.length - data.start
  const isWhole = data.size > 0 && data.size <= present && file.readUInt32LE(4) === file.length - CHUNK_HEADER
  const dataBytes = isWhole ? data.size : present - (present % blockBytes)
  if (dataBytes <= 0) return undefined
  const wav = isWhole ? file : withSizes(file, data.start, dataBytes)
  return { wav, durationMs: Math.round((dataBytes / bytesPerSecond) * 1000), wasBroken: !isWhole }
}

function withSizes(file: Buffer, dataStart: number, dataBytes: number): Buffer {
  const wav = Buffer.from(file.subarray(0, dataStart + dataBytes))
  wav.writeUInt32LE(wav.length - CHUNK_HEADER, 4)
  wav.writeUInt32LE(dataBytes, dataStart - 4)
  return wav
}

function findChunk(file: Buffer, name: string): { start: number; size: number } | undefined {
  for (let at = RIFF_HEADER; at + CHUNK_HEADER <= file.length;) {
    const size = file.readUInt32LE(at + 4)
    const start = at + CHUNK_HEADER
    if (file.toString('latin1', at, at + 4) === name) return { start, size }
    // Chunks begin at even places.
    at = start + size + (size % 2)
  }
  return undefined
}
