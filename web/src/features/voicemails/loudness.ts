/**
 * How loud a message is over its length, for drawing: `bars` values 0..1, the loudest 1.
 * @throws when the audio cannot be fetched or decoded
 */
export async function loudnessOf(url: string, bars: number): Promise<number[]> {
  const response = await fetch(url, { credentials: 'same-origin' })
  if (!response.ok) throw new Error(`audio ${response.status}`)
  const context = new OfflineAudioContext(1, 1, 8000)
  const audio = await context.decodeAudioData(await response.arrayBuffer())
  const samples = audio.getChannelData(0)
  const length = Math.max(1, Math.floor(samples.length / bars))
  const levels = Array.from({ length: bars }, (_, index) => rootMeanSquare(samples.subarray(index * length, (index + 1) * length)))
  const loudest = Math.max(...levels, 0.001)
  return levels.map((level) => level / loudest)
}

function rootMeanSquare(samples: Float32Array): number {
  let sum = 0
  for (const sample of samples) sum += sample * sample
  return Math.sqrt(sum / Math.max(1, samples.length))
}
