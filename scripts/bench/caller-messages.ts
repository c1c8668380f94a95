/** The SIP messages of a caller who hangs up as soon as the call is answered. */
import { header, uriOf, type SipRequest, type SipResponse } from '../simulator/phone/sip-message.ts'

/** @property host and port of the caller's own socket */
export type Caller = { host: string; port: number; number: string; callId: string }

export function inviteOf(caller: Caller, target: string, mediaPort: number): SipRequest {
  const { host, port, number, callId } = caller
  const sdp = [
    'v=0',
    `o=- 1 1 IN IP4 ${host}`,
    's=-',
    `c=IN IP4 ${host}`,
    't=0 0',
    `m=audio ${mediaPort} RTP/AVP 8`,
    'a=rtpmap:8 PCMA/8000',
  ]
  return {
    kind: 'request',
    method: 'INVITE',
    uri: target,
    headers: [
      ['Via', via(caller, 'i')],
      ['Max-Forwards', '70'],
      ['From', `<sip:${number}@${host}>;tag=${callId}`],
      ['To', `<${target}>`],
      ['Call-ID', callId],
      ['CSeq', '1 INVITE'],
      ['Contact', `<sip:${number}@${host}:${port}>`],
      ['Content-Type', 'application/sdp'],
    ],
    body: sdp.map((line) => `${line}\r\n`).join(''),
  }
}

/** ACK or BYE of the call that `answer` (a final reply to `invite`) opened or refused. */
export function followUp(caller: Caller, method: 'ACK' | 'BYE', invite: SipRequest, answer: SipResponse): SipRequest {
  const isAnswered = answer.status < 300
  return {
    kind: 'request',
    method,
    uri: isAnswered ? uriOf(header(answer, 'Contact')) : invite.uri,
    headers: [
      // The ACK of a refusal belongs to the INVITE's own transaction.
      ['Via', isAnswered ? via(caller, method) : header(invite, 'Via')],
      ['Max-Forwards', '70'],
      ['From', header(invite, 'From')],
      ['To', header(answer, 'To')],
      ['Call-ID', caller.callId],
      ['CSeq', method === 'ACK' ? '1 ACK' : '2 BYE'],
    ],
    body: '',
  }
}

/** 200 to whatever the far end asks: BYE, or whether the carrier is there. */
export function agreeTo(request: SipRequest): SipResponse {
  const copied = request.headers.filter(([name]) => /^(via|from|to|call-id|cseq)$/i.test(name))
  return { kind: 'response', status: 200, phrase: 'OK', headers: copied, body: '' }
}

const via = ({ host, port, callId }: Caller, part: string) => `SIP/2.0/UDP ${host}:${port};branch=z9hG4bK${callId}${part};rport`
