import { beforeAll, describe, expect, test } from 'vitest'
import { decodeG711, encodeG711, type Codec } from '../../scripts/simulator/audio/g711.ts'
import { isSilent, likeness, SAME_SENTENCE } from '../../server/platform/audio/likeness.ts'
import { containsPrompt, correlate, decodeWav, encodeWav, readWav, rms, speak, tone, toneLevel } from '../helpers/audio/index.ts'

const PROMPTS = {
  bn: 'বাংলার জন্য এক চাপুন, তারপর আপনার বার্তা বলুন।',
  vi: 'Bấm phím một để nghe tiếng Việt, sau đó để lại lời nhắn.',
  tr: 'Türkçe için bire basın, sonra mesajınızı bırakın.',
  hi: 'हिंदी के लिए एक दबाएं, फिर अपना संदेश छोड़ें।',
}
type Language = keyof typeof PROMPTS
const languages = Object.keys(PROMPTS) as Language[]

const prompts = new Map<Language, Int16Array>()
beforeAll(async () => {
  for (const language of languages) prompts.set(language, readWav(await speak(PROMPTS[language], language)))
})
const prompt = (language: Language): Int16Array => prompts.get(language) ?? new Int16Array(0)

/** As a caller hears it: silence, the prompt through a codec at another loudness, silence. */
function heardOverPhone(samples: Int16Array, codec: Codec, silenceMs: number): Int16Array {
  const quieter = samples.map((sample) => sample * 0.4)
  const heard = new Int16Array(samples.length + silenceMs * 16)
  heard.set(decodeG711(encodeG711(quieter, codec), codec), silenceMs * 8)
  return heard
}

describe('a sentence heard over a bad line', () => {
  /** Each second 20 ms are missing, and the beginning with them; the clock runs a thousandth too fast. */
  function spoilt(samples: Int16Array): Int16Array {
    const kept = samples.filter((_, index) => index > 2400 && index % 8000 >= 160)
    const drifted = Int16Array.from({ length: Math.floor(kept.length / 1.001) }, (_, index) => kept[Math.floor(index * 1.001)]!)
    return heardOverPhone(drifted, 'PCMA', 900)
  }

  test('is known in its own language, and in no other', async () => {
    for (const heard of languages) {
      const sound = spoilt(prompt(heard))
      expect(await likeness(sound, prompt(heard)), heard).toBeGreaterThan(SAME_SENTENCE)
      for (const other of languages.filter((each) => each !== heard)) {
        expect(await likeness(sound, prompt(other)), `${heard} taken for ${other}`).toBeLessThan(SAME_SENTENCE)
      }
    }
  })

  test('is not heard in silence, hiss or a ring tone', async () => {
    const hiss = Int16Array.from({ length: 40_000 }, (_, index) => ((index * 7919) % 61) - 30)
    expect([isSilent(new Int16Array(0)), isSilent(new Int16Array(40_000)), isSilent(hiss)]).toEqual([true, true, true])
    expect([isSilent(tone(425, 3000)), isSilent(heardOverPhone(prompt('bn'), 'PCMA', 3000))]).toEqual([false, false])
    expect(await likeness(tone(425, 5000), prompt('bn'))).toBeLessThan(SAME_SENTENCE)
  })
})

describe('a prompt heard over the phone', () => {
  test.each(['PCMU', 'PCMA'] as const)('is found by its waveform through %s, at the right place', (codec) => {
    for (const language of languages) {
      const found = correlate(heardOverPhone(prompt(language), codec, 700), prompt(language))
      expect(found.score).toBeGreaterThan(0.97)
      expect(found.offsetMs).toBeCloseTo(700, 0)
    }
  })

  test('is not taken for the prompt of another language', () => {
    for (const heard of languages) {
      for (const other of languages.filter((each) => each !== heard)) {
        expect(correlate(heardOverPhone(prompt(heard), 'PCMU', 300), prompt(other)).score).toBeLessThan(0.5)
      }
    }
  })

  test('is not found when half of it was cut off, or in silence', () => {
    const whole = prompt('bn')
    expect(containsPrompt(whole.subarray(0, whole.length / 2), whole)).toBe(false)
    expect(correlate(new Int16Array(16000), whole).score).toBe(0)
  })

  test('is found in 20 s of audio with less than 300 ms of processor time', () => {
    const heard = new Int16Array(160_000)
    heard.set(prompt('vi'), 90_000)
    correlate(heard, prompt('vi'))
    const before = process.cpuUsage()
    expect(containsPrompt(heard, prompt('vi'))).toBe(true)
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(300)
  })
})

test.each(['PCMU', 'PCMA'] as const)('%s keeps a tone within its quantisation', (codec) => {
  const original = tone(440, 200, 0.5)
  const back = decodeG711(encodeG711(original, codec), codec)
  original.forEach((sample, index) => expect(Math.abs(sample - (back[index] ?? 0))).toBeLessThanOrEqual(Math.abs(sample) / 16 + 16))
})

test('G.711 agrees with the values of the standard', () => {
  const samples = Int16Array.of(0, 8, -8, 1000, -1000, 32767, -32768)
  expect([...encodeG711(samples, 'PCMU')]).toEqual([0xff, 0xfe, 0x7e, 0xce, 0x4e, 0x80, 0x00])
  expect([...encodeG711(samples, 'PCMA')]).toEqual([0xd5, 0xd5, 0x55, 0xfa, 0x7a, 0xaa, 0x2a])
})

test('the level of one tone is measured apart from another', () => {
  const quieter = tone(1000, 500, 0.1)
  const mixed = tone(440, 500, 0.3).map((sample, index) => sample + (quieter[index] ?? 0))
  expect(toneLevel(mixed, 440)).toBeCloseTo(0.3, 2)
  expect(toneLevel(mixed, 1000)).toBeCloseTo(0.1, 2)
  expect(toneLevel(mixed, 700)).toBeLessThan(0.01)
  expect(rms(tone(440, 1000, 0.5))).toBeCloseTo(0.5 / Math.SQRT2, 2)
})

test('a wav survives being written and read, also with the sizes a killed recorder leaves at 0', () => {
  const samples = tone(300, 100)
  const bytes = encodeWav(samples)
  expect(decodeWav(bytes)).toEqual(samples)
  bytes.writeUInt32LE(0, 4)
  bytes.writeUInt32LE(0, 40)
  expect(decodeWav(bytes)).toEqual(samples)
  expect(() => decodeWav(Buffer.from('not a wav'))).toThrow('mono 16-bit PCM')
})
