/**
 * Fast Fourier transform in place (radix 2).
 * @param re @param im real and imaginary parts; their length is a power of two
 * @param inverse true transforms back (without dividing by the length)
 */
export function fft(re: Float64Array, im: Float64Array, inverse = false): void {
  reverseBits(re, im)
  for (let half = 1; half < re.length; half *= 2) butterflies(re, im, half, (inverse ? Math.PI : -Math.PI) / half)
}

function reverseBits(re: Float64Array, im: Float64Array): void {
  const size = re.length
  for (let index = 1, mirror = 0; index < size; index += 1) {
    let bit = size >> 1
    for (; mirror & bit; bit >>= 1) mirror ^= bit
    mirror ^= bit
    if (index < mirror) {
      swap(re, index, mirror)
      swap(im, index, mirror)
    }
  }
}

function swap(values: Float64Array, a: number, b: number): void {
  const kept = values[a]!
  values[a] = values[b]!
  values[b] = kept
}

// Indexes below stay inside the arrays by construction; `!` keeps this inner loop free of checks.
function butterflies(re: Float64Array, im: Float64Array, half: number, angle: number): void {
  const cosines = new Float64Array(half)
  const sines = new Float64Array(half)
  for (let k = 0; k < half; k += 1) {
    cosines[k] = Math.cos(angle * k)
    sines[k] = Math.sin(angle * k)
  }
  for (let start = 0; start < re.length; start += half * 2) {
    for (let k = 0; k < half; k += 1) {
      const a = start + k
      const b = a + half
      const turnedRe = re[b]! * cosines[k]! - im[b]! * sines[k]!
      const turnedIm = re[b]! * sines[k]! + im[b]! * cosines[k]!
      re[b] = re[a]! - turnedRe
      im[b] = im[a]! - turnedIm
      re[a] = re[a]! + turnedRe
      im[a] = im[a]! + turnedIm
    }
  }
}
