/**
 * Recordings are sealed in chunks of 64 KiB, so that a part can be played without opening the whole. Each chunk's context names
 * the recording, the chunk's place and whether it is the last: a chunk changed, moved, left out or appended does not open.
 */
import type { Db } from '../db/db.ts'
import { SealBroken } from './errors.ts'
import type { FieldCipher } from './field-cipher.ts'
import { open, seal } from './seal.ts'

/** Plain bytes a chunk, but for the last. */
export const CHUNK_BYTES = 64 * 1024

export type SealedChunk = { sequence: number; sealed: Buffer; plainBytes: number }
/** Gives one stored chunk; undefined when it is not there. */
export type ReadChunk = (sequence: number) => Promise<Uint8Array | undefined>
/** @property byteLength of the plain recording, from its row */
export type StoredRecording = { id: string; byteLength: number; readChunk: ReadChunk }
/** Bytes of the plain recording; `end` is the first byte not wanted. */
export type ByteRange = { start: number; end: number }

/** Seals a stream piece by piece; holds one chunk in memory. An empty stream is one empty chunk. */
export async function* sealChunks(key: Buffer, recordingId: string, source: AsyncIterable<Uint8Array>): AsyncGenerator<SealedChunk> {
  let sequence = 0
  let held: Buffer | undefined
  for await (const chunk of inChunks(source)) {
    if (held) yield sealOne(key, recordingId, sequence++, held, false)
    held = chunk
  }
  yield sealOne(key, recordingId, sequence, held ?? Buffer.alloc(0), true)
}

/**
 * Opens the bytes `range` of a recording, reading and opening only the chunks they lie in.
 * @throws SealBroken when a chunk is missing, changed or not where it belongs, or the recording's length is not its own
 */
export async function* openRange(key: Buffer, { id, byteLength, readChunk }: StoredRecording, range: ByteRange): AsyncGenerator<Buffer> {
  const lastSequence = Math.max(0, Math.ceil(byteLength / CHUNK_BYTES) - 1)
  const end = Math.min(range.end, byteLength)
  for (let sequence = Math.floor(range.start / CHUNK_BYTES); sequence * CHUNK_BYTES < end; sequence++) {
    const sealed = await readChunk(sequence)
    if (!sealed) throw new SealBroken(`recording ${id}: chunk ${sequence} is missing`)
    const isLast = sequence === lastSequence
    const plain = open(key, chunkContext(id, sequence, isLast), sealed)
    if (plain.length !== (isLast ? byteLength - sequence * CHUNK_BYTES : CHUNK_BYTES)) {
      throw new SealBroken(`recording ${id}: chunk ${sequence} has a length that is not its own`)
    }
    const from = sequence * CHUNK_BYTES
    yield plain.subarray(Math.max(0, range.start - from), Math.min(plain.length, end - from))
  }
}

/** `sealChunks` with a data key of the ring. */
export async function* sealRecording(
  cipher: FieldCipher,
  { db, keyId, recordingId }: { db: Db; keyId: string; recordingId: string },
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<SealedChunk> {
  yield* sealChunks(await cipher.dataKey(db, keyId), recordingId, source)
}

/** `openRange` with a data key of the ring. @throws as `openRange`, and KeyDestroyed */
export async function* openRecording(
  cipher: FieldCipher,
  { db, keyId, recording }: { db: Db; keyId: string; recording: StoredRecording },
  range: ByteRange,
): AsyncGenerator<Buffer> {
  yield* openRange(await cipher.dataKey(db, keyId), recording, range)
}

function sealOne(key: Buffer, recordingId: string, sequence: number, plain: Buffer, isLast: boolean): SealedChunk {
  return { sequence, sealed: seal(key, chunkContext(recordingId, sequence, isLast), plain), plainBytes: plain.length }
}

function chunkContext(recordingId: string, sequence: number, isLast: boolean): string {
  return `recording_chunk:${recordingId}:${sequence}:${isLast ? 'last' : 'more'}`
}

/** Cuts a stream of pieces of any size into full chunks and a rest; the rest may be empty only when all is. */
async function* inChunks(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let pending: Uint8Array[] = []
  let pendingBytes = 0
  for await (const piece of source) {
    let rest = piece
    while (pendingBytes + rest.length >= CHUNK_BYTES) {
      const taken = CHUNK_BYTES - pendingBytes
      yield Buffer.concat([...pending, rest.subarray(0, taken)])
      rest = rest.subarray(taken)
      pending = []
      pendingBytes = 0
    }
    if (!rest.length) continue
    // A copy: the source may fill the same buffer again.
    pending.push(Buffer.from(rest))
    pendingBytes += rest.length
  }
  if (pendingBytes) yield Buffer.concat(pending)
}
