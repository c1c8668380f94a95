/*
 * What a simulated worker does on the phone, as SIPp scenarios (SIPp 3.6). SIPp cannot listen, so each step is timed.
 *
 * Traps: rtp_stream files are raw G.711; all calls of one SIPp share one RTP port; `play_dtmf` has a fixed payload type of 96,
 * so keys are the recordings of telephone events (type 101) that Debian ships with SIPp; a key is sent while the stream pauses,
 * as a telephone does; a global variable set by `-set` is text, and a pause on it lasts no time at all.
 */

export type WorkerCall = {
  /** Key of the language in the menu, '1' to '9'. */
  languageKey: string
  /** Raw μ-law of what the worker says, and of one second of silence. */
  speechFile: string
  silenceFile: string
  /** When each thing is done, in milliseconds after the thing before. */
  keyAfterMs: number
  speakAfterMs: number
  speechMs: number
}

/** What a call looks like after the words have begun; 'missed' and 'silent' never get to speak. */
export type CallScenario = 'voicemail' | 'hang-up-early' | 'silent' | 'missed' | 'live'

const DIGIT_RECORDINGS = '/usr/share/sip-tester'
/** Longest wait for the hotline to hang up after its last sentence. */
const GOODBYE_MS = 30_000
/** How long a worker who wants to talk listens before saying something. */
const LISTEN_MS = 12_000
/** From the beginning of a question to the key that answers it. */
const KEY_MS = 2500
/** The hotline gives up on silence by itself; this is only so that a call cannot last for ever. */
const SILENCE_MS = 60_000

/**
 * The XML of one call. `[service]` is the number dialled and `[field0]` the caller's, from SIPp's command line.
 * SIPp's log gets a line 'answered', and 'left' when a message was begun that the hotline has to keep.
 */
export function callScenario(kind: CallScenario, call: WorkerCall): string {
  return scenario(kind, [INVITE, REPLIES, ACK, stream(call.silenceFile, -1), ...steps(kind, call)])
}

/** The XML of one text (SIP MESSAGE) to `[service]`; `[field1]` is the text. Logs 'answered' and 'left' when it was taken. */
export function textScenario(): string {
  const accepted = `  <recv response="202" timeout="20000"><action>${logLine('answered')}${logLine('left')}</action></recv>`
  return scenario('text', [MESSAGE, '  <recv response="100" optional="true"/>', accepted])
}

function steps(kind: CallScenario, call: WorkerCall): string[] {
  const chooseLanguage = [pause(call.keyAfterMs), press(call.languageKey)]
  const startSpeaking = [...chooseLanguage, pause(call.speakAfterMs), log('left'), stream(call.speechFile, 1)]
  switch (kind) {
    case 'voicemail':
      // Kept, and to be rung back on this number: both keys come while the question is being asked, as with people who know it.
      return [
        ...[...startSpeaking, pause(call.speechMs), press('#'), stream(call.silenceFile, -1)],
        ...[pause(KEY_MS), press('1'), pause(KEY_MS), press('1'), waitForBye(GOODBYE_MS), BYE_BY_US],
      ]
    case 'hang-up-early':
      return [...startSpeaking, pause(call.speechMs / 2), BYE_BY_US]
    case 'silent':
      return [...chooseLanguage, waitForBye(SILENCE_MS), BYE_BY_US]
    case 'live':
      // Speaks once an agent has had the time to pick up, and hangs up: a conversation, or a call that somebody promises to return.
      return [...[...chooseLanguage, pause(LISTEN_MS), log('left')], ...[stream(call.speechFile, 1), pause(call.speechMs), BYE_BY_US]]
    case 'missed':
      return [pause(500), BYE_BY_US]
  }
}

function scenario(name: string, steps: string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE scenario SYSTEM "sipp.dtd">\n<scenario name="${name}">\n${steps.join('\n')}\n</scenario>\n`
}

const act = (action: string): string => `  <nop><action>${action}</action></nop>`
const logLine = (word: string): string => `<log message="${word}"/>`
const log = (word: string): string => act(logLine(word))
const pause = (ms: number): string => `  <pause milliseconds="${Math.round(ms)}"/>`
const stream = (file: string, times: number): string => act(`<exec rtp_stream="${file},${times},0"/>`)

function press(key: string): string {
  const recording = `${DIGIT_RECORDINGS}/dtmf_2833_${key === '#' ? 'pound' : key === '*' ? 'star' : key}.pcap`
  return [act(`<exec rtp_stream="pause"/><exec play_pcap_audio="${recording}"/>`), pause(400), act('<exec rtp_stream="resume"/>')].join(
    '\n',
  )
}

function waitForBye(ms: number): string {
  return `  <recv request="BYE" timeout="${ms}" ontimeout="bye"/>\n${send('SIP/2.0 200 OK', COPIED, { next: 'over' })}\n  <label id="bye"/>`
}

/** One message; SIPp fills in what stands in brackets. */
function send(startLine: string, headers: string[], { body = '', next = '', retransmit = false } = {}): string {
  const attributes = `${retransmit ? ' retrans="500"' : ''}${next ? ` next="${next}"` : ''}`
  const lines = [startLine, ...headers, `Content-Length: ${body ? '[len]' : '0'}`, '', body]
  return `  <send${attributes}><![CDATA[\n${lines.join('\n')}\n]]></send>`
}

const COPIED = ['[last_Via:]', '[last_From:]', '[last_To:]', '[last_Call-ID:]', '[last_CSeq:]']

function headers(method: string, cseq: number, to: string): string[] {
  return [
    'Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]',
    'From: <sip:[field0]@[local_ip]>;tag=[pid]-[call_number]',
    to,
    'Call-ID: [call_id]',
    `CSeq: ${cseq} ${method}`,
    'Max-Forwards: 70',
    'Contact: <sip:[field0]@[local_ip]:[local_port]>',
  ]
}

const CALLED = 'To: <sip:[service]@[remote_ip]:[remote_port]>'

const SDP = [
  'v=0',
  'o=worker 1 1 IN IP4 [local_ip]',
  's=-',
  'c=IN IP4 [media_ip]',
  't=0 0',
  'm=audio [media_port] RTP/AVP 0 101',
  'a=rtpmap:0 PCMU/8000',
  'a=rtpmap:101 telephone-event/8000',
  'a=fmtp:101 0-15',
  'a=ptime:20',
].join('\n')

const INVITE = send(
  'INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0',
  [...headers('INVITE', 1, CALLED), 'Content-Type: application/sdp'],
  { body: `${SDP}\n`, retransmit: true },
)

const MESSAGE = send(
  'MESSAGE sip:[service]@[remote_ip]:[remote_port] SIP/2.0',
  [...headers('MESSAGE', 1, CALLED), 'Content-Type: text/plain;charset=UTF-8'],
  { body: '[field1]', retransmit: true },
)

const REPLIES = [
  ...[100, 180, 183].map((status) => `  <recv response="${status}" optional="true"/>`),
  `  <recv response="200" rrs="true" timeout="32000"><action>${logLine('answered')}</action></recv>`,
].join('\n')

const ACK = send('ACK [next_url] SIP/2.0', headers('ACK', 1, '[last_To:]'))

const BYE_BY_US = [
  send('BYE [next_url] SIP/2.0', headers('BYE', 2, '[last_To:]'), { retransmit: true }),
  '  <recv response="200"/>',
  '  <label id="over"/>',
].join('\n')
