/** Asterisk's events into ours. Pure; never throws: whatever does not fit is said to have been dropped, and why. */
import type { TelephonyEvent } from './events.ts'
import { Unfit, channelFacts, channelState, fields, instant, list, name, target, text, textOr, wholeNumber, wholeNumberOr } from './read.ts'
import type { Fields } from './read.ts'
import { decodeText } from './decode-text.ts'
import { SERVICE_WORDS } from './names.ts'
import { eventTypes } from './types.generated.ts'
import type { AriEvent } from './types.generated.ts'

export type Decoded =
  | { kind: 'event'; event: TelephonyEvent }
  /** Another process has connected under our application's name. */
  | { kind: 'replaced'; application: string }
  /** A type Asterisk describes and we have no use for. */
  | { kind: 'ignored' }
  | { kind: 'dropped'; why: 'malformed' | 'unknown' | 'refused' }

type Own<T> = T extends unknown ? Omit<T, 'at' | 'application'> : never
type Decoder = (event: Fields) => Own<TelephonyEvent>

const decoders: Partial<Record<AriEvent['type'], Decoder>> = {
  StasisStart: (event) => {
    const channel = channelFacts(event.channel)
    return { type: 'arrived', channelId: channel.channelId, channel, args: list(event.args, 'args').map((arg) => text(arg, 'arg', 200)) }
  },
  CallBroadcast: (event) => {
    const channel = channelFacts(event.channel)
    const callerNumber = textOr(channel.callerNumber, event.caller)
    const calledNumber = textOr(channel.calledNumber, event.called, 80)
    return { type: 'broadcastOffered', channelId: channel.channelId, channel, callerNumber, calledNumber }
  },
  CallClaimed: (event) => ({ type: 'broadcastTaken', channelId: channelId(event), winner: text(event.winner_app, 'winner') }),
  ChannelDtmfReceived: (event) => ({
    type: 'digitPressed',
    channelId: channelId(event),
    digit: name('digit', event.digit),
    durationMs: wholeNumber(event.duration_ms, 'duration'),
  }),
  ChannelHangupRequest: (event) => ({ type: 'hangupRequested', channelId: channelId(event), ...cause(event) }),
  StasisEnd: (event) => {
    const channel = channelFacts(event.channel)
    return { type: 'left', channelId: channel.channelId, channel }
  },
  ChannelDestroyed: (event) => ({
    type: 'destroyed',
    channelId: channelId(event),
    ...cause(event),
    causeText: textOr('', event.cause_txt),
  }),
  Dial: (event) => ({
    type: 'dialProgress',
    channelId: name('id', fields(event.peer, 'peer').id),
    dialStatus: text(event.dialstatus, 'status'),
  }),
  ChannelStateChange: (event) => ({
    type: 'channelStateChanged',
    channelId: channelId(event),
    state: channelState(fields(event.channel, 'channel').state),
  }),
  PlaybackFinished: (event) => {
    const playback = fields(event.playback, 'playback')
    const state = playback.state === 'failed' ? 'failed' : 'done'
    return { type: 'playbackFinished', playbackId: name('id', playback.id), state, ...target(playback.target_uri) }
  },
  RecordingStarted: (event) => ({ type: 'recordingStarted', ...recording(event) }),
  RecordingFinished: (event) => {
    const { duration, talking_duration: talking } = fields(event.recording, 'recording')
    const talkingSeconds = wholeNumberOr(undefined, talking)
    return { type: 'recordingFinished', ...recording(event), durationSeconds: wholeNumberOr(0, duration), talkingSeconds }
  },
  RecordingFailed: (event) => ({
    type: 'recordingFailed',
    ...recording(event),
    cause: textOr('', fields(event.recording, 'recording').cause, 200),
  }),
  ChannelUserevent: (event) => {
    const type =
      event.eventname === SERVICE_WORDS.ask ? 'serviceAsked' : event.eventname === SERVICE_WORDS.answer ? 'serviceAnswered' : undefined
    // Anybody with ARI's password may send others.
    if (!type) throw new Unfit('refused', 'event name')
    return { type, from: name('service', fields(event.userevent, 'userevent').from) }
  },
  ChannelEnteredBridge: (event) => ({ type: 'enteredBridge', channelId: channelId(event), bridgeId: bridgeId(event) }),
  ChannelLeftBridge: (event) => ({ type: 'leftBridge', channelId: channelId(event), bridgeId: bridgeId(event) }),
  BridgeDestroyed: (event) => ({ type: 'bridgeDestroyed', bridgeId: bridgeId(event) }),
  ApplicationMoveFailed: (event) => ({
    type: 'moveFailed',
    channelId: channelId(event),
    destination: text(event.destination, 'destination'),
  }),
  PeerStatusChange: (event) => {
    const { technology, resource } = fields(event.endpoint, 'endpoint')
    return { type: 'phoneChanged', endpoint: name('endpoint', `${String(technology)}/${String(resource)}`), status: phoneStatus(event) }
  },
  TextMessageReceived: decodeText,
}

/** The types the calls application has Asterisk not send at all: 25 of a call's 40 events, most of them ChannelVarset. */
export const unusedTypes: string[] = eventTypes.filter((type) => !decoders[type] && type !== 'ApplicationReplaced')

/** @param frame one websocket frame's text; undefined for a binary one */
export function decode(frame: string | undefined): Decoded {
  try {
    const event = fields(parse(frame), 'event')
    const type = eventTypes.find((known) => known === event.type)
    if (!type) return { kind: 'dropped', why: typeof event.type === 'string' ? 'unknown' : 'malformed' }
    const application = name('application', event.application)
    if (type === 'ApplicationReplaced') return { kind: 'replaced', application }
    const decoder = decoders[type]
    if (!decoder) return { kind: 'ignored' }
    return { kind: 'event', event: { ...decoder(event), at: instant(event.timestamp, 'timestamp'), application } }
  } catch (error) {
    if (!(error instanceof Unfit)) throw error
    return { kind: 'dropped', why: error.why }
  }
}

function parse(frame: string | undefined): unknown {
  try {
    return JSON.parse(frame ?? '')
  } catch {
    // Whatever it is, it is not JSON; the text itself may hold a number and is not kept.
    throw new Unfit('malformed', 'frame')
  }
}

function channelId(event: Fields): string {
  return name('id', fields(event.channel, 'channel').id)
}

function bridgeId(event: Fields): string {
  return name('id', fields(event.bridge, 'bridge').id)
}

function cause(event: Fields): { cause: number; techCause: number | undefined } {
  return { cause: wholeNumberOr(0, event.cause), techCause: wholeNumberOr(undefined, event.tech_cause) }
}

function recording(event: Fields) {
  const { name: recordingName, target_uri: on } = fields(event.recording, 'recording')
  return { name: name('recording', recordingName), ...target(on) }
}

function phoneStatus(event: Fields): 'reachable' | 'unreachable' | 'unknown' {
  const status = fields(event.peer, 'peer').peer_status
  if (status === 'Reachable' || status === 'Registered') return 'reachable'
  return status === 'Unreachable' || status === 'Unregistered' || status === 'Rejected' ? 'unreachable' : 'unknown'
}
