/**
 * Opens an archive of unknown origin within bounds, and packs its parts anew, uncompressed: what reads them next sees our sizes and
 * our directory, whatever the archive said of itself.
 */
import { crc32, inflateRawSync } from 'node:zlib'
import { BadFile } from './errors.ts'
import { MOST_EXPANDED_BYTES, MOST_PARTS } from './limits.ts'

type Part = { name: string; bytes: Uint8Array }

const END = 0x06054b50
const ENTRY = 0x02014b50
const LOCAL = 0x04034b50
const END_BYTES = 22
const LONGEST_COMMENT = 0xffff

/** @throws BadFile when it is broken, encrypted, or larger than it may be */
export function repack(archive: Buffer): ArrayBuffer {
  try {
    return packed(partsOf(archive))
  } catch (error) {
    if (error instanceof BadFile) throw error
    // Broken archives break in many ways: a position outside the file, a stream that does not inflate.
    if (error instanceof RangeError || isZlibError(error)) throw broken()
    throw error
  }
}

function partsOf(archive: Buffer): Part[] {
  const end = endOf(archive)
  const count = archive.readUInt16LE(end + 10)
  if (count > MOST_PARTS) throw tooLarge()
  const parts: Part[] = []
  let at = archive.readUInt32LE(end + 16)
  let expanded = 0
  for (let n = 0; n < count; n++) {
    if (archive.readUInt32LE(at) !== ENTRY) throw broken()
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => archive.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ]
    const name = archive.toString('utf8', at + 46, at + 46 + nameLength)
    // Pictures and printers' settings are of no use to us.
    if (/\.(xml|rels)$/.test(name)) {
      const bytes = open(archive, at, MOST_EXPANDED_BYTES - expanded)
      expanded += bytes.length
      parts.push({ name, bytes })
    }
    at += 46 + nameLength + extraLength + commentLength
  }
  return parts
}

function open(archive: Buffer, entry: number, room: number): Uint8Array {
  const isEncrypted = archive.readUInt16LE(entry + 8) & 1
  if (isEncrypted) throw new BadFile('file-locked', 'The workbook is locked with a password: save it without one.')
  const [method, size, local] = [archive.readUInt16LE(entry + 10), archive.readUInt32LE(entry + 20), archive.readUInt32LE(entry + 42)]
  if (archive.readUInt32LE(local) !== LOCAL) throw broken()
  const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28)
  if (start + size > archive.length) throw broken()
  const data = archive.subarray(start, start + size)
  if (method === 0) return data
  if (method !== 8) throw broken()
  try {
    return inflateRawSync(data, { maxOutputLength: Math.max(1, room) })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge()
    throw error
  }
}

function endOf(archive: Buffer): number {
  const first = Math.max(0, archive.length - END_BYTES - LONGEST_COMMENT)
  for (let at = archive.length - END_BYTES; at >= first; at--) if (archive.readUInt32LE(at) === END) return at
  throw broken()
}

function packed(parts: readonly Part[]): ArrayBuffer {
  const locals: Uint8Array[] = []
  const entries: Uint8Array[] = []
  let offset = 0
  for (const { name, bytes } of parts) {
    const label = Buffer.from(name)
    const facts = Buffer.alloc(26)
    facts.writeUInt16LE(20, 0)
    facts.writeUInt32LE(crc32(bytes), 10)
    facts.writeUInt32LE(bytes.length, 14)
    facts.writeUInt32LE(bytes.length, 18)
    facts.writeUInt16LE(label.length, 22)
    locals.push(Buffer.concat([uint32(LOCAL), facts, label]), bytes)
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(offset, 10)
    entries.push(Buffer.concat([uint32(ENTRY), Buffer.from([20, 0]), facts, tail, label]))
    offset += 30 + label.length + bytes.length
  }
  const directory = Buffer.concat(entries)
  const end = Buffer.alloc(END_BYTES)
  end.writeUInt32LE(END, 0)
  end.writeUInt16LE(parts.length, 8)
  end.writeUInt16LE(parts.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(offset, 16)
  const whole = Buffer.concat([...locals, directory, end])
  return new Uint8Array(whole).buffer
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

const broken = () => new BadFile('file-broken', 'This workbook cannot be opened: open it in your spreadsheet program and save it again.')
const tooLarge = () =>
  new BadFile('file-too-large', 'This workbook expands to more than a roster can be: copy the rows into a new workbook, or save it as CSV.')
const isZlibError = (error: unknown) => String((error as NodeJS.ErrnoException).code).startsWith('Z_')
