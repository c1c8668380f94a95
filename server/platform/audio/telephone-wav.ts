/** The one shape of every sound that Asterisk plays: 16-bit 8 kHz mono wav. */
export const SAMPLE_RATE = 8000
export const HEADER_BYTES = 44

/** @param samples 16 bit, little end first */
export function withHeader(samples: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.write('RIFF', 0, 'latin1')
  header.writeUInt32LE(36 + samples.length, 4)
  header.write('WAVEfmt ', 8, 'latin1')
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(SAMPLE_RATE, 24)
  header.writeUInt32LE(2 * SAMPLE_RATE, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36, 'latin1')
  header.writeUInt32LE(samples.length, 40)
  return Buffer.concat([header, samples])
}

/** What Asterisk would open: any other file it skips without a word. @param head the file's first bytes, 44 if it has so many */
export function isTelephoneWav(head: Buffer): boolean {
  if (head.length < HEADER_BYTES || head.toString('latin1', 0, 4) !== 'RIFF' || head.toString('latin1', 8, 16) !== 'WAVEfmt ') return false
  return head.readUInt16LE(20) === 1 && head.readUInt16LE(22) === 1 && head.readUInt32LE(24) === SAMPLE_RATE && head.readUInt16LE(34) === 16
}

/** The samples of such a file. */
export function samplesOf(wav: Buffer): Int16Array {
  const bytes = wav.subarray(HEADER_BYTES, wav.length - (wav.length % 2))
  return new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
}
