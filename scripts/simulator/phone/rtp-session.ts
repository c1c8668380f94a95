import type { Socket } from 'node:dgram'
import { decodeG711, encodeG711 } from '../audio/g711.ts'
import type { LossyLine } from './lossy-line.ts'
import { decodeRtp, encodeRtp, type RtpPacket } from './rtp-packet.ts'
import { RtpReceiver } from './rtp-receiver.ts'
import { RtpSender } from './rtp-sender.ts'
import { PAYLOAD_TYPE, type AudioDescription } from './sdp.ts'
import { closeUdp, openUdp } from './udp.ts'

export type MediaOptions = { line: LossyLine; remembers: boolean; hasAudio: boolean }

/** The audio of one call: one UDP port, a sender once the far end is known, a receiver. */
export class RtpSession {
  readonly receiver: RtpReceiver
  readonly port: number
  sender: RtpSender | undefined
  readonly #socket: Socket
  readonly #media: MediaOptions
  #agreed: AudioDescription | undefined
  #ownDigitsPayloadType: number | undefined
  #relay: ((packet: RtpPacket) => void) | undefined
  #isClosed = false

  static async open(address: string, media: MediaOptions): Promise<RtpSession> {
    return new RtpSession(await openUdp(address, 0), media)
  }

  private constructor(socket: Socket, media: MediaOptions) {
    this.#socket = socket
    this.#media = media
    this.port = socket.address().port
    this.receiver = new RtpReceiver(media.remembers)
    socket.on('message', (datagram) => this.#receive(datagram))
    // A far end that closed its port before we did is the normal end of a call.
    socket.on('error', () => {})
  }

  /**
   * Starts (or redirects, after a re-INVITE) sending to the far end.
   * @param agreed the far end's address with the one codec and the digit type it takes
   * @param ownDigitsPayloadType the digit type the far end sends us
   */
  connect(agreed: AudioDescription, ownDigitsPayloadType: number | undefined): void {
    this.#ownDigitsPayloadType = ownDigitsPayloadType
    const codecChanged = this.#agreed?.codecs[0] !== agreed.codecs[0] || this.#agreed?.digitsPayloadType !== agreed.digitsPayloadType
    this.#agreed = agreed
    const codec = agreed.codecs[0]
    if (!codec || !codecChanged || !this.#media.hasAudio) return
    this.sender?.stop()
    this.sender = new RtpSender({ codec, digitsPayloadType: agreed.digitsPayloadType, send: (packet) => this.#send(packet) })
  }

  /** From now on what comes in here goes out there, sound and digits, and nothing else does. */
  relayTo(other: RtpSession): void {
    if (other.sender) other.sender.isMuted = true
    this.#relay = (packet) => other.#passOn(packet, this.#ownDigitsPayloadType)
  }

  close(): void {
    this.#isClosed = true
    this.sender?.stop()
    closeUdp(this.#socket)
  }

  #send(packet: Buffer): void {
    const to = this.#agreed
    const wantsIt = to?.direction === 'sendrecv' || to?.direction === 'recvonly'
    // The other of two joined calls may still be talking.
    if (to && wantsIt && !this.#isClosed && !this.#media.line.loses()) this.#socket.send(packet, to.port, to.address)
  }

  #passOn(packet: RtpPacket, digitsPayloadType: number | undefined): void {
    const { codecs = [], digitsPayloadType: theirDigits } = this.#agreed ?? {}
    const to = codecs[0]
    if (packet.payloadType === digitsPayloadType) {
      if (theirDigits !== undefined) this.#send(encodeRtp({ ...packet, payloadType: theirDigits }))
      return
    }
    const from = packet.payloadType === PAYLOAD_TYPE.PCMA ? 'PCMA' : 'PCMU'
    if (!to) return
    const payload = from === to ? packet.payload : encodeG711(decodeG711(packet.payload, from), to)
    this.#send(encodeRtp({ ...packet, payload, payloadType: PAYLOAD_TYPE[to] }))
  }

  #receive(datagram: Buffer): void {
    if (!this.#media.hasAudio) return
    const packet = this.#media.line.loses() ? undefined : decodeRtp(datagram)
    if (!packet) return
    this.#relay?.(packet)
    if (packet.payloadType === PAYLOAD_TYPE.PCMU) this.receiver.receiveAudio(packet, 'PCMU')
    else if (packet.payloadType === PAYLOAD_TYPE.PCMA) this.receiver.receiveAudio(packet, 'PCMA')
    else if (packet.payloadType === this.#ownDigitsPayloadType) this.receiver.receiveDigit(packet)
  }
}
