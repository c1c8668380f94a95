/** The message of an inbound call: states `prompt`, `recording`, `saving` and `thanks`. */
import { end, GRACE_SECONDS, type InboundState, isReport, languageOf, say, stay } from './inbound-state.ts'
import type { Advanced, Effect, FlowEvent, PromptName } from './types.ts'

export const MAX_MESSAGE_SECONDS = 180
const SILENCE_SECONDS = 10
const SAVING_SECONDS = 2

export function sayPrompt(state: InboundState, before: Effect[], names: PromptName[] = ['leave-message']): Advanced<InboundState> {
  const language = languageOf(state)
  const step: Effect = { type: 'recordStep', name: 'leave-message', status: 'message', language }
  return say({ ...state, at: 'prompt' }, names, [...before, step])
}

/** Keys mean nothing here: a second press for the menu must not swallow the sentence that explains the silence after it. */
export function inPrompt(state: InboundState, event: FlowEvent): Advanced<InboundState> {
  if (event.type === 'resumed') return sayPrompt(state, [{ type: 'stopPlayback', step: state.step }])
  if (isReport(event, 'playbackFinished', state)) return startRecording(state, [])
  return isReport(event, 'timerFired', state) ? startRecording(state, [{ type: 'stopPlayback', step: state.step }]) : stay(state)
}

/** No beep: a missing beep file must not cost the message. The deadline comes first, as it would wait behind the recording. */
function startRecording(state: InboundState, before: Effect[]): Advanced<InboundState> {
  const next: InboundState = { ...state, at: 'recording', step: state.step + 1 }
  const { step } = next
  return {
    state: next,
    effects: [
      ...before,
      { type: 'recordStep', name: 'recording' },
      { type: 'setDeadline', leg: 'caller', seconds: MAX_MESSAGE_SECONDS + 2 * GRACE_SECONDS },
      { type: 'record', step, language: languageOf(next), maxSeconds: MAX_MESSAGE_SECONDS, silenceSeconds: SILENCE_SECONDS },
      recordingTimer(step),
    ],
  }
}

export function inRecording(state: InboundState, event: FlowEvent): Advanced<InboundState> {
  if (event.type === 'resumed') {
    if (event.recording === 'running') return { state, effects: [recordingTimer(state.step)] }
    return event.recording === 'stored' ? thank(state, [keep(state, false)]) : sayPrompt(state, [])
  }
  if (isReport(event, 'recordingFinished', state)) {
    if (isEmpty(event)) return thank(state, notKept(state), ['goodbye'])
    return thank(state, [keep(state, isFull(event))])
  }
  if (isReport(event, 'recordingFailed', state)) return thank(state, [{ type: 'recordMissedCall' }], ['try-later', 'goodbye'])
  if (!isReport(event, 'timerFired', state)) return stay(state)
  return thank(state, [{ type: 'stopRecording', step: state.step, language: languageOf(state) }, keep(state, true)])
}

function thank(state: InboundState, before: Effect[], names: PromptName[] = ['message-saved', 'goodbye']): Advanced<InboundState> {
  return say({ ...state, at: 'thanks' }, names, before)
}

/** The caller hung up while speaking, which is how most end a message; the report that is on its way carries the step. */
export function hungUpRecording(state: InboundState): Advanced<InboundState> {
  return { state: { ...state, at: 'saving' }, effects: [{ type: 'startTimer', step: state.step, seconds: SAVING_SECONDS }] }
}

export function inSaving(state: InboundState, event: FlowEvent): Advanced<InboundState> {
  if (isReport(event, 'timerFired', state)) return end(state, 'hung-up', [keep(state, false)])
  if (!isReport(event, 'recordingFinished', state)) return stay(state)
  return end(state, 'hung-up', isEmpty(event) ? notKept(state) : [keep(state, isFull(event))])
}

export function inThanks(state: InboundState, event: FlowEvent): Advanced<InboundState> {
  if (event.type === 'resumed' || isReport(event, 'playbackFinished', state) || isReport(event, 'timerFired', state))
    return end(state, 'completed', [{ type: 'hangUp', leg: 'caller' }])
  return stay(state)
}

export const keep = (state: InboundState, isCutOff: boolean): Effect => ({
  type: 'keepMessage',
  step: state.step,
  language: languageOf(state),
  isCutOff,
})
const recordingTimer = (step: number): Effect => ({ type: 'startTimer', step, seconds: MAX_MESSAGE_SECONDS + GRACE_SECONDS })
const notKept = (state: InboundState): Effect[] => [
  { type: 'discardMessage', step: state.step, language: languageOf(state) },
  { type: 'recordMissedCall' },
]

type Finished = Extract<FlowEvent, { type: 'recordingFinished' }>
/** Nobody spoke. Without a count of speech, a file of no length is the only proof of silence. */
const isEmpty = ({ seconds, talkingSeconds }: Finished) => (talkingSeconds ?? seconds) === 0
/** Asterisk rounds down to whole seconds. */
const isFull = ({ seconds }: Finished) => seconds >= MAX_MESSAGE_SECONDS - 1
