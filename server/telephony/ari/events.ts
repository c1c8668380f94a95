/**
 * What the phone system tells us, in our own words. decode.ts makes these from Asterisk's events; nothing outside this
 * folder sees ARI's own shapes. Numbers and texts in here come from strangers: store them encrypted, never log them.
 */

export type ChannelState =
  'Down' | 'Rsrved' | 'OffHook' | 'Dialing' | 'Ring' | 'Ringing' | 'Up' | 'Busy' | 'Dialing Offhook' | 'Pre-ring' | 'Unknown'

/** One leg as Asterisk described it at that moment. */
export type ChannelFacts = {
  channelId: string
  state: ChannelState
  /** `PJSIP/trunk-bd`: technology and endpoint, which for an inbound call says the carrier and so the country. */
  endpoint: string
  /** As the carrier sent it, at most 64 characters, '' when withheld; sometimes the word `anonymous`. */
  callerNumber: string
  /** The dialplan's extension, which says the number that was dialled only until the dialplan goes elsewhere; see `args`. */
  calledNumber: string
  language: string
  createdAt: Date
}

type FromAsterisk = {
  /** Asterisk's clock when it made the event. */
  at: Date
  /** Which of our two applications it was sent to. */
  application: string
}

/** Why a leg ended: Q.850 cause, and the SIP status where the far end sent one (our own ring timeout looks like 480). */
type Cause = { cause: number; techCause: number | undefined }

export type TelephonyEvent = FromAsterisk &
  (
    | { type: 'arrived'; channelId: string; channel: ChannelFacts; args: string[] }
    | { type: 'broadcastOffered'; channelId: string; channel: ChannelFacts; callerNumber: string; calledNumber: string }
    | { type: 'broadcastTaken'; channelId: string; winner: string }
    | { type: 'digitPressed'; channelId: string; digit: string; durationMs: number }
    | ({ type: 'hangupRequested'; channelId: string } & Cause)
    /** The leg left our application: hung up, moved, or gone on in the dialplan. The last event some inbound legs get. */
    | { type: 'left'; channelId: string; channel: ChannelFacts }
    | ({ type: 'destroyed'; channelId: string; causeText: string } & Cause)
    /** `dialStatus` is '' while it starts, then RINGING, PROGRESS …, at last ANSWER, BUSY, NOANSWER, CONGESTION, CANCEL, CHANUNAVAIL. */
    | { type: 'dialProgress'; channelId: string; dialStatus: string }
    | { type: 'channelStateChanged'; channelId: string; state: ChannelState }
    /** After the whole media list; `failed` when the last sound could not be played (a missing file is no HTTP error). */
    | ({ type: 'playbackFinished'; playbackId: string; state: 'done' | 'failed' } & Target)
    | ({ type: 'recordingStarted'; name: string } & Target)
    /** Durations in whole seconds, as Asterisk counts; talking only when a silence limit was set. Keep wall-clock times yourself. */
    | ({ type: 'recordingFinished'; name: string; durationSeconds: number; talkingSeconds: number | undefined } & Target)
    | ({ type: 'recordingFailed'; name: string; cause: string } & Target)
    | { type: 'enteredBridge'; bridgeId: string; channelId: string }
    | { type: 'leftBridge'; bridgeId: string; channelId: string }
    | { type: 'bridgeDestroyed'; bridgeId: string }
    /** `channels.move` was accepted but the other application was gone: the leg is still ours. */
    | { type: 'moveFailed'; channelId: string; destination: string }
    /** Another of our services asks over Asterisk whether this one is there, or says that it is. `from` is its calls application. */
    | { type: 'serviceAsked' | 'serviceAnswered'; from: string }
    /** `endpoint` is `PJSIP/agent-7`. */
    | { type: 'phoneChanged'; endpoint: string; status: 'reachable' | 'unreachable' | 'unknown' }
    /** A SIP MESSAGE. `bodyLost` is true when the body was too long for Asterisk (1,024 bytes) and arrived empty or cut. */
    | { type: 'textReceived'; endpoint: string; fromNumber: string; toNumber: string; body: string; bodyLost: boolean; sipCallId: string }
  )

/** What a playback or recording runs on. */
export type Target = { channelId: string | undefined; bridgeId: string | undefined }

export type TelephonyEventOf<T extends TelephonyEvent['type']> = Extract<TelephonyEvent, { type: T }>
