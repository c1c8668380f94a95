import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SealBroken } from '../../server/platform/crypto/errors.ts'
import { collect } from '../helpers/collect.ts'
import { CHUNK_BYTES, openRange, type SealedChunk, sealChunks } from '../../server/platform/crypto/recording-cipher.ts'

const key = randomBytes(32)

async function* inPieces(bytes: Buffer, pieceBytes: number) {
  for (let from = 0; from < bytes.length; from += pieceBytes) yield bytes.subarray(from, from + pieceBytes)
}

async function sealed(bytes: Buffer, { pieceBytes = 1000, id = 'r1' } = {}): Promise<SealedChunk[]> {
  return collect(sealChunks(key, id, inPieces(bytes, pieceBytes)))
}

function stored(chunks: Pick<SealedChunk, 'sealed'>[], byteLength: number, id = 'r1') {
  const read: number[] = []
  return {
    read,
    recording: {
      id,
      byteLength,
      readChunk: async (sequence: number) => {
        read.push(sequence)
        return chunks[sequence]?.sealed
      },
    },
  }
}

async function play({ recording }: ReturnType<typeof stored>, start = 0, end = recording.byteLength): Promise<Buffer> {
  return Buffer.concat(await collect(openRange(key, recording, { start, end })))
}

const sizes = fc.oneof(fc.nat(3 * CHUNK_BYTES), fc.constantFrom(0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES))

test('any recording in pieces of any size plays back whole and in any part', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, fc.integer({ min: 1, max: 3 * CHUNK_BYTES }), fc.nat(), fc.nat(), async (size, pieceBytes, a, b) => {
      const bytes = randomBytes(size)
      const chunks = await sealed(bytes, { pieceBytes: Math.max(pieceBytes, 500) })
      expect(chunks.map(({ sequence }) => sequence)).toEqual(chunks.map((_, index) => index))
      expect(chunks.reduce((sum, { plainBytes }) => sum + plainBytes, 0)).toBe(size)
      expect((await play(stored(chunks, size))).equals(bytes)).toBe(true)
      const [start, end] = [a % (size + 1), b % (size + 1)].sort((x, y) => x - y) as [number, number]
      expect((await play(stored(chunks, size), start, end)).equals(bytes.subarray(start, end))).toBe(true)
    }),
    { numRuns: 60 },
  )
})

test('a part reads and opens only the chunks it lies in', async () => {
  const bytes = randomBytes(10 * CHUNK_BYTES)
  const recording = stored(await sealed(bytes), bytes.length)
  await play(recording, 3 * CHUNK_BYTES + 5, 5 * CHUNK_BYTES)
  expect(recording.read).toEqual([3, 4])
})

describe('is refused when', () => {
  const bytes = randomBytes(3 * CHUNK_BYTES + 100)
  const refused = async (chunks: Pick<SealedChunk, 'sealed'>[], byteLength = bytes.length, id = 'r1') =>
    expect(play(stored(chunks, byteLength, id))).rejects.toThrow(SealBroken)

  test('its end is cut off', async () => {
    const chunks = await sealed(bytes)
    await refused(chunks.slice(0, 3))
    await refused(chunks.slice(0, 3), 3 * CHUNK_BYTES)
    await refused(chunks.slice(0, 1), CHUNK_BYTES)
  })

  test('its chunks are swapped', async () => {
    const [a, b, c, d] = (await sealed(bytes)) as [SealedChunk, SealedChunk, SealedChunk, SealedChunk]
    await refused([b, a, c, d])
    await refused([a, b, d, c])
    await refused([a, c, d], 2 * CHUNK_BYTES + 100)
  })

  test('a bit is flipped in any chunk', async () => {
    const chunks = await sealed(bytes)
    for (const index of chunks.keys()) {
      const flipped = chunks.map(({ sealed }) => ({ sealed: Buffer.from(sealed) }))
      flipped[index]!.sealed[40]! ^= 1
      await refused(flipped)
    }
  })

  test('a chunk of another recording is put in', async () => {
    const [chunks, others] = [await sealed(bytes), await sealed(bytes, { id: 'r2' })]
    await refused([others[0]!, ...chunks.slice(1)])
    await refused(others, bytes.length, 'r1')
  })

  test('its row claims another length', async () => {
    const chunks = await sealed(bytes)
    for (const byteLength of [bytes.length - 1, bytes.length + 1, 4 * CHUNK_BYTES, 4 * CHUNK_BYTES + 1]) await refused(chunks, byteLength)
  })

  test('something is appended', async () => {
    const chunks = await sealed(bytes)
    const more = await sealed(randomBytes(10))
    await refused([...chunks, ...more], bytes.length + CHUNK_BYTES)
  })
})
