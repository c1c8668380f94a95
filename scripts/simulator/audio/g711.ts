/** The two codecs every carrier speaks (ITU-T G.711), one byte a sample. */
export type Codec = 'PCMU' | 'PCMA'

/** 16-bit samples → G.711 bytes. */
export function encodeG711(samples: Int16Array, codec: Codec): Uint8Array {
  const encodeOne = codec === 'PCMU' ? toMuLaw : toALaw
  return Uint8Array.from(samples, encodeOne)
}

/** G.711 bytes → 16-bit samples. */
export function decodeG711(bytes: Uint8Array, codec: Codec): Int16Array {
  const table = codec === 'PCMU' ? MU_LAW : A_LAW
  return Int16Array.from(bytes, (byte) => table[byte] ?? 0)
}

const MU_LAW_BIAS = 0x84
const MU_LAW_CLIP = 32635

function toMuLaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0
  const magnitude = Math.min(Math.abs(sample), MU_LAW_CLIP) + MU_LAW_BIAS
  const exponent = 24 - Math.clz32(magnitude)
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f
  return ~(sign | (exponent << 4) | mantissa) & 0xff
}

function fromMuLaw(byte: number): number {
  const bits = ~byte & 0xff
  const magnitude = ((((bits & 0x0f) << 3) + MU_LAW_BIAS) << ((bits >> 4) & 0x07)) - MU_LAW_BIAS
  return bits & 0x80 ? -magnitude : magnitude
}

function toALaw(sample: number): number {
  const sign = sample < 0 ? 0 : 0x80
  const magnitude = Math.min(sample < 0 ? -sample - 1 : sample, 32767)
  const exponent = magnitude < 256 ? 0 : 24 - Math.clz32(magnitude)
  const mantissa = exponent === 0 ? magnitude >> 4 : (magnitude >> (exponent + 3)) & 0x0f
  return (sign | (exponent << 4) | mantissa) ^ 0x55
}

function fromALaw(byte: number): number {
  const bits = byte ^ 0x55
  const exponent = (bits >> 4) & 0x07
  const mantissa = ((bits & 0x0f) << 4) + 8
  const magnitude = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1)
  return bits & 0x80 ? magnitude : -magnitude
}

const MU_LAW = Int16Array.from({ length: 256 }, (_, byte) => fromMuLaw(byte))
const A_LAW = Int16Array.from({ length: 256 }, (_, byte) => fromALaw(byte))
