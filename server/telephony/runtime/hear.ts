/** What Asterisk reports, brought to the call it is about. Events of calls that are over, or of no call of ours, are dropped. */
import { splitCause } from '../../../asterisk-config/names.ts'
import type { TelephonyEvent } from '../ari/events.ts'
import type { Leg } from '../flow/types.ts'
import { callOfChannel, readMessageName, readPlaybackId } from './ids.ts'
import type { Session } from './session.ts'
import { legOf, type Sessions } from './sessions.ts'

/** Hands an event of a leg, playback or recording to its call. */
export function hear(event: TelephonyEvent, sessions: Sessions): void {
  switch (event.type) {
    case 'playbackFinished': {
      const playback = readPlaybackId(event.playbackId)
      if (playback) sessions.find(playback.callId)?.dispatch({ type: 'playbackFinished', step: playback.step })
      return
    }
    case 'recordingFinished': {
      const message = readMessageName(event.name)
      const { durationSeconds: seconds, talkingSeconds = null } = event
      if (message) sessions.find(message.callId)?.dispatch({ type: 'recordingFinished', step: message.step, seconds, talkingSeconds })
      return
    }
    case 'recordingFailed': {
      const message = readMessageName(event.name)
      if (message) sessions.find(message.callId)?.dispatch({ type: 'recordingFailed', step: message.step })
      return
    }
    case 'arrived':
    case 'digitPressed':
    case 'hangupRequested':
    case 'left':
    case 'destroyed':
    case 'dialProgress':
    case 'channelStateChanged': {
      const session = sessions.find(callOfChannel(event.channelId))
      const leg = session && legOf(session, event.channelId)
      if (session && leg) hearLeg(event, session, leg)
      return
    }
    default:
      return
  }
}

type LegEvent = Extract<
  TelephonyEvent,
  { type: 'arrived' | 'digitPressed' | 'hangupRequested' | 'left' | 'destroyed' | 'dialProgress' | 'channelStateChanged' }
>

function hearLeg(event: LegEvent, session: Session, leg: Leg): void {
  switch (event.type) {
    case 'arrived':
      // Taken over from a dead service, a while after its call: what it is doing was asked then.
      if (event.args[0] === 'adopted') return
      // The agent's phone, and the interpreter's, comes to us when it answers; the worker's leg as soon as it is made.
      if (leg === 'agent' || leg === 'interpreter') session.dispatch({ type: 'legAnswered', leg })
      if (leg === 'worker') session.dispatch({ type: 'legReady', leg })
      return
    case 'digitPressed':
      if (leg === 'caller') session.dispatch({ type: 'digitPressed', digit: event.digit })
      return
    case 'dialProgress':
      session.dispatch({ type: 'dialProgressed', leg, status: event.dialStatus })
      return
    case 'channelStateChanged':
      if (leg === 'worker' && event.state === 'Up') session.dispatch({ type: 'legAnswered', leg })
      return
    case 'hangupRequested':
      // Before the ends of what was playing and recording are reported: else the flow would go on for nobody.
      if (leg === 'caller') session.legEnded(leg, causeOf(event, leg))
      else session.noteCause(leg, causeOf(event, leg))
      return
    case 'destroyed':
      session.legEnded(leg, causeOf(event, leg))
      return
    case 'left':
      // A caller who left us is out of reach, hung up or taken by the dead-man timer. Of the others the cause is still to come.
      if (leg === 'caller') session.legEnded(leg)
      else session.expectEnd(leg)
      return
  }
}

/** The worker's leg brings the SIP status inside its cause, for it comes through a Local channel. */
function causeOf({ cause, techCause }: { cause: number; techCause: number | undefined }, leg: Leg) {
  if (leg !== 'worker') return { cause, sipStatus: techCause ?? null }
  const { hangupCause, sipStatus } = splitCause(cause)
  return { cause: hangupCause, sipStatus }
}
