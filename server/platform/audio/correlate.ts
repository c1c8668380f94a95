/** How alike two sounds are, whatever their loudness and wherever the one lies in the other. */
import { fft } from './fft.ts'
import { SAMPLE_RATE } from './telephone-wav.ts'

/**
 * Looks for `what` anywhere in `where`: the best normalised cross-correlation over all offsets, both sounds at 8 kHz.
 * A part that is missing at either end lowers the score by its share of its energy.
 * @returns score 0 (nothing alike) to 1 (the same waveform, whatever its loudness); offsetMs of its start, negative when its start is missing
 */
export function correlate(where: Int16Array, what: Int16Array): { score: number; offsetMs: number } {
  if (where.length === 0 || what.length === 0) return { score: 0, offsetMs: 0 }
  const products = crossProducts(where, what)
  const energies = energyUpTo(where)
  const energyOfSource = energyUpTo(what)[what.length] ?? 0
  let best = { score: 0, offset: 0 }
  for (let offset = 1 - what.length; offset < where.length; offset += 1) {
    const start = Math.max(0, offset)
    const end = Math.min(where.length, offset + what.length)
    const energy = energies[end]! - energies[start]!
    // Windows with next to nothing in them would divide noise by noise.
    if (energy < energyOfSource * 1e-4) continue
    const score = products[offset + what.length - 1]! / Math.sqrt(energy * energyOfSource)
    if (score > best.score) best = { score, offset }
  }
  return { score: best.score, offsetMs: (best.offset * 1000) / SAMPLE_RATE }
}

/** Sum of products for each offset: index `offset + what.length - 1`. By FFT, since the direct way takes minutes for a minute of audio. */
function crossProducts(where: Int16Array, what: Int16Array): Float64Array {
  const size = 2 ** Math.ceil(Math.log2(where.length + what.length))
  const re = new Float64Array(size)
  const im = new Float64Array(size)
  // Two real signals in one complex transform: heard as the real part, the source backwards as the imaginary one.
  re.set(where)
  for (let index = 0; index < what.length; index += 1) im[index] = what[what.length - 1 - index]!
  fft(re, im)
  multiplyParts(re, im)
  fft(re, im, true)
  return re.map((value) => value / size)
}

/** From the spectrum of a + ib, a and b real, the spectrum of their convolution, in place: (Z(k)² - conj(Z(-k))²) / 4i. */
function multiplyParts(re: Float64Array, im: Float64Array): void {
  const size = re.length
  const outRe = new Float64Array(size)
  const outIm = new Float64Array(size)
  for (let k = 0; k < size; k += 1) {
    const mirror = (size - k) & (size - 1)
    const squareRe = re[k]! * re[k]! - im[k]! * im[k]!
    const squareIm = 2 * re[k]! * im[k]!
    const mirrorRe = re[mirror]! * re[mirror]! - im[mirror]! * im[mirror]!
    const mirrorIm = -2 * re[mirror]! * im[mirror]!
    outRe[k] = (squareIm - mirrorIm) / 4
    outIm[k] = -(squareRe - mirrorRe) / 4
  }
  re.set(outRe)
  im.set(outIm)
}

/** Running sum of squares: element n is the energy of the first n samples. */
function energyUpTo(samples: Int16Array): Float64Array {
  const sums = new Float64Array(samples.length + 1)
  for (let index = 0; index < samples.length; index += 1) sums[index + 1] = sums[index]! + samples[index]! * samples[index]!
  return sums
}
