export type RtpPacket = {
  payloadType: number
  marker: boolean
  sequence: number
  /** In samples of 1/8000 s, wraps at 2^32. */
  timestamp: number
  source: number
  payload: Uint8Array
}

/** Bytes on the wire (RFC 3550, no extensions, no contributing sources). */
export function encodeRtp(packet: RtpPacket): Buffer {
  const bytes = Buffer.alloc(12 + packet.payload.length)
  bytes[0] = 0x80
  bytes[1] = (packet.marker ? 0x80 : 0) | packet.payloadType
  bytes.writeUInt16BE(packet.sequence & 0xffff, 2)
  bytes.writeUInt32BE(packet.timestamp >>> 0, 4)
  bytes.writeUInt32BE(packet.source >>> 0, 8)
  bytes.set(packet.payload, 12)
  return bytes
}

/** One datagram → a packet, or undefined when it is not RTP. */
export function decodeRtp(bytes: Buffer): RtpPacket | undefined {
  if (bytes.length < 12 || bytes.readUInt8(0) >> 6 !== 2) return undefined
  const first = bytes.readUInt8(0)
  let start = 12 + (first & 0x0f) * 4
  if (first & 0x10) {
    if (bytes.length < start + 4) return undefined
    start += 4 + bytes.readUInt16BE(start + 2) * 4
  }
  const padding = first & 0x20 ? bytes.readUInt8(bytes.length - 1) : 0
  return {
    payloadType: bytes.readUInt8(1) & 0x7f,
    marker: (bytes.readUInt8(1) & 0x80) !== 0,
    sequence: bytes.readUInt16BE(2),
    timestamp: bytes.readUInt32BE(4),
    source: bytes.readUInt32BE(8),
    payload: bytes.subarray(start, bytes.length - padding),
  }
}
