import type { Codec } from '../audio/g711.ts'

/** What one side of a call says about its audio. */
export type AudioDescription = {
  address: string
  port: number
  codecs: Codec[]
  /** RTP payload type of telephone-event (RFC 4733), absent when digits are not offered. */
  digitsPayloadType?: number
  direction: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'
}

export const PAYLOAD_TYPE: Record<Codec, number> = { PCMU: 0, PCMA: 8 }

/** SDP for one audio line; `version` must grow with each new description in a call. */
export function formatSdp(audio: AudioDescription, version: number): string {
  const family = audio.address.includes(':') ? 'IP6' : 'IP4'
  const types = audio.codecs.map((codec) => PAYLOAD_TYPE[codec])
  const digits = audio.digitsPayloadType
  const lines = [
    'v=0',
    `o=phone ${audio.port} ${version} IN ${family} ${audio.address}`,
    's=-',
    `c=IN ${family} ${audio.address}`,
    't=0 0',
    `m=audio ${audio.port} RTP/AVP ${[...types, ...(digits === undefined ? [] : [digits])].join(' ')}`,
    ...audio.codecs.map((codec) => `a=rtpmap:${PAYLOAD_TYPE[codec]} ${codec}/8000`),
    ...(digits === undefined ? [] : [`a=rtpmap:${digits} telephone-event/8000`, `a=fmtp:${digits} 0-15`]),
    'a=ptime:20',
    `a=${audio.direction}`,
  ]
  return lines.map((line) => `${line}\r\n`).join('')
}

/** The audio line of an SDP, or undefined when there is none (or it is refused with port 0). */
export function parseSdp(body: string): AudioDescription | undefined {
  const audioLine = /^m=audio (\d+) \S+ ([\d ]+)/m.exec(body)
  if (!audioLine || audioLine[1] === '0') return undefined
  const address = /^c=IN IP[46] (\S+)/m.exec(body)?.[1] ?? ''
  const types = (audioLine[2] ?? '').trim().split(' ').map(Number)
  const digits = /^a=rtpmap:(\d+) telephone-event\/8000/im.exec(body)?.[1]
  const direction = /^a=(sendrecv|sendonly|recvonly|inactive)/m.exec(body)?.[1]
  return {
    address,
    port: Number(audioLine[1]),
    codecs: types.flatMap((type) => (type === 0 ? ['PCMU' as const] : type === 8 ? ['PCMA' as const] : [])),
    ...(digits === undefined ? {} : { digitsPayloadType: Number(digits) }),
    direction: (direction ?? 'sendrecv') as AudioDescription['direction'],
  }
}
