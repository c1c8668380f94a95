import { LossyLine } from './lossy-line.ts'
import { Phone, type PhoneOptions } from './phone.ts'
import { SipSocket } from './sip-socket.ts'

export { announces, answers, rejects, ringsForever, staysSilent, type CallHandler } from './behaviours.ts'
export { CallNotAnswered, type Call, type CallEnd, type FinalReply } from './call.ts'
export { callsBack, textsBack } from './exchange.ts'
export type { IncomingCall } from './incoming-call.ts'
export type { OutgoingCall } from './outgoing-call.ts'
export type { CallOptions, IncomingText, Phone, PhoneOptions } from './phone.ts'
export { NotRegistered } from './registration.ts'
export type { SipLogEntry } from './sip-socket.ts'
export { NotHeard } from './watch.ts'

/**
 * A SIP telephone (user agent) for tests, simulated carriers and demo agents.
 * @throws when the port is taken or the address is not a loopback one
 */
export async function createPhone(options: PhoneOptions): Promise<Phone> {
  const line = new LossyLine(options.loss?.sip ?? 0, options.loss?.seed)
  const socket = await SipSocket.open({ address: options.address, port: options.port ?? 0, line, remembers: options.remembers ?? true })
  return new Phone(socket, options)
}
