/** Any sound the browser can read, as the 16-bit wav the service takes. */
const SAMPLE_RATE = 16_000

/** @throws when the browser cannot read it */
export async function toWav(sound: Blob): Promise<Blob> {
  const context = new OfflineAudioContext(1, 1, SAMPLE_RATE)
  const audio = await context.decodeAudioData(await sound.arrayBuffer())
  const mixed = new OfflineAudioContext(1, Math.max(1, Math.ceil(audio.duration * SAMPLE_RATE)), SAMPLE_RATE)
  const source = mixed.createBufferSource()
  source.buffer = audio
  source.connect(mixed.destination)
  source.start()
  const samples = (await mixed.startRendering()).getChannelData(0)
  return new Blob([header(samples.length), sixteenBit(samples)], { type: 'audio/wav' })
}

/** Records from the microphone until `stop`. @throws when the browser gives no microphone */
export async function startRecording(): Promise<{ stop: () => Promise<Blob> }> {
  // As it is spoken: the server sets the level, and what a browser takes for noise may be a language's quiet sounds.
  const asSpoken = { echoCancellation: false, noiseSuppression: false, autoGainControl: false }
  const stream = await navigator.mediaDevices.getUserMedia({ audio: asSpoken })
  const recorder = new MediaRecorder(stream)
  const parts: Blob[] = []
  recorder.ondataavailable = ({ data }) => parts.push(data)
  const ended = new Promise<void>((resolve) => (recorder.onstop = () => resolve()))
  recorder.start()
  return {
    stop: async () => {
      recorder.stop()
      await ended
      for (const track of stream.getTracks()) track.stop()
      return toWav(new Blob(parts, { type: recorder.mimeType }))
    },
  }
}

function sixteenBit(samples: Float32Array): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(samples.length * 2))
  samples.forEach((sample, index) => view.setInt16(index * 2, Math.max(-1, Math.min(1, sample)) * 32_767, true))
  return view.buffer
}

function header(samples: number): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(44))
  const text = (at: number, word: string) => [...word].forEach((letter, index) => view.setUint8(at + index, letter.charCodeAt(0)))
  text(0, 'RIFF')
  view.setUint32(4, 36 + samples * 2, true)
  text(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, SAMPLE_RATE, true)
  view.setUint32(28, SAMPLE_RATE * 2, true)
  view.setUint16(32, 2, true)
  view.setUint16(34, 16, true)
  text(36, 'data')
  view.setUint32(40, samples * 2, true)
  return view.buffer
}
