import { expect, test } from 'vitest'
import { repairWav } from '../../server/telephony/runtime/spool/wav.ts'
import { wavOf } from './runtime-kit.ts'

function withSizes(wav: Buffer, riff: number, data: number): Buffer {
  const broken = Buffer.from(wav)
  broken.writeUInt32LE(riff, 4)
  broken.writeUInt32LE(data, 40)
  return broken
}

test('a whole file is left as it is', () => {
  const wav = wavOf(2.5)
  expect(repairWav(wav)).toEqual({ wav, durationMs: 2500, wasBroken: false })
})

test('a file whose sizes a killed Asterisk left at 0 gets those of its sound', () => {
  const wav = wavOf(7)
  expect(repairWav(withSizes(wav, 0, 0))).toEqual({ wav, durationMs: 7000, wasBroken: true })
})

test('sizes from before the last block are corrected, and half a sample is dropped', () => {
  const wav = wavOf(3)
  const torn = Buffer.concat([withSizes(wav, 36 + 16_000, 16_000), Buffer.from([1])])
  expect(repairWav(torn)).toEqual({ wav, durationMs: 3000, wasBroken: true })
})

test('a file that lost its end is as long as what is there', () => {
  expect(repairWav(wavOf(4).subarray(0, 44 + 16_000))).toMatchObject({ durationMs: 1000, wasBroken: true })
})

test('a chunk before the sound is passed over', () => {
  const wav = wavOf(1)
  const list = Buffer.from('LIST\x05\0\0\0abcde\0', 'latin1')
  const longer = Buffer.concat([wav.subarray(0, 36), list, wav.subarray(36)])
  longer.writeUInt32LE(longer.length - 8, 4)
  expect(repairWav(longer)).toEqual({ wav: longer, durationMs: 1000, wasBroken: false })
})

test.each([
  ['nothing', Buffer.alloc(0)],
  ['a header alone', withSizes(wavOf(0), 0, 0)],
  ['half a header', wavOf(1).subarray(0, 30)],
  ['no wav', Buffer.from('{"message":"Recording not found"}                      ')],
  ['no format', Buffer.concat([wavOf(1).subarray(0, 12), wavOf(1).subarray(36)])],
  ['a format of zeros', Buffer.concat([wavOf(1).subarray(0, 20), Buffer.alloc(16), wavOf(1).subarray(36)])],
])('%s holds no sound', (_, file) => {
  expect(repairWav(file)).toBeUndefined()
})
