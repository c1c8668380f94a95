/** What a carrier made of SIPp does with a call, as scenarios of SIPp 3.6. */
import { NONCE, REALM } from './sip-answerer.ts'

const SDP = `v=0
o=carrier 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 0 101
a=rtpmap:0 PCMU/8000
a=rtpmap:101 telephone-event/8000
a=ptime:20`
const CONTACT = 'Contact: <sip:carrier@[local_ip]:[local_port];transport=[transport]>'
const COPIED = ['[last_Via:]', '[last_From:]', '[last_Call-ID:]', '[last_CSeq:]']

const scenario = (...steps: string[]) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE scenario SYSTEM "sipp.dtd">\n<scenario name="carrier">\n${steps.join('\n')}\n</scenario>\n`

function send(lines: string[], body = '', attributes = ''): string {
  const last = body ? ['Content-Type: application/sdp', 'Content-Length: [len]', '', body] : ['Content-Length: 0', '', '']
  return `<send${attributes}><![CDATA[\n${[...lines, ...last].join('\n')}\n]]></send>`
}
type Reply = { headers?: string[]; sdp?: boolean }
/** To a request that begins a dialog. */
const reply = (status: string, { headers = [], sdp = false }: Reply = {}) =>
  send([`SIP/2.0 ${status}`, ...COPIED, '[last_To:];tag=[pid]-[call_number]', CONTACT, ...headers], sdp ? SDP : '')
/** To a request within one. */
const replyInside = (status: string) => send([`SIP/2.0 ${status}`, ...COPIED, '[last_To:]'])
const hear = (request: string, actions = '') => `<recv request="${request}" rrs="true">${actions && `<action>${actions}</action>`}</recv>`
const hearReply = (status: number, actions = '') => `<recv response="${status}">${actions && `<action>${actions}</action>`}</recv>`
const pause = (ms: number) => `<pause milliseconds="${ms}"/>`

/** The two ends of the dialog, kept from the ACK: what comes later may have other ones. */
const KEEP_ENDS = ['From', 'To'].map((name) => `<ereg regexp=".*" search_in="hdr" header="${name}:" assign_to="${name}"/>`).join('')
/** A request of the carrier's own within a call that came to it. */
const ask = (method: string, cseq: number, { headers = [], sdp = false }: Reply = {}) =>
  send(
    [
      `${method} [next_url] SIP/2.0`,
      `Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]`,
      ...['From:[$To]', 'To:[$From]', '[last_Call-ID:]', `CSeq: ${cseq} ${method}`, 'Max-Forwards: 70', CONTACT, ...headers],
    ],
    sdp ? SDP : '',
    method === 'ACK' ? '' : ' retrans="500"',
  )
const CHALLENGE = `Proxy-Authenticate: Digest realm="${REALM}", nonce="${NONCE}", algorithm=MD5, qop="auth"`
const THEY_HANG_UP = [hear('ACK'), hear('BYE'), replyInside('200 OK')]
/** The carrier will ask something itself. */
const UP = hear('ACK', KEEP_ENDS)
const WE_HANG_UP = (cseq: number) => [ask('BYE', cseq), hearReply(200)]

export const carrierScenarios = {
  /** Rings, answers and speaks until it is hung up on. @param speech path of raw μ-law */
  answers: (speech: string) =>
    scenario(
      ...[hear('INVITE'), reply('100 Trying'), reply('180 Ringing'), reply('200 OK', { sdp: true }), hear('ACK')],
      ...[`<nop><action><exec rtp_stream="${speech},-1,0"/></action></nop>`, hear('BYE'), replyInside('200 OK')],
    ),
  /** Sound before the answer, and it hangs up itself. */
  earlyMedia: () =>
    scenario(
      ...[hear('INVITE'), reply('183 Session Progress', { sdp: true }), pause(100), reply('200 OK', { sdp: true }), UP],
      ...[pause(100), ...WE_HANG_UP(1)],
    ),
  /** @param status such as `486 Busy Here` */
  refuses: (status: string) => scenario(hear('INVITE'), reply('100 Trying'), reply(status), hear('ACK')),
  /** Rings after a while of silence, and is called off. */
  rings: ({ afterMs = 0 } = {}) =>
    scenario(
      ...[hear('INVITE', '<ereg regexp=".*" search_in="hdr" header="CSeq:" assign_to="CSeq"/>'), pause(afterMs)],
      ...[reply('180 Ringing'), hear('CANCEL')],
      replyInside('200 OK'),
      send(['SIP/2.0 487 Request Terminated', ...COPIED.slice(0, 3), 'CSeq:[$CSeq]', '[last_To:];tag=[pid]-[call_number]', CONTACT]),
      hear('ACK'),
    ),
  /** Takes a text. */
  takesText: () => scenario(hear('MESSAGE'), replyInside('202 Accepted')),
  /** Takes a registration as it is, and any log-in for a call, which it wants (407). */
  challenges: () =>
    scenario(
      '<recv request="REGISTER" optional="true" next="registered"/>',
      ...[hear('INVITE'), reply('407 Proxy Authentication Required', { headers: [CHALLENGE] }), hear('ACK')],
      ...[hear('INVITE'), reply('200 OK', { sdp: true }), ...THEY_HANG_UP, '<nop next="over"/>'],
      ...['<label id="registered"/>', reply('200 OK', { headers: ['Expires: 300'] }), '<label id="over"/>'],
    ),
  /** Keeps the session alive itself (RFC 4028), once by a new INVITE and once by UPDATE, then hangs up. */
  refreshes: () => {
    const timer = { headers: ['Supported: timer', 'Session-Expires: 90;refresher=uac'] }
    return scenario(
      hear('INVITE'),
      reply('200 OK', { headers: ['Require: timer', 'Session-Expires: 90;refresher=uas'], sdp: true }),
      ...[
        UP,
        pause(100),
        ask('INVITE', 1, { ...timer, sdp: true }),
        '<recv response="100" optional="true"/>',
        hearReply(200),
        ask('ACK', 1),
      ],
      ...[pause(100), ask('UPDATE', 2, timer), hearReply(200), pause(100), ...WE_HANG_UP(3)],
    )
  },
  /** Finds the session's interval too short (422), and answers when a longer one is offered. */
  wantsLonger: (seconds: number) =>
    scenario(
      ...[hear('INVITE'), reply('422 Session Interval Too Small', { headers: [`Min-SE: ${seconds}`] }), hear('ACK'), hear('INVITE')],
      reply('200 OK', { headers: ['Require: timer', `Session-Expires: ${seconds};refresher=uac`], sdp: true }),
      ...THEY_HANG_UP,
    ),
}

const toUs = (method: string, cseq: number, from: string) => [
  `${method} sip:[service]@[remote_ip]:[remote_port] SIP/2.0`,
  'Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]',
  ...[`From: ${from};tag=[pid]-[call_number]`, 'To: <sip:[service]@[remote_ip]:[remote_port]>', 'Call-ID: [call_id]'],
  ...[`CSeq: ${cseq} ${method}`, 'Max-Forwards: 70', CONTACT],
]

/** Whether we are there, as carriers ask. */
export const asksWhetherWeAreThere = () =>
  scenario(send(toUs('OPTIONS', 1, '<sip:carrier@[local_ip]>'), '', ' retrans="500"'), hearReply(200))

/** A call over the carrier, called off as soon as it is known to be on its way. @param from a URI @param headers whole lines */
export function passingCall({ from, headers = [] }: { from: string; headers?: string[] }): string {
  return scenario(
    send([...toUs('INVITE', 1, from), ...headers], SDP, ' retrans="500"'),
    ...[hearReply(100), pause(50), send(toUs('CANCEL', 1, from).map(sameBranch)), hearReply(200)],
    ...['<recv response="487" rtd="true"/>', send(toUs('ACK', 1, from).map(sameBranch))],
  )
}
/** Of the INVITE: SIPp makes a new branch for each message it is asked to. */
const sameBranch = (line: string) => (line.startsWith('Via:') ? '[last_Via:]' : line)
